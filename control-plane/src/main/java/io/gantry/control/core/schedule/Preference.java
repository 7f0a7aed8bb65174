package io.gantry.control.core.schedule;

import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.GantryTag;
import io.gantry.control.core.state.Priority;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Tag;

/**
 * What whoever starts tasks wishes beyond what ECS knows.
 *
 * @param priority from 0 to 100: less important tasks make room for more important ones
 * @param avoid groups of tasks: machines that have some of them are the last to be chosen
 * @param fallback capacity providers that take, in this order, what has no room with its own
 */
public record Preference(int priority, List<String> avoid, List<String> fallback) {

    /** What nobody has said anything about. */
    public static final Preference NONE = new Preference(Priority.USUAL, List.of(), List.of());

    public Preference {
        avoid = List.copyOf(avoid);
        fallback = List.copyOf(fallback);
    }

    /** What the tags of a service or of a request say, or else those of the cluster. */
    public static Preference of(List<Tag> tags, @Nullable Cluster cluster) {
        return new Preference(
                Priority.of(tags, cluster),
                GantryTag.AVOID.namesIn(tags, cluster),
                GantryTag.CAPACITY_FALLBACK.namesIn(tags, cluster));
    }
}
