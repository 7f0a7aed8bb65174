package io.gantry.common.model;

import io.gantry.common.time.Clock;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Where new ids come from. Ids are drawn in the shell and travel inside commands, so that applying
 * a command never needs chance. Safe for use by several threads if the random generator is.
 */
public final class IdSource {
    private static final long DEPLOYMENT_BASE = 1_000_000_000_000_000_000L;

    private final Clock clock;
    private final RandomGenerator random;

    public IdSource(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    public TaskId task() {
        return new TaskId(timeOrdered(), random.nextLong());
    }

    public WorkerId worker() {
        return new WorkerId(timeOrdered(), random.nextLong());
    }

    /** A random (version 4) UUID. */
    public UUID uuid() {
        long high = (random.nextLong() & ~0xF000L) | 0x4000L;
        long low = (random.nextLong() >>> 2) | Long.MIN_VALUE;
        return new UUID(high, low);
    }

    /** The 19 digits of an {@code ecs-svc/…} deployment id. */
    public long deployment() {
        return DEPLOYMENT_BASE + random.nextLong(8 * DEPLOYMENT_BASE);
    }

    /** 48 bits of milliseconds, then 16 of chance. */
    private long timeOrdered() {
        return (clock.nowMillis() << 16) | (random.nextLong() & 0xFFFFL);
    }
}
