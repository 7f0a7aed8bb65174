package io.gantry.control.core.state;

import java.util.List;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskDefinitionStatus;

/**
 * A revision of a task definition.
 *
 * @param definition complete, as ECS describes it, status and dates included
 */
public record TaskDefinitionRow(
        TaskDefinitionKey key, TaskDefinition definition, List<Tag> tags, Footprint footprint) {

    public boolean active() {
        return "ACTIVE".equals(definition.statusAsString());
    }

    /** Whether somebody has asked for it to be deleted, and something still refers to it. */
    public boolean goes() {
        return definition.status() == TaskDefinitionStatus.DELETE_IN_PROGRESS;
    }

    public TaskDefinitionRow tagged(List<Tag> next) {
        return new TaskDefinitionRow(key, definition, next, footprint);
    }

    public TaskDefinitionRow with(TaskDefinition changed) {
        return new TaskDefinitionRow(key, changed, tags, footprint);
    }
}
