package io.gantry.system;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Faults of an installation, one at a time: in each round all kinds, in an order and of processes
 * that chance decides.
 */
final class SoakFaults {
    private static final int LEAST_MILLIS = 2_000;
    private static final int MOST_MILLIS = 8_000;

    private final SoakInstallation installation;
    private final Random random;
    private final long beginNanos = System.nanoTime();
    private final List<Done> done = new ArrayList<>();
    private final List<Kind> round = new ArrayList<>();

    private enum Kind {
        KILL_NODE("KILL"),
        PAUSE_NODE("STOP"),
        KILL_WORKER("KILL"),
        PAUSE_WORKER("STOP");

        private final String signal;

        Kind(String signal) {
            this.signal = signal;
        }

        private List<String> victims() {
            return switch (this) {
                case KILL_NODE, PAUSE_NODE -> SoakInstallation.NODES;
                case KILL_WORKER, PAUSE_WORKER -> SoakInstallation.WORKERS;
            };
        }
    }

    /** A fault; times count from the beginning. */
    private record Done(Kind kind, String victim, Duration from, Duration to) {}

    SoakFaults(SoakInstallation installation, Random random) {
        this.installation = installation;
        this.random = random;
    }

    /** Ends with everything healed, not long after that time. */
    void run(Duration length) throws IOException {
        rest();
        while (elapsed().compareTo(length) < 0) {
            fault();
            rest();
        }
    }

    private void fault() throws IOException {
        if (round.isEmpty()) {
            round.addAll(List.of(Kind.values()));
            Collections.shuffle(round, random);
        }
        Kind kind = round.removeLast();
        String victim = kind.victims().get(random.nextInt(kind.victims().size()));
        Duration from = elapsed();
        installation.signal(victim, kind.signal);
        try {
            rest();
        } finally {
            if (kind.signal.equals("STOP")) {
                installation.signal(victim, "CONT");
            }
        }
        // Also waits until a process that was paused is back with the others.
        installation.up();
        done.add(new Done(kind, victim, from, elapsed()));
    }

    private void rest() {
        long until =
                System.nanoTime()
                        + Duration.ofMillis(random.nextLong(LEAST_MILLIS, MOST_MILLIS)).toNanos();
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - beginNanos);
    }

    @Override
    public String toString() {
        var text = new StringBuilder("%d faults:%n".formatted(done.size()));
        for (Done each : done) {
            text.append(
                    "  %6.1f .. %6.1f s  %s %s%n"
                            .formatted(
                                    each.from.toMillis() / 1e3,
                                    each.to.toMillis() / 1e3,
                                    each.kind,
                                    each.victim));
        }
        return text.toString();
    }
}
