package io.gantry.control.core.schedule;

import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Worker;
import java.util.List;

/**
 * Keeps other tasks from a machine until all managed daemons that belong there run, and so keeps
 * their room too.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-daemons.html">Managed
 *     Daemons: the daemon task is started first</a>
 */
public final class DaemonGate {
    private final ClusterState state;
    private final List<ManagedNeed> needs;

    private DaemonGate(ClusterState state, List<ManagedNeed> needs) {
        this.state = state;
        this.needs = needs;
    }

    /** The gate of all machines of a cluster. */
    public static DaemonGate of(ClusterState state, String cluster) {
        return new DaemonGate(state, ManagedNeed.in(state, cluster));
    }

    /** Whether other tasks may be placed on a machine, as far as daemons are concerned. */
    public boolean opens(Worker worker) {
        return needs.stream().allMatch(need -> !need.suits(worker) || need.isMet(state, worker));
    }
}
