package io.gantry.control.core.reconcile;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.schedule.DaemonNeed;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Worker;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What daemon services want of their cluster, asked by the proposal and by its judgement. */
public final class Daemons {
    private Daemons() {}

    /** The machines that a daemon service wants a task on. */
    public static Set<WorkerId> wanted(
            ClusterState state, Service service, TaskDefinitionRow definition) {
        var need = DaemonNeed.of(service, definition);
        return state.workersOf(service.key().cluster())
                .filter(need::wants)
                .map(Worker::id)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whether a machine drains and has tasks of others than daemons, which go before those. */
    public static Predicate<WorkerId> busy(ClusterState state) {
        return id -> {
            Worker worker = state.workers().get(id);
            return worker != null
                    && worker.status() == Worker.Status.DRAINING
                    && state.aliveOn(id)
                            .anyMatch(
                                    task ->
                                            task.service() == null
                                                    || (!task.service().isDaemon()
                                                            && state.daemons().get(task.service())
                                                                    == null));
        };
    }
}
