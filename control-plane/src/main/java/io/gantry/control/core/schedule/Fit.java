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
        Reason unfit = unfit(worker, footprint);
        return unfit == null ? noRoom(worker, footprint) : unfit;
    }

    /** Why a worker cannot run such a task at all as it is; null if it can. */
    static @Nullable Reason unfit(Worker worker, Footprint footprint) {
        if (worker.status() != Worker.Status.ACTIVE) {
            return Reason.INACTIVE;
        }
        if (!worker.connected()) {
            return Reason.AGENT;
        }
        if (!hasAttributes(worker, footprint)) {
            return Reason.ATTRIBUTE;
        }
        return null;
    }

    /** Why a worker has too little left for such a task; null if it has enough. */
    public static @Nullable Reason noRoom(Worker worker, Footprint footprint) {
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

    /** Whether the worker has the attributes that a task needs. */
    public static boolean hasAttributes(Worker worker, Footprint footprint) {
        return footprint.attributes().stream().allMatch(attribute -> meets(worker, attribute));
    }

    /** A name asks for the attribute; a name with a value refuses machines that say another one. */
    static boolean meets(Worker worker, String attribute) {
        int equals = attribute.indexOf('=');
        if (equals < 0) {
            return worker.attributes().containsKey(attribute);
        }
        String value = worker.attributes().get(attribute.substring(0, equals));
        return value == null || value.equals(attribute.substring(equals + 1));
    }
}
