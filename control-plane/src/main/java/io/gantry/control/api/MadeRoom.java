package io.gantry.control.api;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.schedule.Demand;
import io.gantry.control.core.schedule.Preemption;
import io.gantry.control.core.state.ClusterState;
import java.util.List;

/**
 * Room that one request to run tasks has made for it by stopping less important ones. Those take a
 * while to stop: the request waits for them for a moment, and what is still without room then has
 * failed. The room is kept for a minute or more, so that the same request finds it.
 */
final class MadeRoom {
    private static final int MOST_LOOKS = 25;
    private static final long BETWEEN_MILLIS = 100;

    private final ApiContext context;
    private final Quorum quorum;
    private final String cluster;
    private final Launch launch;
    private int looks;
    private boolean made;

    MadeRoom(ApiContext context, Quorum quorum, String cluster, Launch launch) {
        this.context = context;
        this.quorum = quorum;
        this.cluster = cluster;
        this.launch = launch;
    }

    /** Has less important tasks stopped, if there are any, for what found no room. */
    void make(ClusterState state, List<Demand> shortages) {
        Preemption preemption = Preemption.plan(state, shortages, 0, context.random());
        made = preemption.helped() > 0;
        if (!preemption.evictions().isEmpty()) {
            int count = shortages.stream().mapToInt(Demand::count).sum();
            quorum.acceptPart(new Command.MakeRoom(cluster, launch, count, preemption.evictions()));
        }
    }

    /** Whether it is worth looking again; returns after a moment. */
    boolean await() {
        if (!made || looks++ >= MOST_LOOKS) {
            return false;
        }
        try {
            Thread.sleep(BETWEEN_MILLIS);
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
