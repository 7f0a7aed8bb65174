package io.gantry.system;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waiting for what other containers do. */
final class Patiently {
    /** Far longer than anything takes on a busy machine. */
    static final Duration LIMIT = Duration.ofMinutes(2);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    private Patiently() {}

    /** Looks until something is seen. */
    static <T> T await(String what, Supplier<@Nullable T> look) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            T seen = look.get();
            if (seen != null) {
                return seen;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within %s: %s".formatted(LIMIT, what));
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
    }

    static void awaitTrue(String what, BooleanSupplier look) {
        await(what, () -> look.getAsBoolean() ? Boolean.TRUE : null);
    }
}
