package io.gantry.control.core.reconcile;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Drain;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Worker;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Machines that are emptied at a pace: which of their tasks are not to be moved yet. */
public final class Drains {
    private Drains() {}

    /** Tasks of a machine that services have to move; daemons go last and do not count. */
    public static Stream<Task> moving(ClusterState state, WorkerId worker) {
        return state.aliveOn(worker).filter(task -> isMoved(state, task));
    }

    private static boolean isMoved(ClusterState state, Task task) {
        ServiceKey service = task.service();
        return service != null
                && task.wanted()
                && !task.lost()
                && state.daemons().get(service) == null;
    }

    /** Those whose turn has not come: protected ones have it last, the others by their age. */
    static Set<TaskId> waiting(ClusterState state, Worker worker, long nowMillis) {
        Drain drain = worker.drain();
        int most =
                drain == null || worker.status() != Worker.Status.DRAINING
                        ? 0
                        : drain.waiting(nowMillis);
        if (most == 0) {
            return Set.of();
        }
        List<Task> tasks =
                moving(state, worker.id())
                        .sorted(
                                Comparator.comparing((Task task) -> task.isProtected(nowMillis))
                                        .thenComparing(Task::id))
                        .toList();
        return tasks.stream()
                .skip(Math.max(0, tasks.size() - most))
                .map(Task::id)
                .collect(Collectors.toSet());
    }
}
