package io.gantry.control.core.schedule;

import io.gantry.control.core.state.Claim;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Worker;
import java.util.List;

/** Room that is kept on machines for tasks that others were stopped for. */
public final class Claims {
    private Claims() {}

    /** The worker as it is for a task of a group: without what is kept for others. */
    public static Worker kept(Worker worker, String group, int priority, long nowMillis) {
        Worker left = worker;
        for (Claim claim : worker.claims()) {
            if (claim.holdsFrom(group, priority, nowMillis)) {
                List<String> gpus = left.freeGpus();
                int most = Math.min(gpus.size(), claim.footprint().gpus());
                left = left.reserving(claim.footprint(), gpus.subList(0, most));
            }
        }
        return left;
    }

    /** How many tasks of a group have room kept for them, or made, somewhere in a cluster. */
    public static int of(ClusterState state, String cluster, String group) {
        var counter =
                new Object() {
                    int claims;
                };
        state.eachWorkerOf(
                cluster, worker -> counter.claims += on(worker, group, state.nowMillis()));
        return counter.claims;
    }

    static int on(Worker worker, String group, long nowMillis) {
        int own = 0;
        for (Claim claim : worker.claims()) {
            own += claim.group().equals(group) && nowMillis < claim.untilMillis() ? 1 : 0;
        }
        return own;
    }
}
