package io.gantry.control.core.state;

import java.util.List;
import software.amazon.awssdk.services.ecs.model.Tag;

/**
 * A capacity provider: a pool of the workers that say its name. FARGATE and FARGATE_SPOT are always
 * there and have no row.
 *
 * @param spec what the user configured, tags included; without ARN and status
 * @param active false once deleted; it stays describable for a while
 * @param changed whether it has been updated since it was made
 */
public record CapacityProvider(
        String name,
        software.amazon.awssdk.services.ecs.model.CapacityProvider spec,
        boolean active,
        boolean changed) {

    /** One that nobody uses yet. */
    public static CapacityProvider created(
            software.amazon.awssdk.services.ecs.model.CapacityProvider spec) {
        return new CapacityProvider(spec.name(), spec, true, false);
    }

    /** Configured anew. */
    public CapacityProvider with(software.amazon.awssdk.services.ecs.model.CapacityProvider next) {
        return new CapacityProvider(name, next, active, true);
    }

    /** With other tags, which is no update of it. */
    public CapacityProvider tagged(List<Tag> tags) {
        return new CapacityProvider(name, spec.toBuilder().tags(tags).build(), active, changed);
    }

    public CapacityProvider deleted() {
        return new CapacityProvider(name, spec, false, changed);
    }
}
