package io.gantry.control.core.state;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Tag;

/**
 * How important tasks are, from 0 to 100. Where there is no room, more important ones take that of
 * less important ones. A task of a service is as important as its service is now; any other task is
 * as its own tag says; what says nothing is as its cluster says.
 */
public final class Priority {
    public static final int USUAL = 50;
    private static final int MOST = 100;

    private Priority() {}

    static @Nullable Integer parse(String text) {
        return TagValues.number(text, 0, MOST);
    }

    /** That of whatever has these tags. */
    public static int of(List<Tag> tags, @Nullable Cluster cluster) {
        String text = GantryTag.PRIORITY.in(tags, cluster);
        Integer given = text == null ? null : parse(text);
        return given == null ? USUAL : given;
    }

    public static int of(ClusterState state, Service service) {
        return of(service.tags(), state.clusters().get(service.key().cluster()));
    }

    public static int of(ClusterState state, Task task) {
        ServiceKey key = task.service();
        Service service = key == null ? null : state.services().get(key);
        return of(
                service == null ? task.tags() : service.tags(),
                state.clusters().get(task.cluster()));
    }
}
