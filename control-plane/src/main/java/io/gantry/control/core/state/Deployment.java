package io.gantry.control.core.state;

import io.gantry.control.core.state.Task.Status;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One roll-out of a service. Its progress is state, so a new leader continues where the old one
 * stopped.
 *
 * @param number the 19 digits of its id, {@code ecs-svc/…}
 * @param desired tasks that it should have
 * @param tasks those that it has
 * @param imageDigests what the images of its containers were when its first task resolved them, by
 *     the name of the container; later tasks get the same content, wherever the tags point by then
 */
public record Deployment(
        long number,
        TaskDefinitionKey taskDefinition,
        int desired,
        TaskCounts tasks,
        Failures failures,
        Stage stage,
        long createdAtMillis,
        long updatedAtMillis,
        Map<String, String> imageDigests) {

    public Deployment {
        imageDigests =
                imageDigests.isEmpty()
                        ? Map.of()
                        : Collections.unmodifiableMap(new TreeMap<>(imageDigests));
    }

    /** How far a roll-out is, in ECS's words. */
    public enum Rollout {
        IN_PROGRESS,
        COMPLETED,
        FAILED
    }

    /** How far this one is, and the sentence that ECS says of it. */
    public record Stage(Rollout rollout, @Nullable String reason) {}

    /**
     * What keeps tasks from being started over and over.
     *
     * @param inARow tasks in a row that never reached RUNNING
     * @param notBeforeMillis no task is started before; grows while tasks keep failing to start
     */
    public record Failures(int inARow, long notBeforeMillis) {
        static final Failures NONE = new Failures(0, 0);
    }

    /** A roll-out that begins. */
    public static Deployment begin(
            long number, TaskDefinitionKey taskDefinition, int desired, long nowMillis) {
        var stage =
                new Stage(
                        Rollout.IN_PROGRESS, "ECS deployment ecs-svc/" + number + " in progress.");
        return new Deployment(
                number,
                taskDefinition,
                desired,
                TaskCounts.NONE,
                Failures.NONE,
                stage,
                nowMillis,
                nowMillis,
                Map.of());
    }

    /** Its id as tasks and descriptions show it. */
    public String id() {
        return "ecs-svc/" + number;
    }

    public int running() {
        return tasks.running();
    }

    public int pending() {
        return tasks.pending();
    }

    /** Tasks in a row that never reached RUNNING. */
    public int failed() {
        return failures.inARow();
    }

    public long notBeforeMillis() {
        return failures.notBeforeMillis();
    }

    public Rollout rollout() {
        return stage.rollout();
    }

    public @Nullable String rolloutReason() {
        return stage.reason();
    }

    Deployment counting(Status before, Status after) {
        return with(desired, tasks.moving(before, after), failures, stage, updatedAtMillis);
    }

    public Deployment desiring(int count, long nowMillis) {
        return with(count, tasks, failures, stage, nowMillis);
    }

    public Deployment completed(long nowMillis) {
        var last = new Stage(Rollout.COMPLETED, "ECS deployment " + id() + " completed.");
        return with(desired, tasks, failures, last, nowMillis);
    }

    /** One more task has not reached RUNNING; the next may start at {@code notBefore}. */
    public Deployment failing(long notBefore, long nowMillis) {
        var more = new Failures(failures.inARow() + 1, notBefore);
        return with(desired, tasks, more, stage, nowMillis);
    }

    /** A task has reached RUNNING: earlier failures no longer count. */
    public Deployment succeeding() {
        return failures.equals(Failures.NONE)
                ? this
                : with(desired, tasks, Failures.NONE, stage, updatedAtMillis);
    }

    /** Remembers the content of the images of some containers; what is known already stays. */
    public Deployment pinning(Map<String, String> digests) {
        var all = new TreeMap<>(digests);
        all.putAll(imageDigests);
        return new Deployment(
                number,
                taskDefinition,
                desired,
                tasks,
                failures,
                stage,
                createdAtMillis,
                updatedAtMillis,
                all);
    }

    private Deployment with(
            int nextDesired, TaskCounts counts, Failures nextFailures, Stage next, long updated) {
        return new Deployment(
                number,
                taskDefinition,
                nextDesired,
                counts,
                nextFailures,
                next,
                createdAtMillis,
                updated,
                imageDigests);
    }
}
