package io.gantry.control.lead;

import io.gantry.common.model.WorkerId;
import io.gantry.common.time.Clock;
import io.gantry.common.time.Timers;
import io.gantry.common.time.Timers.Timer;
import io.gantry.control.core.command.Command.DisconnectWorker;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Worker;
import io.gantry.control.live.LiveStore;
import io.gantry.control.live.LiveStore.Heartbeat;
import io.gantry.control.log.CommandLog;
import io.gantry.control.log.Replica;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Ends sessions whose node is gone and cannot say so itself. Missing heartbeats are no evidence of
 * death, so the time counts from when this leader began to look; a session that is ended by mistake
 * costs its agent a reconnect. Looking at heartbeats may block, so it has {@link Timers} of its
 * own.
 */
public final class SessionPatrol {
    static final Duration SILENCE = Duration.ofSeconds(20);

    private static final Duration ROUND = Duration.ofSeconds(5);

    private final Replica replica;
    private final CommandLog commands;
    private final LiveStore live;
    private final Clock clock;
    private final Timers timers;
    private final Map<WorkerId, Seen> seen = new HashMap<>();

    private @Nullable Timer next;

    private record Seen(@Nullable Heartbeat heartbeat, long session, long sinceNanos) {}

    public SessionPatrol(
            Replica replica, CommandLog commands, LiveStore live, Clock clock, Timers timers) {
        this.replica = replica;
        this.commands = commands;
        this.live = live;
        this.clock = clock;
        this.timers = timers;
    }

    /** A term begins: every session gets its full time anew. May be called from any thread. */
    void start() {
        timers.run(
                () -> {
                    end();
                    seen.clear();
                    round();
                });
    }

    /** May be called from any thread. */
    void stop() {
        timers.run(this::end);
    }

    private void end() {
        if (next != null) {
            next.cancel();
        }
    }

    private void round() {
        next = timers.after(ROUND, this::round);
        if (live.nodes() == 0) {
            // Without the store no heartbeat is seen, which says nothing about the agents.
            seen.clear();
        } else {
            check(replica.state());
        }
    }

    private void check(ClusterState state) {
        state.workers().forEach((id, worker) -> check(worker));
        seen.keySet().removeIf(id -> state.workers().get(id) == null);
    }

    private void check(Worker worker) {
        if (!worker.connected()) {
            seen.remove(worker.id());
            return;
        }
        Heartbeat heartbeat = live.heartbeat(worker.id());
        Seen known = seen.get(worker.id());
        long now = clock.nanoTime();
        if (known == null
                || known.session != worker.session()
                || (heartbeat != null && !heartbeat.equals(known.heartbeat))) {
            seen.put(worker.id(), new Seen(heartbeat, worker.session(), now));
        } else if (now - known.sinceNanos > SILENCE.toNanos()) {
            seen.remove(worker.id());
            // If the log does not take it, the time runs once more.
            var _ = commands.submit(new DisconnectWorker(worker.id(), worker.session()));
        }
    }
}
