package io.gantry.control.core.reconcile;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Health;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.Worker;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a service that should run and are not stopped. Lost ones are neither healthy nor in
 * the way of others.
 *
 * @param current those of the primary deployment, where they may stay
 * @param leaving those that have to be replaced: of earlier deployments, or on draining machines
 * @param draining the draining machines among those of the tasks
 * @param nowMillis the time at which they are counted
 * @param lost those whose worker is lost, and that have not been replaced
 * @param waiting those on draining machines whose turn to be replaced has not come
 */
public record Census(
        Service service,
        List<Task> current,
        List<Task> leaving,
        Set<WorkerId> draining,
        long nowMillis,
        List<Task> lost,
        Set<TaskId> waiting) {
    /**
     * A task without health checks counts as healthy so long after it reached RUNNING.
     *
     * @see <a
     *     href="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html">minimumHealthyPercent</a>
     */
    public static final long UNCHECKED_HEALTHY_MILLIS = 40_000;

    public Census {
        current = List.copyOf(current);
        leaving = List.copyOf(leaving);
        draining = Set.copyOf(draining);
        lost = List.copyOf(lost);
        waiting = Set.copyOf(waiting);
    }

    /** Counts the tasks of a service in a state. */
    public static Census of(ClusterState state, Service service) {
        return of(
                state,
                service,
                state.aliveOf(service.key()),
                state.workers()::get,
                state.nowMillis());
    }

    /**
     * Counts {@code tasks}, which may hold stopped ones.
     *
     * @param state tells what else runs on their machines
     * @param workers their machines as they are by now
     */
    public static Census of(
            ClusterState state,
            Service service,
            Stream<Task> tasks,
            Function<WorkerId, @Nullable Worker> workers,
            long nowMillis) {
        List<Task> all =
                tasks.filter(task -> task.alive() && task.wanted() && isOf(service, task)).toList();
        List<Task> wanted = all.stream().filter(task -> !task.lost()).toList();
        var draining = new HashSet<WorkerId>();
        var waiting = new HashSet<TaskId>();
        wanted.stream()
                .map(Task::worker)
                .distinct()
                .flatMap(id -> Stream.ofNullable(workers.apply(id)))
                .filter(worker -> worker.status() == Worker.Status.DRAINING)
                .forEach(
                        worker -> {
                            draining.add(worker.id());
                            waiting.addAll(Drains.waiting(state, worker, nowMillis));
                        });
        Predicate<Task> stays =
                task ->
                        isStaying(
                                task,
                                service,
                                draining.contains(task.worker()) && !waiting.contains(task.id()));
        return new Census(
                service,
                wanted.stream().filter(stays).toList(),
                wanted.stream().filter(stays.negate()).toList(),
                draining,
                nowMillis,
                all.stream().filter(Task::lost).toList(),
                waiting);
    }

    /** Side by side, each revision or task set counts its own tasks alone. */
    private static boolean isOf(Service service, Task task) {
        return !service.byLanes()
                || service.deployments().stream()
                        .anyMatch(each -> each.number() == task.deployment());
    }

    /**
     * Whether a task is one that the service wants where it is, or else has to be replaced. When
     * the primary deployment has failed for good, all that still runs stays.
     */
    boolean stays(Task task) {
        return isStaying(
                task, service, draining.contains(task.worker()) && !waiting.contains(task.id()));
    }

    private static boolean isStaying(Task task, Service service, boolean driven) {
        return !service.deployments().isEmpty()
                && (task.deployment() == service.primary().number() || service.primary().stalled())
                && !driven;
    }

    /** Tasks that are running or pending and not about to stop. */
    public int alive() {
        return current.size() + leaving.size();
    }

    /** Tasks that count towards the healthy minimum. */
    public int healthy() {
        return Math.toIntExact(
                Stream.concat(current.stream(), leaving.stream()).filter(this::healthy).count());
    }

    /**
     * Whether a task counts towards the healthy minimum. A new one has to show that it works; one
     * that leaves is believed until a check says otherwise.
     */
    public boolean healthy(Task task) {
        if (task.last() != Status.RUNNING) {
            return false;
        }
        if (!stays(task)) {
            return task.health() != Health.UNHEALTHY;
        }
        return task.checked()
                ? task.passing()
                : nowMillis - task.times().startedAt() >= UNCHECKED_HEALTHY_MILLIS;
    }

    /** Tasks that may stay and have not failed their health checks. */
    List<Task> sound() {
        return current.stream().filter(task -> !failing(task)).toList();
    }

    /**
     * Tasks that the scheduler must leave running. Where a deployment goes a few tasks at a time,
     * no more of the earlier ones than those few may be gone.
     */
    int minimumHealthy() {
        int share = service.minimumHealthy();
        Integer most = atATime();
        return most == null ? share : Math.max(share, service.desiredCount() - most);
    }

    /** How many tasks may be started before those that were started have proved healthy. */
    public int startable() {
        Integer most = atATime();
        if (most == null) {
            return Integer.MAX_VALUE;
        }
        long beginning = sound().stream().filter(task -> !healthy(task)).count();
        return Math.toIntExact(Math.max(0, most - beginning));
    }

    /** How many tasks a deployment that is under way may start at a time; null for any number. */
    private @Nullable Integer atATime() {
        return !service.deployments().isEmpty()
                        && service.primary().rollout() == Deployment.Rollout.IN_PROGRESS
                ? service.maxParallel()
                : null;
    }

    /** Tasks that the primary deployment lacks; unhealthy and leaving ones count as missing. */
    public int missing() {
        return Math.max(0, service.desiredCount() - sound().size());
    }

    /** Tasks beyond the desired count that have to prove healthy before others go for them. */
    private int unproved() {
        long unproved =
                sound().stream()
                        .filter(task -> task.provision().balancing() && !healthy(task))
                        .count();
        return Math.clamp(service.maximum() - service.desiredCount(), 0, (int) unproved);
    }

    /** Sound tasks beyond the desired count; unhealthy ones are no surplus, but replaced. */
    public int excess() {
        return Math.max(0, sound().size() - unproved() - service.desiredCount());
    }

    /** Whether it has to be replaced as its health checks say that it does not work. */
    public boolean failing(Task task) {
        return isUnhealthy(task) && nowMillis - task.times().startedAt() >= service.graceMillis();
    }

    /** Whether its health checks say that it does not work. */
    public static boolean isUnhealthy(Task task) {
        return task.last() == Status.RUNNING && task.health() == Health.UNHEALTHY;
    }

    /** Whether the scheduler has to leave a task alone; failed health checks end any protection. */
    boolean isProtected(Task task) {
        return task.isProtected(nowMillis) && !failing(task);
    }

    /**
     * How many unhealthy tasks of the primary deployment may go because others have proved healthy
     * in their place, or because their replacements have turned out unhealthy as well.
     *
     * @see <a
     *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html">How
     *     ECS replaces unhealthy tasks</a>
     */
    public int replaced() {
        int proved = Math.toIntExact(current.stream().filter(this::healthy).count());
        int unhealthy = current.size() - sound().size();
        return Math.clamp(proved + unhealthy - service.desiredCount(), 0, unhealthy);
    }
}
