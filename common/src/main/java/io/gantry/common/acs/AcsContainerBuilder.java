package io.gantry.common.acs;

import io.gantry.common.acs.AcsContainer.ContainerDependency;
import io.gantry.common.acs.AcsContainer.DockerConfig;
import io.gantry.common.acs.AcsContainer.EnvironmentFile;
import io.gantry.common.acs.AcsContainer.MountPoint;
import io.gantry.common.acs.AcsContainer.PortMapping;
import io.gantry.common.acs.AcsContainer.RegistryAuthentication;
import io.gantry.common.acs.AcsContainer.RestartPolicy;
import io.gantry.common.acs.AcsContainer.Secret;
import io.gantry.common.acs.AcsContainer.VolumeFrom;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects the members of an {@link AcsContainer} that it has; the others stay absent. */
public final class AcsContainerBuilder {
    private final String name;
    private final String image;
    private boolean essential = true;
    private int cpu;
    private int memory;
    private List<String> command = List.of();
    private List<String> entryPoint = List.of();
    private Map<String, String> environment = Map.of();
    private List<EnvironmentFile> environmentFiles = List.of();
    private List<Secret> secrets = List.of();
    private List<PortMapping> portMappings = List.of();
    private List<MountPoint> mountPoints = List.of();
    private List<VolumeFrom> volumesFrom = List.of();
    private List<String> links = List.of();
    private List<ContainerDependency> dependsOn = List.of();
    private @Nullable Integer startTimeout;
    private @Nullable Integer stopTimeout;
    private @Nullable RestartPolicy restartPolicy;
    private @Nullable String healthCheckType;
    private @Nullable RegistryAuthentication registryAuthentication;
    private @Nullable DockerConfig dockerConfig;
    private @Nullable String containerArn;

    AcsContainerBuilder(String name, String image) {
        this.name = name;
        this.image = image;
    }

    public AcsContainerBuilder essential(boolean value) {
        essential = value;
        return this;
    }

    /** Shares, and the hard limit in MiB (0 for none). */
    public AcsContainerBuilder limits(int cpuShares, int memoryMib) {
        cpu = cpuShares;
        memory = memoryMib;
        return this;
    }

    public AcsContainerBuilder command(List<String> value) {
        command = value;
        return this;
    }

    public AcsContainerBuilder entryPoint(List<String> value) {
        entryPoint = value;
        return this;
    }

    public AcsContainerBuilder environment(Map<String, String> value) {
        environment = value;
        return this;
    }

    public AcsContainerBuilder environmentFiles(List<EnvironmentFile> value) {
        environmentFiles = value;
        return this;
    }

    public AcsContainerBuilder secrets(List<Secret> value) {
        secrets = value;
        return this;
    }

    public AcsContainerBuilder portMappings(List<PortMapping> value) {
        portMappings = value;
        return this;
    }

    public AcsContainerBuilder mountPoints(List<MountPoint> value) {
        mountPoints = value;
        return this;
    }

    public AcsContainerBuilder volumesFrom(List<VolumeFrom> value) {
        volumesFrom = value;
        return this;
    }

    public AcsContainerBuilder links(List<String> value) {
        links = value;
        return this;
    }

    public AcsContainerBuilder dependsOn(List<ContainerDependency> value) {
        dependsOn = value;
        return this;
    }

    /** Seconds; null leaves it to the agent. */
    public AcsContainerBuilder startTimeout(@Nullable Integer value) {
        startTimeout = value;
        return this;
    }

    /** Seconds; null leaves it to the agent. */
    public AcsContainerBuilder stopTimeout(@Nullable Integer value) {
        stopTimeout = value;
        return this;
    }

    public AcsContainerBuilder restartPolicy(@Nullable RestartPolicy value) {
        restartPolicy = value;
        return this;
    }

    /** The docker configuration has a health check that the agent shall report. */
    public AcsContainerBuilder reportsHealth(boolean value) {
        healthCheckType = value ? "docker" : null;
        return this;
    }

    /** How to log in to the image's registry; null for no login. */
    public AcsContainerBuilder registryAuthentication(@Nullable RegistryAuthentication value) {
        registryAuthentication = value;
        return this;
    }

    public AcsContainerBuilder dockerConfig(@Nullable DockerConfig value) {
        dockerConfig = value;
        return this;
    }

    public AcsContainerBuilder containerArn(@Nullable String value) {
        containerArn = value;
        return this;
    }

    /** How to log in to the image's registry. */
    public AcsContainer build() {
        return new AcsContainer(
                name,
                image,
                essential,
                cpu,
                memory,
                command,
                entryPoint,
                environment,
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
                null,
                registryAuthentication,
                dockerConfig,
                null,
                containerArn,
                List.of(),
                null,
                null,
                null,
                List.of(),
                List.of());
    }
}
