package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.InternetProtocol;
import com.github.dockerjava.api.model.Link;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.Volume;
import com.github.dockerjava.api.model.VolumesFrom;
import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.PortMapping;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsVolume;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.runtime.ContainerNames;
import io.gantry.worker.runtime.InjectedEnvironment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says in the engine's words how a container of a task is to be made. */
final class DockerPlanner {
    private static final long MIB = 1L << 20;
    private static final int LOWEST_SHARES = 2;
    private static final int LOWEST_MEMORY_MIB = 6;

    private final DockerSettings settings;
    private final InjectedEnvironment injected;
    private final String bridgeGateway;

    DockerPlanner(DockerSettings settings, InjectedEnvironment injected, String bridgeGateway) {
        this.settings = settings;
        this.injected = injected;
        this.bridgeGateway = bridgeGateway;
    }

    CreateContainerCmd plan(DockerClient client, AcsTask task, AcsContainer container) {
        DockerConfigMerge merge = DockerConfigMerge.of(container);
        HostConfig host = hostConfig(task, container);
        merge.mergeInto(host);
        CreateContainerCmd command =
                client.createContainerCmd(String.valueOf(container.image()))
                        .withName(ContainerNames.container(task, container.name()))
                        .withHostConfig(host)
                        .withEnv(environment(task, container, host.getNetworkMode()));
        if (!container.command().isEmpty()) {
            command.withCmd(container.command());
        }
        if (!container.entryPoint().isEmpty()) {
            command.withEntrypoint(container.entryPoint());
        }
        command.withExposedPorts(container.portMappings().stream().map(this::exposed).toList());
        merge.mergeInto(command, labels(task, container, host.getNetworkMode()));
        return command;
    }

    private HostConfig hostConfig(AcsTask task, AcsContainer container) {
        String mode = task.networkMode();
        HostConfig host =
                HostConfig.newHostConfig()
                        .withNetworkMode(mode == null || mode.isEmpty() ? "bridge" : mode)
                        .withCpuShares(Math.max(LOWEST_SHARES, orZero(container.cpu())))
                        .withBinds(binds(task, container))
                        .withPortBindings(portBindings(container))
                        .withVolumesFrom(volumesFrom(task, container));
        if (!container.links().isEmpty()) {
            host.withLinks(container.links().stream().map(link -> link(task, link)).toList());
        }
        int memoryMib = orZero(container.memory());
        if (memoryMib > 0) {
            host.withMemory(Math.max(LOWEST_MEMORY_MIB, memoryMib) * MIB);
        }
        if ("host".equals(task.pidMode())) {
            host.withPidMode("host");
        }
        String ipcMode = task.ipcMode();
        if (ipcMode != null && !ipcMode.isEmpty()) {
            host.withIpcMode(ipcMode);
        }
        return host;
    }

    private static int orZero(@Nullable Integer number) {
        return number == null ? 0 : number;
    }

    private Ports portBindings(AcsContainer container) {
        Ports ports = new Ports();
        for (PortMapping mapping : container.portMappings()) {
            // Host port 0 leaves the choice to the engine, from the kernel's ephemeral range.
            ports.bind(
                    exposed(mapping),
                    Ports.Binding.bindIpAndPort("0.0.0.0", orZero(mapping.hostPort())));
        }
        return ports;
    }

    private ExposedPort exposed(PortMapping mapping) {
        return new ExposedPort(
                orZero(mapping.containerPort()),
                "udp".equals(mapping.protocol()) ? InternetProtocol.UDP : InternetProtocol.TCP);
    }

    private static List<Bind> binds(AcsTask task, AcsContainer container) {
        List<Bind> binds = new ArrayList<>();
        for (AcsContainer.MountPoint mount : container.mountPoints()) {
            binds.add(
                    new Bind(
                            source(task, String.valueOf(mount.sourceVolume())),
                            new Volume(String.valueOf(mount.containerPath())),
                            Boolean.TRUE.equals(mount.readOnly()) ? AccessMode.ro : AccessMode.rw));
        }
        return binds;
    }

    private static String source(AcsTask task, String volumeName) {
        for (AcsVolume volume : task.volumes()) {
            if (volume.name().equals(volumeName)) {
                AcsVolume.Host host = volume.host();
                String path = host == null ? null : host.sourcePath();
                return path == null || path.isEmpty() ? DockerVolumes.name(task, volume) : path;
            }
        }
        throw new IllegalArgumentException("no volume named " + volumeName);
    }

    private static VolumesFrom[] volumesFrom(AcsTask task, AcsContainer container) {
        return container.volumesFrom().stream()
                .map(
                        from ->
                                new VolumesFrom(
                                        ContainerNames.container(
                                                task, String.valueOf(from.sourceContainer())),
                                        Boolean.TRUE.equals(from.readOnly())
                                                ? AccessMode.ro
                                                : AccessMode.rw))
                .toArray(VolumesFrom[]::new);
    }

    private static Link link(AcsTask task, String link) {
        String[] parts = link.split(":", 2);
        return new Link(ContainerNames.container(task, parts[0]), parts[parts.length - 1]);
    }

    private List<String> environment(
            AcsTask task, AcsContainer container, @Nullable String networkMode) {
        Map<String, String> environment = new TreeMap<>();
        String workerAddress =
                switch (String.valueOf(networkMode)) {
                    case "host" -> "127.0.0.1";
                    case "bridge", "default" -> bridgeGateway;
                    default -> "";
                };
        if (!workerAddress.isEmpty()) {
            ContainerKey key = new ContainerKey(task.arn(), container.name());
            environment.putAll(injected.of(key, task, workerAddress));
        }
        environment.putAll(container.environment());
        return environment.entrySet().stream()
                .map(entry -> entry.getKey() + '=' + entry.getValue())
                .toList();
    }

    private Map<String, String> labels(
            AcsTask task, AcsContainer container, @Nullable String networkMode) {
        Map<String, String> labels = new TreeMap<>();
        labels.put(DockerLabels.AGENT, settings.agentId());
        labels.put(DockerLabels.TASK_ARN, task.arn());
        labels.put(DockerLabels.CONTAINER_NAME, container.name());
        labels.put(DockerLabels.FAMILY, task.family() == null ? "" : task.family());
        labels.put(DockerLabels.VERSION, task.version() == null ? "" : task.version());
        labels.put(DockerLabels.CLUSTER, settings.cluster());
        if (container.healthCheckType() != null) {
            labels.put(DockerLabels.REPORTS_HEALTH, "true");
        }
        if ("host".equals(networkMode) && !container.portMappings().isEmpty()) {
            labels.put(
                    DockerLabels.HOST_PORTS,
                    container.portMappings().stream()
                            .map(mapping -> exposed(mapping).toString())
                            .collect(Collectors.joining(",")));
        }
        return labels;
    }
}
