package io.gantry.control.core.state;

import io.gantry.control.core.state.Task.Status;

/**
 * How many tasks somebody has, as ECS counts them; stopped ones do not count.
 *
 * @param running tasks whose last status is RUNNING
 * @param pending tasks that have not reached RUNNING
 */
public record TaskCounts(int running, int pending) {
    public static final TaskCounts NONE = new TaskCounts(0, 0);

    /** Moves one task from one count to another; STOPPED stands for one that is not there. */
    TaskCounts moving(Status before, Status after) {
        return new TaskCounts(
                running + after.running() - before.running(),
                pending + after.pending() - before.pending());
    }

    public int alive() {
        return running + pending;
    }
}
