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
 * @param set what makes it a task set; null for deployments of ECS's own
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
        Map<String, String> imageDigests,
        @Nullable TaskSet set) {

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
     * @param counted tasks that have failed to start or to become healthy, as the circuit breaker
     *     counts them
     */
    public record Failures(int inARow, long notBeforeMillis, int counted) {
        static final Failures NONE = new Failures(0, 0, 0);
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
                Map.of(),
                null);
    }

    /** A task set that begins. */
    public static Deployment begin(
            long number,
            TaskDefinitionKey taskDefinition,
            TaskSet set,
            int serviceDesires,
            long nowMillis) {
        return begin(number, taskDefinition, 0, nowMillis).as(set, serviceDesires, nowMillis);
    }

    /** The same as another kind of task set, with the share of the service's tasks that it has. */
    public Deployment as(TaskSet next, int serviceDesires, long nowMillis) {
        return desiring(next.computed(serviceDesires), nowMillis).with(next);
    }

    /** The same as a task set, or none. */
    public Deployment with(@Nullable TaskSet next) {
        return new Deployment(
                number,
                taskDefinition,
                desired,
                tasks,
                failures,
                stage,
                createdAtMillis,
                updatedAtMillis,
                imageDigests,
                next);
    }

    /** A roll-out of a revision that was there before. */
    public static Deployment again(
            ServiceRevision revision, int desired, String reason, long nowMillis) {
        return new Deployment(
                revision.key().number(),
                revision.taskDefinition(),
                desired,
                TaskCounts.NONE,
                Failures.NONE,
                new Stage(Rollout.IN_PROGRESS, reason),
                revision.createdAtMillis(),
                nowMillis,
                revision.imageDigests(),
                null);
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

    /** Tasks that have failed, as the circuit breaker counts them. */
    public int failed() {
        return failures.counted();
    }

    /** Tasks in a row that never reached RUNNING. */
    public int failedToStart() {
        return failures.inARow();
    }

    /** Whether it has failed, so that it starts no more tasks. */
    public boolean stalled() {
        return rollout() == Rollout.FAILED;
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

    public Deployment failed(@Nullable String why, long nowMillis) {
        return with(desired, tasks, failures, new Stage(Rollout.FAILED, why), nowMillis);
    }

    /** It is rolled out once more, with nothing held against it. */
    public Deployment again(int count, String why, long nowMillis) {
        var begin = new Stage(Rollout.IN_PROGRESS, why);
        return with(count, tasks, Failures.NONE, begin, nowMillis);
    }

    /**
     * One more task has not reached RUNNING; the next may start at {@code notBefore}.
     *
     * @param counts whether the circuit breaker counts it
     */
    public Deployment failing(long notBefore, boolean counts, long nowMillis) {
        var more =
                new Failures(
                        failures.inARow() + 1, notBefore, failures.counted() + (counts ? 1 : 0));
        return with(desired, tasks, more, stage, nowMillis);
    }

    /** A task has failed its health checks and is replaced. */
    public Deployment unhealthy(long nowMillis) {
        var more =
                new Failures(failures.inARow(), failures.notBeforeMillis(), failures.counted() + 1);
        return with(desired, tasks, more, stage, nowMillis);
    }

    /** A task has reached RUNNING: that earlier ones did not no longer holds it up. */
    public Deployment succeeding() {
        return failing(new Failures(0, 0, failures.counted()));
    }

    /** A task has proved healthy: the circuit breaker begins anew. */
    public Deployment proving() {
        return failing(new Failures(failures.inARow(), failures.notBeforeMillis(), 0));
    }

    private Deployment failing(Failures next) {
        return next.equals(failures) ? this : with(desired, tasks, next, stage, updatedAtMillis);
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
                all,
                set);
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
                imageDigests,
                set);
    }
}
