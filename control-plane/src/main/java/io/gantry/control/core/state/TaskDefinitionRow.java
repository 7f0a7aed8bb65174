package io.gantry.control.core.state;

import java.util.List;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

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

    public TaskDefinitionRow with(TaskDefinition changed) {
        return new TaskDefinitionRow(key, changed, tags, footprint);
    }
}
