package io.gantry.worker.endpoints;

import io.gantry.common.time.Clock;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How often each client may ask: as with Amazon's agent 40 times a second, and 60 times at once.
 */
final class RateLimit {
    static final int PER_SECOND = 40;
    static final int BURST = 60;
    static final String REFUSAL = "You have reached maximum request limit";
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int MOST_CLIENTS = 1_000;

    private final Clock clock;
    private final ConcurrentMap<String, Bucket> clients = new ConcurrentHashMap<>();

    private record Bucket(double tokens, long atNanos) {

        private Bucket filled(long nowNanos) {
            double gained = (nowNanos - atNanos) / NANOS_PER_SECOND * PER_SECOND;
            return new Bucket(Math.min(BURST, tokens + gained), nowNanos);
        }
    }

    RateLimit(Clock clock) {
        this.clock = clock;
    }

    /** Whether one more request of a client is to be served; counts it if so. */
    boolean admits(String client) {
        long now = clock.nanoTime();
        if (clients.size() > MOST_CLIENTS) {
            clients.values().removeIf(bucket -> bucket.filled(now).tokens >= BURST);
        }
        AtomicBoolean admitted = new AtomicBoolean();
        clients.compute(
                client,
                (_, known) -> {
                    Bucket bucket = known == null ? new Bucket(BURST, now) : known.filled(now);
                    boolean enough = bucket.tokens >= 1;
                    admitted.set(enough);
                    return enough ? new Bucket(bucket.tokens - 1, now) : bucket;
                });
        return admitted.get();
    }
}
