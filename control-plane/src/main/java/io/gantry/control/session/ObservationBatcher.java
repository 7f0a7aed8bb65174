package io.gantry.control.session;

import io.gantry.common.time.Timers;
import io.gantry.control.api.Observations;
import io.gantry.control.core.command.Command.Observation;
import io.gantry.control.core.command.Command.ObserveTasks;
import io.gantry.control.log.CommandLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Puts the reports of many agents into few log entries. The first report goes out at once; those
 * that come while it is on its way share the next entry.
 */
public final class ObservationBatcher implements Observations {
    static final int MAX_BATCH = 256;

    /** A report does not wait longer for the batch before it. */
    static final Duration MAX_WAIT = Duration.ofMillis(10);

    private final CommandLog commands;
    private final Timers timers;
    private List<Waiting> waiting = new ArrayList<>();
    private int inFlight;
    private boolean timerSet;

    private record Waiting(Observation observation, CompletableFuture<Void> done) {}

    public ObservationBatcher(CommandLog commands, Timers timers) {
        this.commands = commands;
        this.timers = timers;
    }

    @Override
    public CompletableFuture<Void> report(Observation observation) {
        var done = new CompletableFuture<Void>();
        timers.run(() -> add(new Waiting(observation, done)));
        return done;
    }

    private void add(Waiting report) {
        waiting.add(report);
        if (inFlight == 0 || waiting.size() >= MAX_BATCH) {
            flush();
        } else if (!timerSet) {
            timerSet = true;
            timers.after(
                    MAX_WAIT,
                    () -> {
                        timerSet = false;
                        flush();
                    });
        }
    }

    private void flush() {
        if (waiting.isEmpty()) {
            return;
        }
        List<Waiting> batch = waiting;
        waiting = new ArrayList<>();
        inFlight++;
        List<Observation> observations = batch.stream().map(Waiting::observation).toList();
        var _ =
                commands.submit(new ObserveTasks(observations))
                        .whenComplete(
                                (committed, failure) -> {
                                    timers.run(this::landed);
                                    batch.forEach(each -> finish(each.done(), failure));
                                });
    }

    private void landed() {
        inFlight--;
        if (inFlight == 0) {
            flush();
        }
    }

    private static void finish(CompletableFuture<Void> done, @Nullable Throwable failure) {
        if (failure == null) {
            done.complete(null);
        } else {
            done.completeExceptionally(failure);
        }
    }
}
