package io.gantry.worker.session;

import io.gantry.common.acs.AcsMessage;
import io.gantry.common.time.Clock;
import io.gantry.common.time.Timers;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks over one connection for the lease to be renewed, again and again. A node that does not
 * answer may be cut off from the others, so it is left before the lease is over.
 */
final class LeaseHeartbeats {
    static final Duration INTERVAL = Duration.ofSeconds(2);

    /** A node that has answered none for so long is left. */
    static final Duration PATIENCE = Duration.ofSeconds(6);

    private final WorkerTasks tasks;
    private final Clock clock;
    private final Timers timers;
    private final Consumer<AcsMessage> out;
    private final Consumer<String> leave;
    private final Map<Long, Long> stamps = new TreeMap<>();
    private Timers.@Nullable Timer next;
    private long number;
    private long answeredNanos;

    LeaseHeartbeats(SessionParts parts, Consumer<AcsMessage> out, Consumer<String> leave) {
        this.tasks = parts.tasks();
        this.clock = parts.clock();
        this.timers = parts.timers();
        this.out = out;
        this.leave = leave;
    }

    /** The node announces that it grants leases, or answers a heartbeat. */
    void received(AcsMessage.GantryLeaseMessage message) {
        answeredNanos = clock.nanoTime();
        if (message.number() == 0) {
            stop();
            beat();
            return;
        }
        Long stamp = stamps.get(message.number());
        if (stamp != null) {
            stamps.keySet().removeIf(sent -> sent <= message.number());
            tasks.leaseRenewed(stamp);
        }
    }

    private void beat() {
        if (clock.nanoTime() - answeredNanos > PATIENCE.toNanos()) {
            leave.accept("the node renews no lease");
            return;
        }
        next = timers.after(INTERVAL, this::beat);
        number++;
        // First the moment, then the heartbeat: a pause in between must not make the lease longer.
        stamps.put(number, tasks.leaseStamp());
        out.accept(new AcsMessage.GantryHeartbeatMessage(number));
    }

    /** The connection is over: what was asked on it is not answered any more. */
    void stop() {
        if (next != null) {
            next.cancel();
        }
        stamps.clear();
    }
}
