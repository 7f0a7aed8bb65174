package io.gantry.control.core.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.ContainerOverride;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskOverride;

/** The definition of one task: what was registered, with what the task's start changed of it. */
public final class Overridden {

    private Overridden() {}

    public static TaskDefinition definition(
            TaskDefinition definition, @Nullable TaskOverride overrides) {
        if (overrides == null) {
            return definition;
        }
        Map<String, ContainerOverride> changes = new HashMap<>();
        overrides.containerOverrides().forEach(each -> changes.put(each.name(), each));
        TaskDefinition.Builder merged =
                definition.toBuilder()
                        .containerDefinitions(
                                definition.containerDefinitions().stream()
                                        .map(each -> container(each, changes.get(each.name())))
                                        .toList());
        apply(overrides.cpu(), merged::cpu);
        apply(overrides.memory(), merged::memory);
        apply(overrides.taskRoleArn(), merged::taskRoleArn);
        apply(overrides.executionRoleArn(), merged::executionRoleArn);
        return merged.build();
    }

    /** Environment variables are added to those of the definition; all else takes their place. */
    public static ContainerDefinition container(
            ContainerDefinition definition, @Nullable ContainerOverride change) {
        if (change == null) {
            return definition;
        }
        ContainerDefinition.Builder merged = definition.toBuilder();
        apply(change.cpu(), merged::cpu);
        apply(change.memory(), merged::memory);
        apply(change.memoryReservation(), merged::memoryReservation);
        if (!change.command().isEmpty()) {
            merged.command(change.command());
        }
        if (!change.environmentFiles().isEmpty()) {
            merged.environmentFiles(change.environmentFiles());
        }
        if (!change.resourceRequirements().isEmpty()) {
            merged.resourceRequirements(change.resourceRequirements());
        }
        var environment = new ArrayList<>(definition.environment());
        environment.addAll(change.environment());
        return merged.environment(environment).build();
    }

    private static <T> void apply(@Nullable T value, Consumer<T> target) {
        if (value != null) {
            target.accept(value);
        }
    }
}
