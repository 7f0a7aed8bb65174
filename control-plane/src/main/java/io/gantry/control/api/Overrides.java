package io.gantry.control.api;

import io.gantry.control.core.state.Overridden;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.ContainerOverride;
import software.amazon.awssdk.services.ecs.model.KeyValuePair;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskOverride;

/** What a request may change of the task definition that it starts tasks from. */
final class Overrides {
    private static final int MOST_BYTES = 8_192;
    private static final Set<String> TASK_MEMBERS =
            Set.of("containerOverrides", "cpu", "memory", "taskRoleArn", "executionRoleArn");
    private static final Set<String> CONTAINER_MEMBERS =
            Set.of(
                    "name",
                    "command",
                    "environment",
                    "environmentFiles",
                    "cpu",
                    "memory",
                    "memoryReservation",
                    "resourceRequirements");

    private Overrides() {}

    /** The overrides with sizes as plain numbers. */
    static TaskOverride check(@Nullable TaskOverride given, TaskDefinition definition) {
        if (given == null) {
            return TaskOverride.builder().build();
        }
        Members.refuseAllBut(TASK_MEMBERS, given, "overrides.", ApiErrors::invalid);
        Map<String, ContainerDefinition> containers = new HashMap<>();
        definition.containerDefinitions().forEach(each -> containers.put(each.name(), each));
        for (ContainerOverride change : given.containerOverrides()) {
            check(change, change.name() == null ? null : containers.remove(change.name()));
        }
        if (JsonForm.of(given).length > MOST_BYTES) {
            throw ApiErrors.invalid(
                    "Container Overrides length must be at most " + MOST_BYTES + ".");
        }
        Roles.check(given.taskRoleArn(), ApiErrors::invalid);
        Roles.check(given.executionRoleArn(), ApiErrors::invalid);
        TaskOverride checked =
                given.toBuilder()
                        .cpu(Sizes.cpu(given.cpu(), ApiErrors::invalid))
                        .memory(Sizes.memory(given.memory(), ApiErrors::invalid))
                        .build();
        Footprints.checkSizes(definition, checked, ApiErrors::invalid);
        return checked;
    }

    /**
     * Checks one override.
     *
     * @param container what it overrides; null if there is none of that name left
     */
    private static void check(ContainerOverride change, @Nullable ContainerDefinition container) {
        if (container == null) {
            throw ApiErrors.invalid(
                    "Override for container named "
                            + change.name()
                            + " is not a container in the TaskDefinition.");
        }
        Complaints complaints = Complaints.ofOverride(change.name());
        complaints.refuseAllBut(CONTAINER_MEMBERS, change, "");
        complaints.atLeast("cpu", change.cpu(), 0);
        complaints.atLeast("memory", change.memory(), ContainerRules.LEAST_MEMORY_MIB);
        complaints.atLeast(
                "memoryReservation", change.memoryReservation(), ContainerRules.LEAST_MEMORY_MIB);
        ContainerDefinition merged = Overridden.container(container, change);
        if (merged.memory() != null
                && merged.memoryReservation() != null
                && merged.memoryReservation() > merged.memory()) {
            throw complaints.wrong("'memoryReservation' must not be greater than 'memory'.");
        }
        EnvironmentFiles.check(change.environmentFiles(), complaints);
        GpuRules.check(change.resourceRequirements(), complaints);
        for (KeyValuePair variable : change.environment()) {
            if (variable.name() == null || variable.name().isEmpty()) {
                throw complaints.wrong(
                        "The name of an environment variable must not be null or empty.");
            }
        }
    }

    /** The overrides as descriptions show them: with an entry for every container. */
    static TaskOverride shown(@Nullable TaskOverride stored, List<String> containers) {
        TaskOverride overrides = stored == null ? TaskOverride.builder().build() : stored;
        Map<String, ContainerOverride> changes = new HashMap<>();
        overrides.containerOverrides().forEach(each -> changes.put(each.name(), each));
        List<ContainerOverride> all =
                containers.stream()
                        .map(
                                name ->
                                        changes.getOrDefault(
                                                name,
                                                ContainerOverride.builder().name(name).build()))
                        .toList();
        return overrides.toBuilder()
                .containerOverrides(all)
                .inferenceAcceleratorOverrides(List.of())
                .build();
    }
}
