package io.gantry.common.wire;

import org.jspecify.annotations.Nullable;

/**
 * Something in a request that its model forbids.
 *
 * @param path where, as in {@code tags.1.member.key}
 * @param value what was found there; null if nothing
 * @param constraint what should have been, in the words of AWS
 */
public record Violation(Rule rule, String path, @Nullable Object value, String constraint) {
    private static final int LONGEST_ECHO = 256;

    /** What kind of rule a value breaks. */
    public enum Rule {
        REQUIRED,
        RANGE,
        LENGTH,
        PATTERN,
        ENUM
    }

    /** The sentence that AWS has for it. */
    public String text() {
        return "Value "
                + (value == null ? "null" : "'" + echo(value.toString()) + "'")
                + " at '"
                + path
                + "' failed to satisfy constraint: "
                + constraint;
    }

    private static String echo(String text) {
        return text.length() <= LONGEST_ECHO ? text : text.substring(0, LONGEST_ECHO) + "…";
    }
}
