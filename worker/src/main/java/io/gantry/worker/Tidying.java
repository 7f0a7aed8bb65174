package io.gantry.worker;

import io.gantry.common.acs.AcsTask;
import io.gantry.common.time.Timers;
import io.gantry.worker.core.AgentState;
import io.gantry.worker.core.LocalTask;
import io.gantry.worker.runtime.ContainerRuntime;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Has the runtime remove from time to time what no task needs. */
final class Tidying {
    private static final Duration FIRST = Duration.ofMinutes(1);
    private static final Duration USUAL = Duration.ofMinutes(30);

    private final Supplier<AgentState> state;
    private final ContainerRuntime runtime;
    private final Duration interval;
    private final Timers timers;

    /**
     * Made, but not begun.
     *
     * @param interval zero if images are not cleaned up; the rest is all the same
     */
    Tidying(
            Supplier<AgentState> state,
            ContainerRuntime runtime,
            Duration interval,
            Timers timers) {
        this.state = state;
        this.runtime = runtime;
        this.interval = interval.isZero() ? USUAL : interval;
        this.timers = timers;
    }

    void begin() {
        // What was left over by an earlier life does not wait for the regular round.
        timers.after(interval.compareTo(FIRST) < 0 ? interval : FIRST, this::tidy);
    }

    private void tidy() {
        Thread.startVirtualThread(
                () -> {
                    runtime.tidy(this::known);
                    timers.after(interval, this::tidy);
                });
    }

    private List<AcsTask> known() {
        return state.get()
                .tasks()
                .values()
                .filter(task -> !task.removed())
                .map(LocalTask::spec)
                .toList();
    }
}
