package io.gantry.control.core.state;

import io.gantry.control.core.state.Task.Status;
import org.jspecify.annotations.Nullable;

/**
 * One roll-out of a service. Its progress is state, so a new leader continues where the old one
 * stopped.
 *
 * @param number the 19 digits of its id, {@code ecs-svc/…}
 * @param desired tasks that it should have
 * @param running tasks whose last status is RUNNING
 * @param pending tasks that have not reached RUNNING
 * @param failed tasks in a row that never reached RUNNING
 * @param notBeforeMillis no task is started before; grows while tasks keep failing to start
 */
public record Deployment(
        long number,
        TaskDefinitionKey taskDefinition,
        int desired,
        int running,
        int pending,
        int failed,
        long createdAtMillis,
        long updatedAtMillis,
        Rollout rollout,
        @Nullable String rolloutReason,
        long notBeforeMillis) {

    /** How far a roll-out is, in ECS's words. */
    public enum Rollout {
        IN_PROGRESS,
        COMPLETED,
        FAILED
    }

    /** A roll-out that begins. */
    public static Deployment begin(
            long number, TaskDefinitionKey taskDefinition, int desired, long nowMillis) {
        return new Deployment(
                number,
                taskDefinition,
                desired,
                0,
                0,
                0,
                nowMillis,
                nowMillis,
                Rollout.IN_PROGRESS,
                "ECS deployment ecs-svc/" + number + " in progress.",
                0);
    }

    /** Its id as tasks and descriptions show it. */
    public String id() {
        return "ecs-svc/" + number;
    }

    Deployment counting(Status before, Status after) {
        return new Deployment(
                number,
                taskDefinition,
                desired,
                running + after.running() - before.running(),
                pending + after.pending() - before.pending(),
                failed,
                createdAtMillis,
                updatedAtMillis,
                rollout,
                rolloutReason,
                notBeforeMillis);
    }

    public Deployment desiring(int count, long nowMillis) {
        return new Deployment(
                number,
                taskDefinition,
                count,
                running,
                pending,
                failed,
                createdAtMillis,
                nowMillis,
                rollout,
                rolloutReason,
                notBeforeMillis);
    }

    public Deployment completed(long nowMillis) {
        return new Deployment(
                number,
                taskDefinition,
                desired,
                running,
                pending,
                failed,
                createdAtMillis,
                nowMillis,
                Rollout.COMPLETED,
                "ECS deployment ecs-svc/" + number + " completed.",
                notBeforeMillis);
    }

    /** One more task has not reached RUNNING; the next may start at {@code notBefore}. */
    public Deployment failing(long notBefore, long nowMillis) {
        return new Deployment(
                number,
                taskDefinition,
                desired,
                running,
                pending,
                failed + 1,
                createdAtMillis,
                nowMillis,
                rollout,
                rolloutReason,
                notBefore);
    }

    /** A task has reached RUNNING: earlier failures no longer count. */
    public Deployment succeeding() {
        return failed == 0 && notBeforeMillis == 0
                ? this
                : new Deployment(
                        number,
                        taskDefinition,
                        desired,
                        running,
                        pending,
                        0,
                        createdAtMillis,
                        updatedAtMillis,
                        rollout,
                        rolloutReason,
                        0);
    }
}
