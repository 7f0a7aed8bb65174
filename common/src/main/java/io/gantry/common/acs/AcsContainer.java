package io.gantry.common.acs;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One container of an {@link AcsTask}.
 *
 * @param essential absent counts as false
 * @param environment everything, overrides included; the server has merged them
 * @param cpu shares
 * @param memory hard limit in MiB, 0 for none
 * @param overrides a JSON text; agents accept only the key {@code command} in it
 * @param startTimeout seconds
 * @param stopTimeout seconds, 0 for the agent's own
 * @param healthCheckType {@code docker} if the docker configuration has a health check
 * @param linuxParameters ignored by agents; what counts is the docker configuration
 * @param privileged ignored by agents; what counts is the docker configuration
 */
public record AcsContainer(
        String name,
        @Nullable String image,
        @Nullable Boolean essential,
        @Nullable Integer cpu,
        @Nullable Integer memory,
        List<String> command,
        List<String> entryPoint,
        Map<String, String> environment,
        List<EnvironmentFile> environmentFiles,
        List<Secret> secrets,
        List<PortMapping> portMappings,
        List<MountPoint> mountPoints,
        List<VolumeFrom> volumesFrom,
        List<String> links,
        List<ContainerDependency> dependsOn,
        @Nullable Integer startTimeout,
        @Nullable Integer stopTimeout,
        @Nullable RestartPolicy restartPolicy,
        @Nullable String healthCheckType,
        @Nullable String logsAuthStrategy,
        @Nullable RegistryAuthentication registryAuthentication,
        @Nullable DockerConfig dockerConfig,
        @Nullable String overrides,
        @Nullable String containerArn,
        List<ManagedAgent> managedAgents,
        @Nullable FirelensConfiguration firelensConfiguration,
        @Nullable LinuxParameters linuxParameters,
        @Nullable Boolean privileged,
        List<String> networkInterfaceNames,
        List<String> credentialSpecs) {

    public AcsContainer {
        requireNonNull(name, "container name");
        command = List.copyOf(command);
        entryPoint = List.copyOf(entryPoint);
        environment = Map.copyOf(environment);
        environmentFiles = List.copyOf(environmentFiles);
        secrets = List.copyOf(secrets);
        portMappings = List.copyOf(portMappings);
        mountPoints = List.copyOf(mountPoints);
        volumesFrom = List.copyOf(volumesFrom);
        links = List.copyOf(links);
        dependsOn = List.copyOf(dependsOn);
        managedAgents = List.copyOf(managedAgents);
        networkInterfaceNames = List.copyOf(networkInterfaceNames);
        credentialSpecs = List.copyOf(credentialSpecs);
    }

    public static AcsContainerBuilder of(String name, String image) {
        return new AcsContainerBuilder(name, image);
    }

    /** The same container with other variables. */
    public AcsContainer withEnvironment(Map<String, String> variables) {
        return new AcsContainer(
                name,
                image,
                essential,
                cpu,
                memory,
                command,
                entryPoint,
                variables,
                environmentFiles,
                secrets,
                portMappings,
                mountPoints,
                volumesFrom,
                links,
                dependsOn,
                startTimeout,
                stopTimeout,
                restartPolicy,
                healthCheckType,
                logsAuthStrategy,
                registryAuthentication,
                dockerConfig,
                overrides,
                containerArn,
                managedAgents,
                firelensConfiguration,
                linuxParameters,
                privileged,
                networkInterfaceNames,
                credentialSpecs);
    }

    public boolean isEssential() {
        return Boolean.TRUE.equals(essential);
    }

    /**
     * A file of environment variables.
     *
     * @param value ARN of an S3 object; for Gantry's own worker also a {@code file://} URL or an
     *     absolute path on the machine
     * @param type always s3, whatever the value
     */
    public record EnvironmentFile(@Nullable String value, @Nullable String type) {}

    /**
     * A value that the agent looks up itself.
     *
     * @param provider ssm or asm
     * @param type ENVIRONMENT_VARIABLE, MOUNT_POINT or BOOTSTRAP
     * @param target CONTAINER or LOG_DRIVER
     */
    public record Secret(
            @Nullable String name,
            @Nullable String valueFrom,
            @Nullable String containerPath,
            @Nullable String type,
            @Nullable String region,
            @Nullable String provider,
            @Nullable String target) {}

    /**
     * A port of the container and where it shows on the machine.
     *
     * @param hostPort absent or 0: the agent chooses
     * @param containerPortRange such as {@code 8000-8010}, instead of the two ports
     * @param protocol tcp or udp; absent counts as tcp
     */
    public record PortMapping(
            @Nullable Integer containerPort,
            @Nullable Integer hostPort,
            @Nullable String containerPortRange,
            @Nullable String protocol) {}

    /** Where a volume of the task appears in the container. */
    public record MountPoint(
            @Nullable String sourceVolume,
            @Nullable String containerPath,
            @Nullable Boolean readOnly) {}

    /** All mounts of another container of the task. */
    public record VolumeFrom(@Nullable String sourceContainer, @Nullable Boolean readOnly) {}

    /**
     * What another container must have reached first.
     *
     * @param condition START, COMPLETE, SUCCESS or HEALTHY
     */
    public record ContainerDependency(String containerName, String condition) {
        public ContainerDependency {
            requireNonNull(containerName, "containerName");
            requireNonNull(condition, "condition");
        }
    }

    /**
     * When a container that exited is started again in place.
     *
     * @param restartAttemptPeriod seconds a run must have lasted to be followed by another
     */
    public record RestartPolicy(
            @Nullable Boolean enabled,
            List<Integer> ignoredExitCodes,
            @Nullable Integer restartAttemptPeriod) {
        public RestartPolicy {
            ignoredExitCodes = List.copyOf(ignoredExitCodes);
        }
    }

    /**
     * How to log in to the image registry.
     *
     * @param type ecr or asm
     */
    public record RegistryAuthentication(
            @Nullable String type,
            @Nullable EcrAuthData ecrAuthData,
            @Nullable AsmAuthData asmAuthData) {}

    /** How to log in to Amazon's registry. */
    public record EcrAuthData(
            @Nullable String registryId,
            @Nullable String region,
            @Nullable String endpointOverride,
            @Nullable Boolean useExecutionRole) {}

    /** Which secret holds the registry's password. */
    public record AsmAuthData(@Nullable String credentialsParameter, @Nullable String region) {}

    /**
     * Objects of the Docker Engine API as JSON texts; their keys win over the other members.
     *
     * @param version lowest API version for them
     */
    public record DockerConfig(
            @Nullable String version, @Nullable String config, @Nullable String hostConfig) {}

    /**
     * A helper that runs inside the container.
     *
     * @param name ExecuteCommandAgent
     */
    public record ManagedAgent(@Nullable String name, Map<String, String> properties) {
        public ManagedAgent {
            properties = Map.copyOf(properties);
        }
    }

    /**
     * This container routes the logs of the others.
     *
     * @param type fluentd or fluentbit
     */
    public record FirelensConfiguration(@Nullable String type, Map<String, String> options) {
        public FirelensConfiguration {
            options = Map.copyOf(options);
        }
    }

    /**
     * Kernel settings of a task definition.
     *
     * @param sharedMemorySize MiB
     */
    public record LinuxParameters(
            @Nullable KernelCapabilities capabilities,
            List<Device> devices,
            @Nullable Boolean initProcessEnabled,
            @Nullable Integer sharedMemorySize) {
        public LinuxParameters {
            devices = List.copyOf(devices);
        }
    }

    /** Capabilities on top of, or missing from, the engine's usual set. */
    public record KernelCapabilities(List<String> add, List<String> drop) {
        public KernelCapabilities {
            add = List.copyOf(add);
            drop = List.copyOf(drop);
        }
    }

    /**
     * A device of the machine.
     *
     * @param permissions of read, write and mknod
     */
    public record Device(
            @Nullable String hostPath, @Nullable String containerPath, List<String> permissions) {
        public Device {
            permissions = List.copyOf(permissions);
        }
    }
}
