package io.gantry.control.raft;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for something to become true, within a bound. */
final class Awaiting {

    private Awaiting() {}

    static void until(String what, BooleanSupplier holds) {
        until(what, Duration.ofSeconds(15), holds);
    }

    static void until(String what, Duration bound, BooleanSupplier holds) {
        long deadline = System.nanoTime() + bound.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + bound + ": " + what);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }
}
