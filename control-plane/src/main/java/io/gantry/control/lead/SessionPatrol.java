package io.gantry.control.lead;

import io.gantry.common.model.WorkerId;
import io.gantry.common.time.Clock;
import io.gantry.control.core.command.Command.DisconnectWorker;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Worker;
import io.gantry.control.live.LiveStore;
import io.gantry.control.live.LiveStore.Heartbeat;
import io.gantry.control.log.CommandLog;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Ends sessions whose node is gone and cannot say so itself. Missing heartbeats are no evidence of
 * death, so the time counts from when this leader began to look; a session that is ended by mistake
 * costs its agent a reconnect.
 */
public final class SessionPatrol {
    static final Duration SILENCE = Duration.ofSeconds(20);

    private final CommandLog commands;
    private final LiveStore live;
    private final Clock clock;
    private final Map<WorkerId, Seen> seen = new HashMap<>();

    private record Seen(@Nullable Heartbeat heartbeat, long session, long sinceNanos) {}

    public SessionPatrol(CommandLog commands, LiveStore live, Clock clock) {
        this.commands = commands;
        this.live = live;
        this.clock = clock;
    }

    /** A term begins: every session gets its full time anew. */
    void start() {
        seen.clear();
    }

    void check(ClusterState state) {
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
            var _ = commands.submit(new DisconnectWorker(worker.id(), worker.session()));
        }
    }
}
