package io.gantry.control.core.state;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How often something may be done: so many times in any such period. */
public record Rate(int count, long perMillis) {
    /** How it is written, for those who got it wrong. */
    public static final String FORM =
            "a number from 1 to 1000 and a time from 1s to 24h such as 1/30s, 2/10m or 20/1h";

    private static final int MOST = 1_000;
    private static final long LONGEST_MILLIS = 24L * 60 * 60 * 1000;
    private static final Pattern PATTERN = Pattern.compile("([0-9]{1,4})/([0-9]{1,5})(s|m|h)");

    /** Reads {@code 2/10m}; null for what is not of that form. */
    public static @Nullable Rate parse(String text) {
        Matcher form = PATTERN.matcher(text);
        if (!form.matches()) {
            return null;
        }
        int count = Integer.parseInt(form.group(1));
        long unit =
                switch (form.group(3)) {
                    case "s" -> 1_000;
                    case "m" -> 60_000;
                    default -> 3_600_000;
                };
        long period = Long.parseLong(form.group(2)) * unit;
        boolean valid = count >= 1 && count <= MOST && period >= 1_000 && period <= LONGEST_MILLIS;
        return valid ? new Rate(count, period) : null;
    }

    /** As it is written, in seconds. */
    public String text() {
        return count + "/" + perMillis / 1_000 + "s";
    }
}
