package io.gantry.control.core.state;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a machine is emptied.
 *
 * @param beganAtMillis when that was asked for
 * @param deadlineAtMillis when whatever still runs there is stopped; 0 for never
 * @param pace how many tasks of services may be moved in which time; null for any number
 * @param tasks how many it had of services when it began
 */
public record Drain(long beganAtMillis, long deadlineAtMillis, @Nullable Rate pace, int tasks) {

    private static final Pattern TIME = Pattern.compile("([0-9]{1,6})(s|m|h)");
    private static final long LONGEST_MILLIS = 168L * 60 * 60 * 1000;

    /** The milliseconds of a time such as 10m; null unless it is from 1s to 168h. */
    public static @Nullable Long parseDeadline(String text) {
        Matcher form = TIME.matcher(text);
        if (!form.matches()) {
            return null;
        }
        long unit =
                switch (form.group(2)) {
                    case "s" -> 1_000;
                    case "m" -> 60_000;
                    default -> 3_600_000;
                };
        long millis = Long.parseLong(form.group(1)) * unit;
        return millis < 1_000 || millis > LONGEST_MILLIS ? null : millis;
    }

    /** How many tasks of services are not to be moved yet. */
    public int waiting(long nowMillis) {
        if (pace == null) {
            return 0;
        }
        long turns = 1 + Math.max(0, nowMillis - beganAtMillis) / pace.perMillis();
        return (int) Math.max(0, tasks - turns * pace.count());
    }

    /** When the next tasks may be moved. */
    public long nextTurnMillis(long nowMillis) {
        long period = pace == null ? 1 : pace.perMillis();
        return nowMillis + period - Math.max(0, nowMillis - beganAtMillis) % period;
    }
}
