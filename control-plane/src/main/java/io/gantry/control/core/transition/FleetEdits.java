package io.gantry.control.core.transition;

import io.gantry.control.core.reconcile.Rebalance;
import io.gantry.control.core.reconcile.ZoneBalance;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Worker;

/** What services have to look at when the machines of their cluster change. */
final class FleetEdits {
    /** Machines that come together, as those of a zone do, cause one look. */
    private static final long PATIENCE_MILLIS = 10_000;

    private final Edit edit;

    FleetEdits(Edit edit) {
        this.edit = edit;
    }

    /** A machine has come or changed, or may be used again. */
    void changed(Worker worker) {
        new DaemonEdits(edit).lookAll(worker.cluster());
        long at = Math.ceilDiv(edit.nowMillis + 1, PATIENCE_MILLIS) * PATIENCE_MILLIS;
        edit.due(at - edit.nowMillis, Deadline.Kind.LOOK_AT_ZONES, worker.cluster());
    }

    /** A machine is not to be used, or not any more. */
    void left(Worker worker) {
        new DaemonEdits(edit).lookAll(worker.cluster());
    }

    /** A task has stopped: on a draining machine its daemons may be the only ones left. */
    void relieved(Worker worker) {
        if (worker.status() == Worker.Status.DRAINING) {
            new DaemonEdits(edit).lookAll(worker.cluster());
        }
    }

    /** Services that keep their zones or machines even look whether they still are. */
    void lookAtZones(String cluster) {
        Cluster row = edit.clusterRows.get(cluster);
        edit.before
                .servicesOf(cluster)
                .filter(Service::active)
                .filter(
                        service ->
                                ZoneBalance.isOn(service) || Rebalance.budget(service, row) != null)
                .map(Service::key)
                .forEach(edit::touch);
    }
}
