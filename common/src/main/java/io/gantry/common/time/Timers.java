package io.gantry.common.time;

import java.time.Duration;

/**
 * A loop that runs tasks one at a time, now or later. A step machine that touches its own fields
 * only from one such loop needs no locks, and runs unchanged in virtual time.
 */
public interface Timers {

    /**
     * Runs {@code task} soon, after whatever was handed over before. May be called from any thread.
     */
    void run(Runnable task);

    /** Runs {@code task} once {@code delay} has passed. May be called from any thread. */
    Timer after(Duration delay, Runnable task);

    /** A task that waits for its time. */
    interface Timer {

        /** Forgets the task if it has not begun. */
        void cancel();
    }
}
