package io.gantry.common.model;

import java.util.HexFormat;

/**
 * How all 128-bit ids look and sort: 32 lower-case hex digits, unsigned, most significant first.
 */
final class Id128 {

    private Id128() {}

    static String text(long high, long low) {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(high) + hex.toHexDigits(low);
    }

    static boolean matches(String text) {
        return text.length() == 32 && text.chars().allMatch(HexFormat::isHexDigit);
    }

    static long high(String text) {
        if (!matches(text)) {
            throw new IllegalArgumentException("not an id of 32 hex digits: " + text);
        }
        return HexFormat.fromHexDigitsToLong(text, 0, 16);
    }

    static long low(String text) {
        return HexFormat.fromHexDigitsToLong(text, 16, 32);
    }

    static int compare(long high, long low, long otherHigh, long otherLow) {
        int order = Long.compareUnsigned(high, otherHigh);
        return order != 0 ? order : Long.compareUnsigned(low, otherLow);
    }
}
