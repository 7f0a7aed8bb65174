package io.gantry.common.wire;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;

/** Points in time within the years that every notation has, to the millisecond. */
final class Times {
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

    private Times() {}

    static Instant ofSeconds(double seconds) {
        return checked(Instant.ofEpochMilli(Math.round(seconds * 1000)));
    }

    static Instant parse(String text) {
        try {
            return checked(DateTimeFormatter.ISO_DATE_TIME.parse(text, Instant::from));
        } catch (DateTimeException malformed) {
            throw WireException.malformed("STRING_VALUE can not be converted to a Timestamp");
        }
    }

    private static Instant checked(Instant time) {
        if (time.isBefore(FIRST) || time.isAfter(LAST)) {
            throw WireException.malformed("Timestamp is out of range");
        }
        return time;
    }
}
