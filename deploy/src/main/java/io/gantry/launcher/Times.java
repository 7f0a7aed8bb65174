package io.gantry.launcher;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times and durations as people read and write them. */
final class Times {
    private static final DateTimeFormatter TO_THE_MILLISECOND =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS");
    private static final Pattern AGO = Pattern.compile("([0-9]{1,9})([smhd])");
    private static final int MINUTE = 60;
    private static final int HOUR = 60 * MINUTE;
    private static final int DAY = 24 * HOUR;

    private Times() {}

    static String at(Instant instant, ZoneId zone) {
        return TO_THE_MILLISECOND.withZone(zone).format(instant);
    }

    /** To three figures or so: {@code 0.3 s}, {@code 12 s}, {@code 3 min 5 s}, {@code 2 d 4 h}. */
    static String text(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", Math.max(0, duration.toMillis()) / 1_000.0);
        }
        if (seconds < MINUTE) {
            return seconds + " s";
        }
        if (seconds < HOUR) {
            return seconds / MINUTE + " min " + seconds % MINUTE + " s";
        }
        if (seconds < DAY) {
            return seconds / HOUR + " h " + seconds % HOUR / MINUTE + " min";
        }
        return seconds / DAY + " d " + seconds % DAY / HOUR + " h";
    }

    /** Reads {@code 10m} (also s, h and d) as so long ago, and a time as ISO 8601 has it. */
    static Instant since(String text, Instant now) {
        Matcher ago = AGO.matcher(text);
        if (ago.matches()) {
            long amount = Long.parseLong(ago.group(1));
            return now.minusSeconds(
                    amount
                            * switch (ago.group(2)) {
                                case "s" -> 1;
                                case "m" -> MINUTE;
                                case "h" -> HOUR;
                                default -> DAY;
                            });
        }
        try {
            return DateTimeFormatter.ISO_OFFSET_DATE_TIME
                    .withZone(ZoneOffset.UTC)
                    .parse(text, Instant::from);
        } catch (DateTimeParseException neither) {
            throw new Failure(
                    "'%s' is neither a time such as 2026-01-31T12:00:00Z nor as long ago as 10m or 2h."
                            .formatted(text),
                    neither);
        }
    }
}
