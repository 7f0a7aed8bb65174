package io.gantry.control.core.schedule;

import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Worker;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which machines a daemon service wants a task on, and the room that is kept there for tasks that
 * it has not started yet: daemons come before all others.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html#service_scheduler_daemon">Daemon
 *     scheduling strategy</a>
 */
public final class DaemonReserve {
    private DaemonReserve() {}

    /**
     * Whether the service wants a task on a worker: on each that is active and meets its
     * constraints, whether there is room or not. A worker that is only disconnected keeps its task.
     */
    public static boolean wants(Service service, TaskDefinitionRow definition, Worker worker) {
        return worker.status() == Worker.Status.ACTIVE
                && !worker.lost()
                && Capacity.of(launchType(service.spec().launchTypeAsString()), null).has(worker)
                && Fit.hasAttributes(worker, definition.footprint());
    }

    private static String launchType(@Nullable String given) {
        return given == null ? Capacity.EC2 : given;
    }

    /** The worker as it is when the tasks that daemons still lack there have their room. */
    public static Worker kept(ClusterState state, List<Service> daemons, Worker worker) {
        Worker left = worker;
        for (Service daemon : daemons) {
            TaskDefinitionRow definition =
                    state.taskDefinitions().get(daemon.primary().taskDefinition());
            if (definition != null
                    && wants(daemon, definition, worker)
                    && state.aliveOn(worker.id())
                            .noneMatch(task -> daemon.key().equals(task.service()))) {
                left = reserving(left, definition.footprint());
            }
        }
        return left;
    }

    /** Nothing is kept for what would not fit anyway. */
    private static Worker reserving(Worker worker, Footprint footprint) {
        return Fit.refusal(worker, footprint) == null
                ? worker.reserving(footprint, worker.freeGpus().subList(0, footprint.gpus()))
                : worker;
    }
}
