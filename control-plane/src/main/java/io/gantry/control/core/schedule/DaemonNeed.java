package io.gantry.control.core.schedule;

import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Worker;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which machines a daemon service wants a task on, and the room that is kept there for tasks that
 * it has not started yet: daemons come before all others.
 *
 * @param definition of its primary deployment
 * @param constraints of both
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html#service_scheduler_daemon">Daemon
 *     scheduling strategy</a>
 */
public record DaemonNeed(Service service, TaskDefinitionRow definition, Constraints constraints) {

    /** What a daemon service and its definition ask of machines. */
    public static DaemonNeed of(Service service, TaskDefinitionRow definition) {
        return new DaemonNeed(
                service,
                definition,
                Constraints.of(
                        Constraints.all(
                                definition.definition(), service.spec().placementConstraints())));
    }

    /** Those of all daemons of a cluster. */
    public static List<DaemonNeed> in(ClusterState state, String cluster) {
        return state.daemonsOf(cluster).flatMap(each -> of(state, each)).toList();
    }

    private static Stream<DaemonNeed> of(ClusterState state, Service service) {
        TaskDefinitionRow definition =
                state.taskDefinitions().get(service.primary().taskDefinition());
        return definition == null ? Stream.of() : Stream.of(of(service, definition));
    }

    /**
     * Whether the service wants a task on a worker: on each that is active and meets its
     * constraints, whether there is room or not. A worker that is only disconnected keeps its task.
     */
    public boolean wants(Worker worker) {
        return worker.status() == Worker.Status.ACTIVE
                && !worker.lost()
                && Capacity.of(launchType(service.spec().launchTypeAsString()), null).has(worker)
                && Fit.hasAttributes(worker, definition.footprint())
                && constraints.meets(worker);
    }

    private static String launchType(@Nullable String given) {
        return given == null ? Capacity.EC2 : given;
    }

    /** The worker as it is when the tasks that daemons still lack there have their room. */
    public static Worker kept(ClusterState state, List<DaemonNeed> needs, Worker worker) {
        Worker left = worker;
        for (DaemonNeed need : needs) {
            if (need.wants(worker) && need.isLacking(state, worker)) {
                left = reserving(left, need.definition.footprint());
            }
        }
        return left;
    }

    private boolean isLacking(ClusterState state, Worker worker) {
        return state.aliveOn(worker.id()).noneMatch(task -> service.key().equals(task.service()));
    }

    /** Nothing is kept for what would not fit anyway. */
    private static Worker reserving(Worker worker, Footprint footprint) {
        return Fit.refusal(worker, footprint) == null
                ? worker.reserving(footprint, worker.freeGpus().subList(0, footprint.gpus()))
                : worker;
    }
}
