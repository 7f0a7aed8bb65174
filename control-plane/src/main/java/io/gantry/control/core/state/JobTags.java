package io.gantry.control.core.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Tag;

/**
 * What the tags of a RunTask request ask for beyond ECS, by which a task becomes a job.
 *
 * @param waitMillis how long a task may wait for capacity; 0 for not at all
 * @param timeoutMillis how long a task may run; 0 for any time
 * @param retries how often a task that fails is run again
 * @param queue where it waits for its turn; null for nowhere
 */
public record JobTags(long waitMillis, long timeoutMillis, int retries, @Nullable Queue queue) {
    public static final String WAIT = "gantry:wait-for-capacity";
    public static final String TIMEOUT = "gantry:timeout";
    public static final String RETRIES = "gantry:retries";
    public static final String QUEUE = "gantry:queue";

    /** Set on a task that is run again: the id of the one that failed. */
    public static final String RETRY_OF = "gantry:retry-of";

    /** Set on a task that is run again: 2 for the first repetition. */
    public static final String ATTEMPT = "gantry:attempt";

    /** The tags that users may set. */
    public static final Set<String> ASKED = Set.of(WAIT, TIMEOUT, RETRIES, QUEUE);

    /** The tags that only Gantry sets. */
    public static final Set<String> TOLD = Set.of(RETRY_OF, ATTEMPT);

    private static final long SECOND = 1_000;
    private static final long DAY = 24 * 60 * 60 * SECOND;
    private static final int MOST_RETRIES = 10;
    private static final int MOST_AT_ONCE = 10_000;
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})(s|m|h|d)");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,2}");
    private static final Pattern QUEUE_FORM =
            Pattern.compile("([A-Za-z0-9_-]{1,64})(?::([0-9]{1,5}))?");

    /**
     * A queue of a cluster.
     *
     * @param concurrency how many of its tasks may be placed, and not stopped, for a task of this
     *     tag to be placed too
     */
    public record Queue(String name, int concurrency) {}

    /** What valid tags ask for; a value that is not valid asks for nothing. */
    public static JobTags of(List<Tag> tags) {
        long wait = 0;
        long timeout = 0;
        int retries = 0;
        Queue queue = null;
        for (Tag tag : tags) {
            String value = String.valueOf(tag.value());
            switch (tag.key()) {
                case WAIT -> wait = duration(value, 7 * DAY);
                case TIMEOUT -> timeout = duration(value, 30 * DAY);
                case RETRIES -> retries = Math.max(0, retries(value));
                case QUEUE -> queue = queue(value);
                case null, default -> {}
            }
        }
        return new JobTags(wait, timeout, retries, queue);
    }

    /** What the value of one of the tags must be. */
    static String form(String key) {
        return switch (key) {
            case WAIT -> "a time from 1s to 7d, such as 10m";
            case TIMEOUT -> "a time from 1s to 30d, such as 1h";
            case RETRIES -> "a number from 0 to 10, such as 3";
            default ->
                    "a name of up to 64 letters, numbers, hyphens and underscores, and after a"
                            + " colon how many tasks may run at once, from 1 to 10000, such as"
                            + " etl:2";
        };
    }

    /** Whether one of the tags may have that value. */
    static boolean isValid(String key, String value) {
        return switch (key) {
            case WAIT -> duration(value, 7 * DAY) > 0;
            case TIMEOUT -> duration(value, 30 * DAY) > 0;
            case RETRIES -> retries(value) >= 0;
            default -> queue(value) != null;
        };
    }

    /** Whether a task with these tags is one like any other. */
    public boolean isNone() {
        return waitMillis == 0 && timeoutMillis == 0 && retries == 0 && queue == null;
    }

    /** Whether a task that cannot be placed at once may wait. */
    public boolean mayWait() {
        return waitMillis > 0 || queue != null;
    }

    /** The value of a tag as it was given. */
    static String text(List<Tag> tags, String key) {
        return tags.stream()
                .filter(tag -> key.equals(tag.key()))
                .map(Tag::value)
                .findFirst()
                .orElse("");
    }

    /** The tags of the task that is run in the place of one that failed. */
    static List<Tag> again(List<Tag> tags, String failed, int attempt) {
        var next = new ArrayList<Tag>();
        tags.stream().filter(tag -> !TOLD.contains(tag.key())).forEach(next::add);
        next.add(Tag.builder().key(RETRY_OF).value(failed).build());
        next.add(Tag.builder().key(ATTEMPT).value(Integer.toString(attempt)).build());
        return next;
    }

    /** Other tags, with those of ours that there were. */
    static List<Tag> keeping(List<Tag> before, List<Tag> after) {
        var next = new ArrayList<Tag>();
        before.stream().filter(JobTags::isOurs).forEach(next::add);
        after.stream().filter(tag -> !isOurs(tag)).forEach(next::add);
        return next;
    }

    private static boolean isOurs(Tag tag) {
        return ASKED.contains(tag.key()) || TOLD.contains(tag.key());
    }

    private static long duration(String text, long longest) {
        Matcher form = DURATION.matcher(text);
        if (!form.matches()) {
            return 0;
        }
        long unit =
                switch (form.group(2)) {
                    case "s" -> SECOND;
                    case "m" -> 60 * SECOND;
                    case "h" -> 3_600 * SECOND;
                    default -> DAY;
                };
        long millis = Long.parseLong(form.group(1)) * unit;
        return millis > longest ? 0 : millis;
    }

    /** A valid number, else -1. */
    private static int retries(String text) {
        int number = NUMBER.matcher(text).matches() ? Integer.parseInt(text) : -1;
        return number > MOST_RETRIES ? -1 : number;
    }

    private static @Nullable Queue queue(String text) {
        Matcher form = QUEUE_FORM.matcher(text);
        if (!form.matches()) {
            return null;
        }
        int concurrency = form.group(2) == null ? 1 : Integer.parseInt(form.group(2));
        return concurrency < 1 || concurrency > MOST_AT_ONCE
                ? null
                : new Queue(form.group(1), concurrency);
    }
}
