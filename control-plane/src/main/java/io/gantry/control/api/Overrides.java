package io.gantry.control.api;

import io.gantry.control.core.schedule.Gpus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.ContainerOverride;
import software.amazon.awssdk.services.ecs.model.KeyValuePair;
import software.amazon.awssdk.services.ecs.model.ResourceRequirement;
import software.amazon.awssdk.services.ecs.model.ResourceType;
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
        return given.toBuilder()
                .cpu(Sizes.cpu(given.cpu(), ApiErrors::invalid))
                .memory(Sizes.memory(given.memory(), ApiErrors::invalid))
                .build();
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
        String path = "overrides.containerOverrides." + change.name() + '.';
        Members.refuseAllBut(CONTAINER_MEMBERS, change, path, ApiErrors::invalid);
        gpus(path, change);
        atLeast(path + "cpu", change.cpu(), 0);
        atLeast(path + "memory", change.memory(), ContainerRules.LEAST_MEMORY_MIB);
        atLeast(
                path + "memoryReservation",
                change.memoryReservation(),
                ContainerRules.LEAST_MEMORY_MIB);
        Integer hard = change.memory() == null ? container.memory() : change.memory();
        Integer soft =
                change.memoryReservation() == null
                        ? container.memoryReservation()
                        : change.memoryReservation();
        if (hard != null && soft != null && soft > hard) {
            throw ApiErrors.invalid(
                    "'" + path + "memoryReservation' must not be greater than 'memory'.");
        }
        for (KeyValuePair variable : change.environment()) {
            if (variable.name() == null || variable.name().isEmpty()) {
                throw ApiErrors.invalid("'" + path + "environment' needs names.");
            }
        }
    }

    /** ECS lets GPUs be overridden and no other resource. */
    private static void gpus(String path, ContainerOverride change) {
        for (ResourceRequirement requirement : change.resourceRequirements()) {
            if (requirement.type() != ResourceType.GPU) {
                throw Members.unsupported(
                        path + "resourceRequirements.type",
                        String.valueOf(requirement.typeAsString()),
                        ApiErrors::invalid);
            }
            if (!Gpus.isCount(requirement.value())) {
                throw ApiErrors.invalid(
                        "'"
                                + path
                                + "resourceRequirements' needs a whole number of GPUs as value,"
                                + " and at least 1.");
            }
        }
        if (change.resourceRequirements().size() > 1) {
            throw ApiErrors.invalid("'" + path + "resourceRequirements' has GPU more than once.");
        }
    }

    private static void atLeast(String member, @Nullable Integer value, int least) {
        if (value != null && value < least) {
            throw ApiErrors.invalid("'" + member + "' must be at least " + least + ".");
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
