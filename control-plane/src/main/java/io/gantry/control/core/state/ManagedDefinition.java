package io.gantry.control.core.state;

import java.util.List;
import software.amazon.awssdk.services.ecs.model.DaemonTaskDefinition;
import software.amazon.awssdk.services.ecs.model.DaemonTaskDefinitionStatus;
import software.amazon.awssdk.services.ecs.model.Tag;

/**
 * A revision of a daemon task definition. What its tasks run is a {@link TaskDefinitionRow} of the
 * same key.
 *
 * @param definition complete, as ECS describes it, status and dates included
 */
public record ManagedDefinition(
        TaskDefinitionKey key, DaemonTaskDefinition definition, List<Tag> tags) {
    public ManagedDefinition {
        tags = List.copyOf(tags);
    }

    public boolean active() {
        return definition.status() == DaemonTaskDefinitionStatus.ACTIVE;
    }

    /** Whether it is to be deleted as soon as no daemon has it. */
    public boolean leaving() {
        return definition.status() == DaemonTaskDefinitionStatus.DELETE_IN_PROGRESS;
    }

    public ManagedDefinition tagged(List<Tag> next) {
        return new ManagedDefinition(key, definition, next);
    }

    public ManagedDefinition with(DaemonTaskDefinition changed) {
        return new ManagedDefinition(key, changed, tags);
    }
}
