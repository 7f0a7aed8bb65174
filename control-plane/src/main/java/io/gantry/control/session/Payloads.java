package io.gantry.control.session;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.ContainerDependency;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsTask.Association;
import io.gantry.common.acs.AcsVolume;
import io.gantry.common.model.Arn;
import io.gantry.common.model.EcrImage;
import io.gantry.common.model.ImageReference;
import io.gantry.control.core.state.Loss;
import io.gantry.control.core.state.Overridden;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.ContainerRestartPolicy;
import software.amazon.awssdk.services.ecs.model.DockerVolumeConfiguration;
import software.amazon.awssdk.services.ecs.model.EnvironmentFile;
import software.amazon.awssdk.services.ecs.model.KeyValuePair;
import software.amazon.awssdk.services.ecs.model.MountPoint;
import software.amazon.awssdk.services.ecs.model.PortMapping;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.Volume;
import software.amazon.awssdk.services.ecs.model.VolumeFrom;

/** What an agent is told of a task: its definition with the overrides merged in. */
final class Payloads {
    private static final double UNITS_PER_CPU = 1024;
    private static final int RESTART_ATTEMPT_PERIOD_SECONDS = 300;

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

    /** A task that is kept when its worker returns goes on without lease. */
    private static @Nullable Long lease(Task task) {
        Loss loss = task.loss();
        return loss == null || loss.kept() ? null : (Long) loss.leaseMillis();
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
        TaskDefinition definition = Overridden.definition(row.definition(), task.overrides());
        return AcsTask.run(
                        arn(task),
                        row.definition().family(),
                        Integer.toString(row.key().revision()))
                .taskClusterArn(arn("cluster/" + task.cluster()))
                .limits(vcpu(definition.cpu()), mebibytes(definition.memory()))
                .networkMode(definition.networkModeAsString())
                .launchType(task.launchType())
                .pidMode(definition.pidModeAsString())
                .ipcMode(definition.ipcModeAsString())
                .serviceName(serviceName(task))
                .group(task.group())
                .leaseMillis(lease(task))
                .containers(
                        definition.containerDefinitions().stream()
                                .map(each -> container(each, task, definition, digests))
                                .toList())
                .volumes(definition.volumes().stream().map(Payloads::volume).toList())
                .associations(gpus(task))
                .build();
    }

    private static @Nullable String serviceName(Task task) {
        ServiceKey service = task.service();
        return service == null || service.isDaemon() ? null : service.name();
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
        DockerVolumeConfiguration docker = volume.dockerVolumeConfiguration();
        if (docker != null) {
            return AcsVolume.docker(volume.name(), volume(docker));
        }
        String path = volume.host() == null ? null : volume.host().sourcePath();
        return path == null
                ? AcsVolume.scratch(volume.name())
                : AcsVolume.bind(volume.name(), path);
    }

    private static AcsVolume.DockerVolume volume(DockerVolumeConfiguration docker) {
        return new AcsVolume.DockerVolume(
                Objects.requireNonNullElse(docker.scopeAsString(), "task"),
                Boolean.TRUE.equals(docker.autoprovision()),
                Objects.requireNonNullElse(docker.driver(), "local"),
                docker.driverOpts(),
                docker.labels());
    }

    private AcsContainer container(
            ContainerDefinition definition,
            Task task,
            TaskDefinition taskDefinition,
            Map<String, String> digests) {
        var configuration = new DockerConfigs(definition, taskDefinition);
        return AcsContainer.of(definition.name(), image(definition, digests))
                .essential(!Boolean.FALSE.equals(definition.essential()))
                .limits(orZero(definition.cpu()), orZero(definition.memory()))
                .command(definition.command())
                .entryPoint(definition.entryPoint())
                .environment(environment(definition))
                .environmentFiles(
                        definition.environmentFiles().stream().map(Payloads::file).toList())
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
                .restartPolicy(restarts(definition.restartPolicy()))
                .registryAuthentication(registry(definition, taskDefinition))
                .reportsHealth(definition.healthCheck() != null)
                .dockerConfig(configuration.config())
                .containerArn(containerArn(task, definition.name()))
                .build();
    }

    private static int orZero(@Nullable Integer value) {
        return value == null ? 0 : value;
    }

    /** The last of equal names wins. */
    private static Map<String, String> environment(ContainerDefinition definition) {
        var variables = new LinkedHashMap<String, String>();
        variables.put("AWS_EXECUTION_ENV", "AWS_ECS_EC2");
        for (KeyValuePair pair : definition.environment()) {
            variables.put(pair.name(), Objects.requireNonNullElse(pair.value(), ""));
        }
        return variables;
    }

    private static AcsContainer.EnvironmentFile file(EnvironmentFile file) {
        return new AcsContainer.EnvironmentFile(file.value(), file.typeAsString());
    }

    /** Agents know no default for the period. */
    private static AcsContainer.@Nullable RestartPolicy restarts(
            @Nullable ContainerRestartPolicy policy) {
        return policy == null
                ? null
                : new AcsContainer.RestartPolicy(
                        policy.enabled(),
                        policy.ignoredExitCodes(),
                        Objects.requireNonNullElse(
                                policy.restartAttemptPeriod(), RESTART_ATTEMPT_PERIOD_SECONDS));
    }

    /** How the agent logs in where the image is; null if anybody may pull it. */
    private AcsContainer.@Nullable RegistryAuthentication registry(
            ContainerDefinition definition, TaskDefinition taskDefinition) {
        if (definition.repositoryCredentials() != null) {
            String secret = definition.repositoryCredentials().credentialsParameter();
            Arn arn = Arn.parse(secret);
            String region = arn == null ? realm.region() : arn.region();
            return new AcsContainer.RegistryAuthentication(
                    "asm", null, new AcsContainer.AsmAuthData(secret, region));
        }
        EcrImage image = EcrImage.parse(definition.image());
        return image == null
                ? null
                : new AcsContainer.RegistryAuthentication(
                        "ecr",
                        new AcsContainer.EcrAuthData(
                                image.registryId(),
                                image.region(),
                                null,
                                taskDefinition.executionRoleArn() != null),
                        null);
    }

    private static AcsContainer.PortMapping port(PortMapping mapping) {
        return new AcsContainer.PortMapping(
                mapping.containerPort(),
                mapping.hostPort(),
                mapping.containerPortRange(),
                mapping.protocolAsString());
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
