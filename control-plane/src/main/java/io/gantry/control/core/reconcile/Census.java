package io.gantry.control.core.reconcile;

import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Health;
import io.gantry.control.core.state.Task.Status;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The tasks of a service that should run and are not stopped.
 *
 * @param current those of the primary deployment
 * @param old those of earlier deployments
 * @param nowMillis the time at which they are counted
 */
public record Census(Service service, List<Task> current, List<Task> old, long nowMillis) {
    /**
     * A task without health checks counts as healthy so long after it reached RUNNING.
     *
     * @see <a
     *     href="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html">minimumHealthyPercent</a>
     */
    public static final long UNCHECKED_HEALTHY_MILLIS = 40_000;

    public Census {
        current = List.copyOf(current);
        old = List.copyOf(old);
    }

    /** Counts the tasks of a service in a state. */
    public static Census of(ClusterState state, Service service) {
        return of(service, state.tasksOf(service.key()), state.nowMillis());
    }

    /** Counts {@code tasks}, which may hold stopped ones. */
    public static Census of(Service service, Stream<Task> tasks, long nowMillis) {
        long primary = service.deployments().isEmpty() ? 0 : service.primary().number();
        List<Task> wanted = tasks.filter(task -> task.alive() && task.wanted()).toList();
        Function<Boolean, List<Task>> half =
                ofPrimary ->
                        wanted.stream()
                                .filter(task -> (task.deployment() == primary) == ofPrimary)
                                .toList();
        return new Census(service, half.apply(true), half.apply(false), nowMillis);
    }

    /** Tasks that are running or pending and not about to stop. */
    public int alive() {
        return current.size() + old.size();
    }

    /** Tasks that count towards the healthy minimum. */
    public int healthy() {
        return Math.toIntExact(
                Stream.concat(current.stream(), old.stream()).filter(this::healthy).count());
    }

    /**
     * Whether a task counts towards the healthy minimum. A new one has to show that it works; an
     * old one is believed until a check says otherwise.
     */
    public boolean healthy(Task task) {
        if (task.last() != Status.RUNNING) {
            return false;
        }
        if (task.deployment() != service.primary().number()) {
            return task.health() != Health.UNHEALTHY;
        }
        return task.checked()
                ? task.passing()
                : nowMillis - task.times().startedAt() >= UNCHECKED_HEALTHY_MILLIS;
    }

    /** Tasks that the primary deployment lacks; unhealthy ones count as missing. */
    public int missing() {
        long sound = current.stream().filter(task -> !isUnhealthy(task)).count();
        return Math.max(0, service.desiredCount() - Math.toIntExact(sound));
    }

    /** Whether its health checks say that it does not work. */
    public static boolean isUnhealthy(Task task) {
        return task.last() == Status.RUNNING && task.health() == Health.UNHEALTHY;
    }

    /** Tasks of the primary deployment beyond the desired count, unhealthy ones aside. */
    public int excess() {
        return Math.max(0, current.size() - unhealthy() - service.desiredCount());
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
        int beyond = proved + unhealthy() - service.desiredCount();
        return Math.clamp(beyond, 0, unhealthy());
    }

    private int unhealthy() {
        return Math.toIntExact(current.stream().filter(Census::isUnhealthy).count());
    }
}
