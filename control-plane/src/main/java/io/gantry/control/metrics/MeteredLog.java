package io.gantry.control.metrics;

import io.gantry.common.time.Clock;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.log.CommandLog;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Histogram;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A log that counts what is submitted on this node, how long it takes and what it places. */
public final class MeteredLog implements CommandLog {
    private static final double NANOS_PER_SECOND = 1e9;

    private final CommandLog log;
    private final Clock clock;
    private final Histogram latency;
    private final Counter placements;

    MeteredLog(CommandLog log, Clock clock, CollectorRegistry registry) {
        this.log = log;
        this.clock = clock;
        this.latency =
                Histogram.build(
                                "gantry_raft_submit_seconds",
                                "Time from submitting a command to its being applied.")
                        .labelNames("command", "outcome")
                        .buckets(.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5)
                        .register(registry);
        this.placements =
                Counter.build(
                                "gantry_placements_total",
                                "Tasks that this node proposed to place, by what became of them.")
                        .labelNames("outcome")
                        .register(registry);
        // Both appear from the first scrape on, so that rates have a beginning.
        placements.labels("placed");
        placements.labels("refused");
    }

    @Override
    public CompletableFuture<Committed> submit(Command command) {
        long start = clock.nanoTime();
        return log.submit(command)
                .whenComplete((committed, _) -> measure(asked(command), committed, start));
    }

    private static Command asked(Command command) {
        return command instanceof Command.Once once ? once.command() : command;
    }

    private void measure(Command command, @Nullable Committed committed, long startNanos) {
        String outcome =
                committed == null
                        ? "unavailable"
                        : committed.reply() instanceof Reply.Refused ? "refused" : "applied";
        latency.labels(command.getClass().getSimpleName(), outcome)
                .observe((clock.nanoTime() - startNanos) / NANOS_PER_SECOND);
        if (committed != null && committed.reply() instanceof Reply.Started started) {
            placements.labels("placed").inc(started.started().size());
            placements.labels("refused").inc(started.refused().size());
        }
    }
}
