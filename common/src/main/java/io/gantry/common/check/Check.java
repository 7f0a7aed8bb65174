package io.gantry.common.check;

import org.jspecify.annotations.Nullable;

/** Always-on assertions. A violated one is our bug: whoever owns the thread logs it and stops. */
public final class Check {

    private Check() {}

    /**
     * Throws {@link AssertionError} unless {@code holds}.
     *
     * @param subject what the claim is about; printed only when it fails
     */
    public static void that(boolean holds, @Nullable Object subject) {
        if (!holds) {
            throw new AssertionError(String.valueOf(subject));
        }
    }

    /** The value, which must be there. */
    public static <T> T present(@Nullable T value, Object subject) {
        if (value == null) {
            throw new AssertionError("missing: " + subject);
        }
        return value;
    }
}
