package io.gantry.control.core.reconcile;

import io.gantry.control.core.schedule.Preference;
import io.gantry.control.core.schedule.ScaleIn;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Which tasks of a service are stopped first: those that are of the least use, then those without
 * which the others lie best by the service's strategies. Protected ones are never among them.
 */
final class StopOrder {
    private final ClusterState state;
    private final Census census;
    private final RandomGenerator random;

    StopOrder(ClusterState state, Census census, RandomGenerator random) {
        this.state = state;
        this.census = census;
        this.random = random;
    }

    /** Sound tasks, of which there may be too many. */
    Stream<Task> surplus() {
        return order(census.current(), census.sound());
    }

    /** Tasks that have failed their health checks. */
    Stream<Task> unhealthy() {
        return order(census.current(), census.current().stream().filter(census::failing).toList());
    }

    /** Tasks that have to be replaced. */
    Stream<Task> leaving() {
        return order(
                Stream.concat(census.current().stream(), census.leaving().stream()).toList(),
                census.leaving());
    }

    /** Sound tasks, if these were all of them. */
    Stream<Task> among(List<Task> sound) {
        return order(sound, sound);
    }

    /** Groups beside which the tasks had better not be. */
    List<String> avoid() {
        Service service = census.service();
        return Preference.of(service.tags(), state.clusters().get(service.key().cluster())).avoid();
    }

    private Stream<Task> order(List<Task> standing, List<Task> offered) {
        List<Task> free = offered.stream().filter(task -> !census.isProtected(task)).toList();
        return ScaleIn.order(
                state,
                standing,
                free,
                leastUseful(),
                census.service().spec().placementStrategy(),
                avoid(),
                random)
                .stream();
    }

    private Comparator<Task> leastUseful() {
        return Comparator.comparing((Task task) -> task.last() == Status.RUNNING)
                .thenComparing(task -> !Census.isUnhealthy(task))
                .thenComparing(census::healthy)
                .thenComparing(task -> !census.draining().contains(task.worker()));
    }
}
