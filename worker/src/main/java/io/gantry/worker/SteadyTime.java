package io.gantry.worker;

import io.gantry.common.time.Clock;
import java.time.Duration;

/** Notices when the machine's clock was set, by the one that never jumps. One thread at a time. */
final class SteadyTime {
    // Clocks are brought in line slowly by less than this between two looks.
    private static final long TOLERANCE_MILLIS = 1_000;

    private final Clock clock;
    private long wallMillis;
    private long steadyNanos;

    SteadyTime(Clock clock) {
        this.clock = clock;
        accept();
    }

    /** By how much the clock was set ahead since the last look; 0 if it was not. */
    long jumpMillis() {
        long wall = clock.nowMillis() - wallMillis;
        long steady = Duration.ofNanos(clock.nanoTime() - steadyNanos).toMillis();
        if (Math.abs(wall - steady) > TOLERANCE_MILLIS) {
            return wall - steady;
        }
        accept();
        return 0;
    }

    /** From now on the clock is right as it is. */
    void accept() {
        wallMillis = clock.nowMillis();
        steadyNanos = clock.nanoTime();
    }
}
