package io.gantry.worker.session;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Ever longer pauses between attempts, each a little random so that workers do not march in step.
 */
final class Backoff {
    private static final double FIRST_MILLIS = 250;
    private static final double FACTOR = 1.5;
    private static final double LIMIT_MILLIS = 10_000;
    private static final double JITTER = 0.2;

    private final RandomGenerator random;
    private double nextMillis = FIRST_MILLIS;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    Duration next() {
        double jitter = 1 + JITTER * (2 * random.nextDouble() - 1);
        Duration pause = Duration.ofMillis((long) (nextMillis * jitter));
        nextMillis = Math.min(LIMIT_MILLIS, nextMillis * FACTOR);
        return pause;
    }

    void reset() {
        nextMillis = FIRST_MILLIS;
    }
}
