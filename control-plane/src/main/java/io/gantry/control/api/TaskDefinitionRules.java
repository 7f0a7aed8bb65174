package io.gantry.control.api;

import io.gantry.control.core.state.Footprint;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Attribute;
import software.amazon.awssdk.services.ecs.model.Compatibility;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.RuntimePlatform;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskOverride;

/**
 * What may be registered as a task definition, and what ECS makes of it: values that were left out
 * are filled in as ECS fills them, since tools compare what they get with what they sent.
 */
final class TaskDefinitionRules {
    private static final int MOST_CONTAINERS = 10;
    private static final int MOST_BYTES = 65_536;
    private static final Set<String> SUPPORTED =
            Set.of(
                    "family",
                    "taskRoleArn",
                    "executionRoleArn",
                    "networkMode",
                    "containerDefinitions",
                    "volumes",
                    "requiresCompatibilities",
                    "cpu",
                    "memory",
                    "tags",
                    "pidMode",
                    "ipcMode",
                    "runtimePlatform",
                    "placementConstraints");

    private final RegisterTaskDefinitionRequest request;

    /**
     * A definition that may be registered.
     *
     * @param definition complete but for what registering adds
     */
    record Checked(TaskDefinition definition, Footprint footprint) {}

    private TaskDefinitionRules(RegisterTaskDefinitionRequest request) {
        this.request = request;
    }

    /** Throws an error that names what is wrong, in the words of ECS where they are known. */
    static Checked check(RegisterTaskDefinitionRequest request) {
        return new TaskDefinitionRules(request).check();
    }

    private Checked check() {
        family();
        containers();
        Placement.checkOwn(request.placementConstraints());
        ApiErrors.checkModel(request, ApiErrors::client);
        Members.refuseAllBut(SUPPORTED, request, "", ApiErrors::client);
        supportedValues();
        Roles.check(request.taskRoleArn(), ApiErrors::client);
        Roles.check(request.executionRoleArn(), ApiErrors::client);
        Set<String> volumes = VolumeRules.check(request.volumes());
        List<ContainerDefinition> containers =
                request.containerDefinitions().stream()
                        .map(each -> new ContainerRules(each, request, volumes).check())
                        .toList();
        DependencyRules.check(containers, request.networkModeAsString());
        TaskDefinition definition = definition(containers);
        Footprint footprint = Footprints.of(definition);
        Footprints.checkSizes(definition, TaskOverride.builder().build(), ApiErrors::client);
        int length = JsonForm.of(definition).length;
        if (length > MOST_BYTES) {
            throw ApiErrors.client(
                    "Actual length: '"
                            + length
                            + "'. Max allowed length is '"
                            + MOST_BYTES
                            + "' bytes.");
        }
        return new Checked(definition, footprint);
    }

    private void family() {
        String family = request.family();
        if (family == null || family.isBlank()) {
            throw ApiErrors.client("Family should not be null or empty.");
        }
        if (!Refs.NAME.matcher(family).matches()) {
            throw ApiErrors.client("Family contains invalid characters.");
        }
    }

    private void containers() {
        List<ContainerDefinition> containers = request.containerDefinitions();
        if (containers.isEmpty()) {
            throw ApiErrors.client("Container list cannot be empty.");
        }
        if (containers.size() > MOST_CONTAINERS) {
            throw ApiErrors.client(
                    "A task definition cannot have more than " + MOST_CONTAINERS + " containers.");
        }
        var names = new HashSet<String>();
        for (ContainerDefinition container : containers) {
            ContainerRules.name(container);
            if (!names.add(container.name())) {
                throw ApiErrors.client("Container name '" + container.name() + "' is not unique.");
            }
        }
        if (containers.stream().allMatch(each -> Boolean.FALSE.equals(each.essential()))) {
            throw ApiErrors.client("At least one container must be essential.");
        }
    }

    private void supportedValues() {
        only("networkMode", request.networkModeAsString(), Set.of("bridge", "host", "none"));
        for (String type : request.requiresCompatibilitiesAsStrings()) {
            only("requiresCompatibilities", type, Set.of("EC2", "FARGATE", "EXTERNAL"));
        }
        RuntimePlatform platform = request.runtimePlatform();
        if (platform != null) {
            only(
                    "runtimePlatform.operatingSystemFamily",
                    platform.operatingSystemFamilyAsString(),
                    Set.of("LINUX"));
            only(
                    "runtimePlatform.cpuArchitecture",
                    platform.cpuArchitectureAsString(),
                    Set.of("X86_64", "ARM64"));
        }
    }

    private static void only(String member, @Nullable String value, Set<String> supported) {
        if (value != null && !supported.contains(value)) {
            throw Members.unsupported(member, value, ApiErrors::client);
        }
    }

    private TaskDefinition definition(List<ContainerDefinition> containers) {
        TaskDefinition.Builder builder =
                TaskDefinition.builder()
                        .family(request.family())
                        .containerDefinitions(containers)
                        .taskRoleArn(request.taskRoleArn())
                        .executionRoleArn(request.executionRoleArn())
                        .networkMode(request.networkMode())
                        .volumes(request.volumes().stream().map(VolumeRules::normal).toList())
                        .placementConstraints(List.copyOf(request.placementConstraints()))
                        .cpu(Sizes.cpu(request.cpu(), ApiErrors::client))
                        .memory(Sizes.memory(request.memory(), ApiErrors::client))
                        .pidMode(request.pidMode())
                        .ipcMode(request.ipcMode())
                        .runtimePlatform(request.runtimePlatform())
                        .enableFaultInjection(request.enableFaultInjection());
        if (request.hasRequiresCompatibilities()) {
            builder.requiresCompatibilities(request.requiresCompatibilities());
        }
        if (request.requiresCompatibilities().contains(Compatibility.FARGATE)) {
            FargateRules.check(builder.build(), ApiErrors::client);
        }
        TaskDefinition definition = builder.compatibilities(compatibilities(builder)).build();
        List<Attribute> attributes =
                Capabilities.required(definition).stream()
                        .map(name -> Attribute.builder().name(name).build())
                        .toList();
        return definition.toBuilder().requiresAttributes(attributes).build();
    }

    /** The launch types that the definition would be valid for. */
    private static List<Compatibility> compatibilities(TaskDefinition.Builder builder) {
        return FargateRules.complaint(builder.build()) == null
                ? List.of(Compatibility.EXTERNAL, Compatibility.EC2, Compatibility.FARGATE)
                : List.of(Compatibility.EXTERNAL, Compatibility.EC2);
    }
}
