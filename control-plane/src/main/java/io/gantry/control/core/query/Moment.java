package io.gantry.control.core.query;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * A day or a second, as queries name them. What is compared with a day is compared as a day, so
 * that {@code == 2018-06-18} means the whole day; times without a zone are UTC.
 *
 * @param number how many units since the epoch
 */
record Moment(long number, long unitMillis) {
    private static final long SECOND = 1_000;
    private static final long DAY = 24 * 60 * 60 * SECOND;

    /**
     * Reads a date or a time.
     *
     * @throws IllegalArgumentException if it is neither; its message is the beginning of a sentence
     */
    static Moment of(String text) {
        try {
            if (text.indexOf('T') < 0) {
                return new Moment(LocalDate.parse(text).toEpochDay(), DAY);
            }
            boolean zoned = text.endsWith("Z") || text.matches(".*T.*[+-].*");
            return new Moment(
                    zoned
                            ? OffsetDateTime.parse(text).toEpochSecond()
                            : LocalDateTime.parse(text).toEpochSecond(ZoneOffset.UTC),
                    SECOND);
        } catch (DateTimeException neither) {
            throw new IllegalArgumentException(
                    "Expected a date such as 2018-06-18 or 2018-06-18T22:28:28Z, not '"
                            + text
                            + "',",
                    neither);
        }
    }

    int compareTo(long millis) {
        return Long.compare(number, Math.floorDiv(millis, unitMillis));
    }
}
