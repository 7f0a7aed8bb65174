package io.gantry.control.core.schedule;

import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import io.gantry.control.core.state.Claim;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Worker;
import java.util.ArrayList;
import java.util.List;

/**
 * What is left of a machine, or would be if some of its tasks were gone. It may be less than
 * nothing while more is promised than is free.
 */
final class Room {
    private int cpuUnits;
    private int memoryMib;
    private int gpus;
    private final List<HostPort> taken = new ArrayList<>();

    private Room(Worker worker) {
        Resources free = worker.free();
        cpuUnits = free.cpuUnits();
        memoryMib = free.memoryMib();
        gpus = worker.freeGpus().size();
        taken.addAll(worker.reservedPorts());
        taken.addAll(worker.usedPorts());
    }

    /**
     * What will be left for a task of a priority once those have stopped that are to stop. Room
     * that is kept for tasks that are as important counts as taken, also for those of its own
     * group.
     *
     * @param alive the tasks of the machine that have not stopped
     */
    static Room of(Worker worker, List<Task> alive, int priority, long nowMillis) {
        var room = new Room(worker);
        alive.stream().filter(task -> !task.wanted()).forEach(task -> room.give(task.footprint()));
        for (Claim claim : worker.claims()) {
            if (nowMillis < claim.untilMillis() && priority <= claim.priority()) {
                room.take(claim.footprint());
            }
        }
        return room;
    }

    void take(Footprint footprint) {
        cpuUnits -= footprint.resources().cpuUnits();
        memoryMib -= footprint.resources().memoryMib();
        gpus -= footprint.gpus();
        taken.addAll(footprint.ports());
    }

    /** What a task has set aside is given back. */
    void give(Footprint footprint) {
        cpuUnits += footprint.resources().cpuUnits();
        memoryMib += footprint.resources().memoryMib();
        gpus += footprint.gpus();
        footprint.ports().forEach(taken::remove);
    }

    boolean fits(Footprint footprint) {
        return footprint.resources().cpuUnits() <= cpuUnits
                && footprint.resources().memoryMib() <= memoryMib
                && footprint.gpus() <= Math.max(0, gpus)
                && footprint.ports().stream().noneMatch(taken::contains);
    }
}
