package io.gantry.control.core.schedule;

import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import io.gantry.control.core.schedule.Refusal.Reason;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Worker;
import org.jspecify.annotations.Nullable;

/** Whether a task fits on a machine, whoever placed it. */
public final class Fit {

    private Fit() {}

    /** Null if a task of this footprint can be placed on the worker now. */
    public static @Nullable Reason refusal(Worker worker, Footprint footprint) {
        if (worker.status() != Worker.Status.ACTIVE) {
            return Reason.INACTIVE;
        }
        if (!worker.connected()) {
            return Reason.AGENT;
        }
        if (!worker.attributes().keySet().containsAll(footprint.attributes())) {
            return Reason.ATTRIBUTE;
        }
        for (HostPort port : footprint.ports()) {
            if (worker.taken(port)) {
                return Reason.PORTS;
            }
        }
        Resources free = worker.free();
        if (footprint.resources().memoryMib() > free.memoryMib()) {
            return Reason.MEMORY;
        }
        if (footprint.resources().cpuUnits() > free.cpuUnits()) {
            return Reason.CPU;
        }
        boolean lacksGpus = footprint.gpus() > 0 && footprint.gpus() > worker.freeGpus().size();
        return lacksGpus ? Reason.GPU : null;
    }
}
