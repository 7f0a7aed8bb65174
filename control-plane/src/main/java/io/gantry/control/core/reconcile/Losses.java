package io.gantry.control.core.reconcile;

import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Loss;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Worker;
import java.util.stream.Stream;

/**
 * What is lost with a worker of which nothing has been heard for some time. Both the proposal and
 * its judgement ask it. Only tasks that were placed as such can be lost, and only on workers that
 * end by themselves what they hold no lease for: those of Amazon's agent never lose any.
 */
public final class Losses {

    private Losses() {}

    /** Living tasks that a silent worker has lost, and that have not been declared so. */
    public static Stream<Task> tasks(ClusterState state, Worker worker, long silentMillis) {
        return worker.leased()
                ? state.aliveOn(worker.id()).filter(task -> isDue(task, silentMillis))
                : Stream.empty();
    }

    private static boolean isDue(Task task, long silentMillis) {
        Loss loss = task.loss();
        return loss != null && loss.afterMillis() <= silentMillis && !task.lost();
    }

    /** Whether a silent worker as such is lost, by what its cluster says, and not declared so. */
    public static boolean isLost(ClusterState state, Worker worker, long silentMillis) {
        long after = Loss.afterMillis(state, worker.cluster());
        return worker.leased() && !worker.lost() && after != Loss.NEVER && after <= silentMillis;
    }

    /** Whether there is anything to declare. */
    public static boolean isDue(ClusterState state, Worker worker, long silentMillis) {
        return isLost(state, worker, silentMillis)
                || tasks(state, worker, silentMillis).findAny().isPresent();
    }
}
