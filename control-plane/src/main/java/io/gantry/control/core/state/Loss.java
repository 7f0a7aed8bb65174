package io.gantry.control.core.state;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Tag;

/**
 * When a task of a service is given up because nothing is heard of its worker. Settled when the
 * task is placed and told to the worker with it, so that both sides always mean the same.
 *
 * @param afterMillis how long the worker must have been silent
 * @param kept whether the task goes on if its worker returns before it has been replaced; such a
 *     task has no lease, so its replacement may run beside it for a while
 */
public record Loss(long afterMillis, boolean kept) {
    /** On a service or a cluster: after how long its tasks are lost, such as 30s, 5m or never. */
    public static final String TAG = "gantry:lost-after";

    public static final long NEVER = -1;

    /**
     * Anything shorter would leave no time for a lease to be renewed, and for an end to be made.
     */
    public static final long SHORTEST_MILLIS = 10_000;

    public static final long LONGEST_MILLIS = 24L * 60 * 60 * 1000;

    private static final long LEAST_MARGIN_MILLIS = 3_500;
    private static final Pattern FORM = Pattern.compile("([0-9]{1,6})(s|m|h)");

    /**
     * How long the worker may let the task run after it sent the last heartbeat that was answered.
     * The rest is for clocks that do not run alike and for the end of the containers.
     */
    public long leaseMillis() {
        return afterMillis - Math.max(LEAST_MARGIN_MILLIS, afterMillis / 10);
    }

    /** Milliseconds or {@link #NEVER}; null unless it is never, or from 10s to 24h. */
    public static @Nullable Long parse(String text) {
        if (text.equals("never")) {
            return NEVER;
        }
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return null;
        }
        long number = Long.parseLong(form.group(1));
        long millis =
                switch (form.group(2)) {
                    case "s" -> number * 1_000;
                    case "m" -> number * 60_000;
                    default -> number * 3_600_000;
                };
        return millis < SHORTEST_MILLIS || millis > LONGEST_MILLIS ? null : millis;
    }

    /** What holds for a cluster: its tag, or else the policy; milliseconds or {@link #NEVER}. */
    public static long afterMillis(ClusterState state, String cluster) {
        Cluster row = state.clusters().get(cluster);
        Long tagged = row == null ? null : tagged(row.spec().tags());
        return tagged == null ? state.policy().lostAfterMillis() : tagged;
    }

    /** What holds for new tasks of a service; null if they are never lost. */
    public static @Nullable Loss of(ClusterState state, Service service) {
        return of(state, service.key().cluster(), service.tags());
    }

    /** What holds for new tasks of whatever has these tags; null if they are never lost. */
    public static @Nullable Loss of(ClusterState state, String cluster, List<Tag> tags) {
        Long tagged = tagged(tags);
        long after = tagged == null ? afterMillis(state, cluster) : tagged;
        return after == NEVER ? null : new Loss(after, state.policy().keepReturned());
    }

    private static @Nullable Long tagged(List<Tag> tags) {
        return tags.stream()
                .filter(tag -> TAG.equals(tag.key()))
                .map(tag -> parse(tag.value()))
                .findFirst()
                .orElse(null);
    }
}
