package io.gantry.common.time;

import java.time.Instant;

/** What time it is. */
public interface Clock {

    /** Milliseconds since the epoch; may jump when the machine's clock is set. */
    long nowMillis();

    /** Nanoseconds from an arbitrary start; never jumps. For measuring durations on one machine. */
    long nanoTime();

    default Instant now() {
        return Instant.ofEpochMilli(nowMillis());
    }

    /** The machine's own clock. */
    static Clock system() {
        return SystemClock.INSTANCE;
    }
}
