package io.gantry.control.lead;

import io.gantry.common.model.WorkerId;
import io.gantry.common.time.Clock;
import io.gantry.common.time.Timers;
import io.gantry.common.time.Timers.Timer;
import io.gantry.control.core.command.Command.LoseWorker;
import io.gantry.control.core.reconcile.Losses;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Worker;
import io.gantry.control.log.CommandLog;
import io.gantry.control.log.Replica;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives up workers that stay away. How long they have been silent is measured here, on the clock of
 * this machine that never jumps and only while this node was awake and leading: neither a clock
 * that is set, nor a pause, nor an outage of the control plane makes anybody lost. So it is never
 * less than what has really passed since the worker could renew its lease for the last time, which
 * fencing relies on.
 */
public final class LossPatrol {
    private static final Logger log = LoggerFactory.getLogger(LossPatrol.class);

    static final Duration ROUND = Duration.ofSeconds(1);

    private final Replica replica;
    private final CommandLog commands;
    private final Clock clock;
    private final Timers timers;
    private final LossBudget budget;
    private final Map<WorkerId, Silence> silences = new HashMap<>();
    private final Set<WorkerId> inFlight = new HashSet<>();
    private @Nullable Timer next;
    private long roundNanos;
    private boolean fresh;

    private record Silence(long session, long millis) {}

    public LossPatrol(Replica replica, CommandLog commands, Clock clock, Timers timers) {
        this.replica = replica;
        this.commands = commands;
        this.clock = clock;
        this.timers = timers;
        this.budget = new LossBudget(clock);
    }

    /** A term begins: every worker that is away gets its full time anew. */
    void start() {
        stop();
        silences.clear();
        inFlight.clear();
        fresh = true;
        roundNanos = clock.nanoTime();
        next = timers.after(Duration.ZERO, this::round);
    }

    void stop() {
        if (next != null) {
            next.cancel();
        }
    }

    private void round() {
        next = timers.after(ROUND, this::round);
        long now = clock.nanoTime();
        // A round that comes late tells of a pause of ours, in which nobody could reach us.
        long passed = Math.min(now - roundNanos, 2 * ROUND.toNanos()) / 1_000_000;
        roundNanos = now;
        ClusterState state = replica.state();
        state.workers().forEach((id, worker) -> count(worker, passed));
        silences.keySet().removeIf(id -> state.workers().get(id) == null);
        fresh = false;
        budget.look(state);
        silences.forEach((id, silence) -> declare(state, id, silence));
    }

    private void count(Worker worker, long passedMillis) {
        if (worker.connected() || worker.session() == 0 || isGone(worker)) {
            silences.remove(worker.id());
            return;
        }
        Silence known = silences.get(worker.id());
        long millis =
                known != null && known.session == worker.session()
                        ? known.millis + passedMillis
                        : fresh ? 0 : worker.silentMillis();
        silences.put(worker.id(), new Silence(worker.session(), millis));
    }

    private static boolean isGone(Worker worker) {
        return worker.status() == Worker.Status.INACTIVE;
    }

    private void declare(ClusterState state, WorkerId id, Silence silence) {
        Worker worker = state.workers().get(id);
        if (worker == null
                || inFlight.contains(id)
                || !Losses.isDue(state, worker, silence.millis)
                || !budget.allows(worker)) {
            return;
        }
        inFlight.add(id);
        log.atWarn()
                .addKeyValue("worker", id)
                .addKeyValue("silent_ms", silence.millis)
                .addKeyValue("tasks", Losses.tasks(state, worker, silence.millis).count())
                .log("worker lost");
        // If the log does not take it, or late, the next round looks again.
        var _ =
                commands.submit(new LoseWorker(id, silence.session, silence.millis))
                        .whenComplete((_, _) -> timers.run(() -> inFlight.remove(id)));
    }
}
