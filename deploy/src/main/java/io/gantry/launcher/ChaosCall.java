package io.gantry.launcher;

import org.jspecify.annotations.Nullable;

/**
 * A call of the load, as its client saw it; times are those of {@link System#nanoTime}.
 *
 * @param trouble what came instead of an answer at the first try; null if it succeeded
 * @param acknowledgedNanos when it succeeded, at the first try or a later one; null if never
 */
record ChaosCall(
        boolean write,
        long startNanos,
        long endNanos,
        @Nullable String trouble,
        @Nullable Long acknowledgedNanos) {

    boolean failedAtFirst() {
        return trouble != null;
    }

    boolean failed() {
        return acknowledgedNanos == null;
    }

    long nanos() {
        return endNanos - startNanos;
    }
}
