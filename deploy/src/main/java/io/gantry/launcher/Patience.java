package io.gantry.launcher;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waiting for what other processes do. */
final class Patience {
    private static final long STEP_MILLIS = 50;

    private Patience() {}

    /** Asks until there is an answer, which is null if there was none within the limit. */
    static <T> @Nullable T await(Duration limit, Supplier<@Nullable T> question) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            T answer = question.get();
            if (answer != null || System.nanoTime() > deadline) {
                return answer;
            }
            rest(STEP_MILLIS);
        }
    }

    static void rest(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failure("Interrupted.", interrupted);
        }
    }
}
