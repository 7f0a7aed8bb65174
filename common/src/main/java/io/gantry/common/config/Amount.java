package io.gantry.common.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Numbers with a unit, as people write them. */
public final class Amount {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,15})\\s*([a-z]*)");

    private Amount() {}

    /** Null unless it is one like 500ms, 10s, 5m, 2h, 1d or PT1.5S. */
    public static @Nullable Duration duration(String text) {
        if (text.regionMatches(true, 0, "P", 0, 1)) {
            try {
                Duration parsed = Duration.parse(text);
                return parsed.isNegative() ? null : parsed;
            } catch (DateTimeParseException malformed) {
                return null;
            }
        }
        Matcher amount = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!amount.matches()) {
            return null;
        }
        long number = Long.parseLong(amount.group(1));
        return switch (amount.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m", "min" -> Duration.ofSeconds(number * 60);
            case "h" -> Duration.ofSeconds(number * 3_600);
            case "d" -> Duration.ofSeconds(number * 86_400);
            default -> null;
        };
    }

    /** Bytes; null unless it is a size like 1048576, 512k, 64MiB or 2g, in powers of 1,024. */
    static @Nullable Long bytes(String text) {
        Matcher amount = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!amount.matches()) {
            return null;
        }
        long number = Long.parseLong(amount.group(1));
        int shift =
                switch (amount.group(2)) {
                    case "", "b" -> 0;
                    case "k", "kb", "kib" -> 10;
                    case "m", "mb", "mib" -> 20;
                    case "g", "gb", "gib" -> 30;
                    case "t", "tb", "tib" -> 40;
                    default -> -1;
                };
        return shift < 0 || number > Long.MAX_VALUE >> shift ? null : number << shift;
    }
}
