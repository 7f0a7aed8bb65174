package io.gantry.control.lead;

import io.gantry.common.time.Clock;
import io.gantry.common.time.Timers;
import io.gantry.control.core.command.Command.Tick;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.log.CommandLog;

/** Proposes a tick when the first deadline of the state is due. */
public final class DeadlineClock {
    private final CommandLog commands;
    private final Clock clock;
    private final Timers timers;
    private boolean inFlight;

    public DeadlineClock(CommandLog commands, Clock clock, Timers timers) {
        this.commands = commands;
        this.clock = clock;
        this.timers = timers;
    }

    void check(ClusterState state) {
        var first = state.deadlines().first();
        if (inFlight || first == null || first.getKey().atMillis() > clock.nowMillis()) {
            return;
        }
        inFlight = true;
        var _ =
                commands.submit(new Tick())
                        .whenComplete((_, _) -> timers.run(() -> inFlight = false));
    }
}
