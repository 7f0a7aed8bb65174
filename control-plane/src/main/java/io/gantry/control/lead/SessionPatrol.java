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
 * death, so the time counts from when this leader began to look, and only while it was awake; a
 * session that is ended by mistake costs its agent a reconnect. Looking at heartbeats may block, so
 * it has {@link Timers} of its own.
 */
public final class SessionPatrol {
    /** Never less: nodes tell of their sessions every five seconds. */
    static final Duration SILENCE = Duration.ofSeconds(15);

    private static final Duration ROUND = Duration.ofSeconds(5);

    private final Replica replica;
    private final CommandLog commands;
    private final LiveStore live;
    private final Clock clock;
    private final Timers timers;
    private final Map<WorkerId, Seen> seen = new HashMap<>();

    private @Nullable Timer next;
    private long roundNanos;

    private record Seen(@Nullable Heartbeat heartbeat, long session, long silentNanos) {}

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
                    roundNanos = clock.nanoTime();
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
        long now = clock.nanoTime();
        long passed = Math.min(now - roundNanos, 2 * ROUND.toNanos());
        roundNanos = now;
        if (live.nodes() == 0) {
            // Without the store no heartbeat is seen, which says nothing about the agents.
            seen.clear();
        } else {
            check(replica.state(), passed);
        }
    }

    private void check(ClusterState state, long passedNanos) {
        long limit =
                Math.max(SILENCE.toNanos(), state.policy().disconnectedAfterMillis() * 1_000_000);
        state.workers().forEach((id, worker) -> check(worker, passedNanos, limit));
        seen.keySet().removeIf(id -> state.workers().get(id) == null);
    }

    private void check(Worker worker, long passedNanos, long limitNanos) {
        if (!worker.connected()) {
            seen.remove(worker.id());
            return;
        }
        Heartbeat heartbeat = live.heartbeat(worker.id());
        Seen known = seen.get(worker.id());
        if (known == null
                || known.session != worker.session()
                || (heartbeat != null && !heartbeat.equals(known.heartbeat))) {
            seen.put(worker.id(), new Seen(heartbeat, worker.session(), 0));
        } else if (known.silentNanos + passedNanos <= limitNanos) {
            seen.put(
                    worker.id(),
                    new Seen(heartbeat, worker.session(), known.silentNanos + passedNanos));
        } else {
            seen.remove(worker.id());
            // If the log does not take it, the time runs once more.
            var _ = commands.submit(new DisconnectWorker(worker.id(), worker.session()));
        }
    }
}
