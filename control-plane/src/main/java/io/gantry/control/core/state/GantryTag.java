package io.gantry.control.core.state;

import static io.gantry.control.core.state.GantryTag.Place.CLUSTER;
import static io.gantry.control.core.state.GantryTag.Place.DAEMON;
import static io.gantry.control.core.state.GantryTag.Place.SERVICE;
import static io.gantry.control.core.state.GantryTag.Place.TASK;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Tag;

/**
 * A tag by which users ask for what ECS has no member for. All keys that begin with {@code gantry:}
 * are ours: one that is not among {@link #ALL} is refused, as is a value that means nothing, or a
 * key on something that it has no meaning for.
 *
 * @param form what its value must be, in words
 * @param places what it may be put on
 */
public record GantryTag(String key, String form, Predicate<String> valid, Set<Place> places) {
    /** The beginning of all keys. */
    public static final String PREFIX = "gantry:";

    /** After which silence of their machine tasks are given up; see {@link Loss}. */
    public static final GantryTag LOST_AFTER =
            new GantryTag(
                    Loss.TAG,
                    "never, or a time from 10s to 24h such as 30s, 5m or 1h",
                    value -> Loss.parse(value) != null,
                    Set.of(SERVICE, CLUSTER, DAEMON));

    /** How important tasks are; see {@link Priority}. */
    public static final GantryTag PRIORITY =
            new GantryTag(
                    "gantry:priority",
                    "a whole number from 0 to 100",
                    value -> Priority.parse(value) != null,
                    Set.of(SERVICE, TASK, CLUSTER));

    /** How many tasks of a deployment may be started and not be healthy yet. */
    public static final GantryTag MAX_PARALLEL =
            new GantryTag(
                    "gantry:max-parallel",
                    "a whole number from 1 to 5000",
                    value -> TagValues.number(value, 1, 5_000) != null,
                    Set.of(SERVICE));

    /** Which capacity providers take what has no room with its own. */
    public static final GantryTag CAPACITY_FALLBACK =
            new GantryTag(
                    "gantry:capacity-fallback",
                    "up to 20 names of capacity providers joined by +, such as"
                            + " FARGATE_SPOT+FARGATE",
                    value -> TagValues.names(value, Pattern.compile("[A-Za-z0-9_-]+")) != null,
                    Set.of(SERVICE, TASK, CLUSTER));

    /** Beside which groups tasks had better not be. */
    public static final GantryTag AVOID =
            new GantryTag(
                    "gantry:avoid",
                    "up to 20 groups of tasks joined by +, such as" + " service:web+family:batch",
                    value -> TagValues.names(value, Pattern.compile("[^+\\s]+")) != null,
                    Set.of(SERVICE, TASK, CLUSTER));

    /** How many tasks may be moved in which time so that they lie more evenly. */
    public static final GantryTag REBALANCE =
            new GantryTag(
                    "gantry:rebalance",
                    Rate.FORM,
                    value -> Rate.parse(value) != null,
                    Set.of(SERVICE, CLUSTER));

    /** How long a task waits for room; this and the following ones are for RunTask alone. */
    public static final GantryTag WAIT = ofJobs(JobTags.WAIT);

    public static final GantryTag TIMEOUT = ofJobs(JobTags.TIMEOUT);
    public static final GantryTag RETRIES = ofJobs(JobTags.RETRIES);
    public static final GantryTag QUEUE = ofJobs(JobTags.QUEUE);

    private static final List<GantryTag> ALL =
            List.of(
                    LOST_AFTER,
                    PRIORITY,
                    MAX_PARALLEL,
                    CAPACITY_FALLBACK,
                    AVOID,
                    REBALANCE,
                    WAIT,
                    TIMEOUT,
                    RETRIES,
                    QUEUE);

    public GantryTag {
        places = Set.copyOf(places);
    }

    private static GantryTag ofJobs(String key) {
        return new GantryTag(
                key, JobTags.form(key), value -> JobTags.isValid(key, value), Set.of(TASK));
    }

    /** What tags are put on; tasks are those of a request to run or start them. */
    public enum Place {
        CLUSTER,
        SERVICE,
        TASK,
        TASK_DEFINITION,
        CAPACITY_PROVIDER,
        CONTAINER_INSTANCE,
        TASK_SET,
        DAEMON,
        DAEMON_TASK_DEFINITION;

        private String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** The value that tags give it; null for none. */
    public @Nullable String in(List<Tag> tags) {
        for (Tag tag : tags) {
            if (key.equals(tag.key())) {
                return tag.value();
            }
        }
        return null;
    }

    /** The value that tags, or else those of the cluster, give it; null for none. */
    public @Nullable String in(List<Tag> tags, @Nullable Cluster cluster) {
        String own = in(tags);
        return own == null && cluster != null ? in(cluster.spec().tags()) : own;
    }

    /** The names that tags, or else those of the cluster, give it, joined by {@code +}. */
    public List<String> namesIn(List<Tag> tags, @Nullable Cluster cluster) {
        String value = in(tags, cluster);
        return value == null ? List.of() : TagValues.parts(value);
    }

    /** What is wrong with a tag of somebody; null for nothing. */
    public static @Nullable String complaint(Tag tag, Place place) {
        String key = tag.key();
        if (!key.toLowerCase(Locale.ROOT).startsWith(PREFIX)) {
            return null;
        }
        GantryTag known =
                ALL.stream().filter(each -> each.key.equals(key)).findFirst().orElse(null);
        if (JobTags.TOLD.contains(key)) {
            return "The tag %s is set by Gantry on tasks that it runs again; it cannot be given."
                    .formatted(key);
        }
        if (known == null) {
            return "The tag '%s' is unknown. Tags that begin with '%s' are %s."
                    .formatted(key, PREFIX, keys());
        }
        if (!known.places.contains(place)) {
            return JobTags.ASKED.contains(key)
                    ? "The tag %s is only for RunTask: a %s cannot act on it."
                            .formatted(key, place.text())
                    : "The tag %s has no meaning on a %s.".formatted(key, place.text());
        }
        return known.valid.test(String.valueOf(tag.value()))
                ? null
                : "The value '%s' of the tag %s is invalid. It must be %s."
                        .formatted(tag.value(), key, known.form);
    }

    private static String keys() {
        return ALL.stream().map(GantryTag::key).collect(Collectors.joining(", "));
    }
}
