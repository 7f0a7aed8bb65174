package io.gantry.control.session;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.ContainerDependency;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsTask.Association;
import io.gantry.common.acs.AcsVolume;
import io.gantry.common.model.Arn;
import io.gantry.common.model.ImageReference;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.ContainerOverride;
import software.amazon.awssdk.services.ecs.model.KeyValuePair;
import software.amazon.awssdk.services.ecs.model.MountPoint;
import software.amazon.awssdk.services.ecs.model.PortMapping;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskOverride;
import software.amazon.awssdk.services.ecs.model.Volume;
import software.amazon.awssdk.services.ecs.model.VolumeFrom;

/** What an agent is told of a task: its definition with the overrides merged in. */
final class Payloads {
    private static final double UNITS_PER_CPU = 1024;

    private final Realm realm;

    Payloads(Realm realm) {
        this.realm = realm;
    }

    String arn(Task task) {
        return arn("task/" + task.cluster() + '/' + task.id());
    }

    String arn(String resource) {
        return Arn.ecs(realm.region(), realm.account(), resource).toString();
    }

    AcsTask stop(Task task) {
        return AcsTask.stop(arn(task));
    }

    /**
     * A task to run.
     *
     * @param digests contents to which images are pinned, by the name of the container
     */
    AcsTask run(Task task, TaskDefinitionRow row, Map<String, String> digests) {
        TaskDefinition definition = row.definition();
        TaskOverride overrides = task.overrides();
        String cpu = overrides == null ? null : overrides.cpu();
        String memory = overrides == null ? null : overrides.memory();
        return AcsTask.run(arn(task), row.key().family(), Integer.toString(row.key().revision()))
                .taskClusterArn(arn("cluster/" + task.cluster()))
                .limits(
                        vcpu(cpu == null ? definition.cpu() : cpu),
                        mebibytes(memory == null ? definition.memory() : memory))
                .networkMode(definition.networkModeAsString())
                .launchType(task.launchType())
                .pidMode(definition.pidModeAsString())
                .ipcMode(definition.ipcModeAsString())
                .serviceName(task.service() == null ? null : task.service().name())
                .group(task.group())
                .containers(
                        definition.containerDefinitions().stream()
                                .map(each -> container(each, task, definition, digests))
                                .toList())
                .volumes(definition.volumes().stream().map(Payloads::volume).toList())
                .associations(gpus(task))
                .build();
    }

    private static List<Association> gpus(Task task) {
        return task.gpus().entrySet().stream()
                .flatMap(
                        each ->
                                each.getValue().stream()
                                        .map(id -> Association.gpu(id, each.getKey())))
                .toList();
    }

    private static String image(ContainerDefinition definition, Map<String, String> digests) {
        String digest = digests.get(definition.name());
        return digest == null
                ? definition.image()
                : ImageReference.parse(definition.image()).pinnedTo(digest);
    }

    private static @Nullable Double vcpu(@Nullable String units) {
        return units == null ? null : Integer.parseInt(units) / UNITS_PER_CPU;
    }

    private static @Nullable Integer mebibytes(@Nullable String memory) {
        return memory == null ? null : Integer.valueOf(memory);
    }

    private static AcsVolume volume(Volume volume) {
        String path = volume.host() == null ? null : volume.host().sourcePath();
        return path == null
                ? AcsVolume.scratch(volume.name())
                : AcsVolume.bind(volume.name(), path);
    }

    private AcsContainer container(
            ContainerDefinition definition,
            Task task,
            TaskDefinition taskDefinition,
            Map<String, String> digests) {
        ContainerOverride override = override(task, definition.name());
        int cpu = either(override.cpu(), definition.cpu());
        int memory = either(override.memory(), definition.memory());
        Integer softLimit =
                override.memoryReservation() != null
                        ? override.memoryReservation()
                        : definition.memoryReservation();
        var configuration = new DockerConfigs(definition, taskDefinition, softLimit);
        return AcsContainer.of(definition.name(), image(definition, digests))
                .essential(!Boolean.FALSE.equals(definition.essential()))
                .limits(cpu, memory)
                .command(override.hasCommand() ? override.command() : definition.command())
                .entryPoint(definition.entryPoint())
                .environment(environment(definition, override))
                .portMappings(definition.portMappings().stream().map(Payloads::port).toList())
                .mountPoints(definition.mountPoints().stream().map(Payloads::mount).toList())
                .volumesFrom(definition.volumesFrom().stream().map(Payloads::from).toList())
                .links(definition.links())
                .dependsOn(
                        definition.dependsOn().stream()
                                .map(
                                        each ->
                                                new ContainerDependency(
                                                        each.containerName(),
                                                        each.conditionAsString()))
                                .toList())
                .startTimeout(definition.startTimeout())
                .stopTimeout(definition.stopTimeout())
                .reportsHealth(definition.healthCheck() != null)
                .dockerConfig(configuration.config())
                .containerArn(containerArn(task, definition.name()))
                .build();
    }

    private static ContainerOverride override(Task task, String name) {
        TaskOverride overrides = task.overrides();
        List<ContainerOverride> all =
                overrides == null ? List.of() : overrides.containerOverrides();
        return all.stream()
                .filter(each -> name.equals(each.name()))
                .findFirst()
                .orElseGet(() -> ContainerOverride.builder().build());
    }

    private static int either(@Nullable Integer override, @Nullable Integer definition) {
        return override != null ? override : definition != null ? definition : 0;
    }

    /** The last of equal names wins, overrides last of all. */
    private static Map<String, String> environment(
            ContainerDefinition definition, ContainerOverride override) {
        var merged = new LinkedHashMap<String, String>();
        merged.put("AWS_EXECUTION_ENV", "AWS_ECS_EC2");
        for (List<KeyValuePair> pairs : List.of(definition.environment(), override.environment())) {
            pairs.forEach(
                    pair -> merged.put(pair.name(), Objects.requireNonNullElse(pair.value(), "")));
        }
        return merged;
    }

    private static AcsContainer.PortMapping port(PortMapping mapping) {
        return new AcsContainer.PortMapping(
                mapping.containerPort(), mapping.hostPort(), null, mapping.protocolAsString());
    }

    private static AcsContainer.MountPoint mount(MountPoint mount) {
        return new AcsContainer.MountPoint(
                mount.sourceVolume(), mount.containerPath(), mount.readOnly());
    }

    private static AcsContainer.VolumeFrom from(VolumeFrom from) {
        return new AcsContainer.VolumeFrom(from.sourceContainer(), from.readOnly());
    }

    private @Nullable String containerArn(Task task, String name) {
        return task.containers().stream()
                .filter(each -> each.name().equals(name))
                .map(each -> arn("container/" + task.cluster() + '/' + task.id() + '/' + each.id()))
                .findFirst()
                .orElse(null);
    }
}
