package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.HostConfig;
import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.runtime.ContainerNames;
import io.gantry.worker.runtime.InjectedEnvironment;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Says in the engine's words how a container of a task is to be made. */
final class DockerPlanner {
    private final DockerSettings settings;
    private final InjectedEnvironment injected;
    private final String bridgeGateway;

    DockerPlanner(DockerSettings settings, InjectedEnvironment injected, String bridgeGateway) {
        this.settings = settings;
        this.injected = injected;
        this.bridgeGateway = bridgeGateway;
    }

    /**
     * What was made for the whole task before.
     *
     * @param pauseId the container that holds shared namespaces; null if nothing is shared
     * @param cgroupParent holds all containers to the limits of the task; null if there is none
     */
    record Frame(@Nullable String pauseId, @Nullable String cgroupParent) {}

    CreateContainerCmd plan(
            DockerClient client,
            AcsTask task,
            AcsContainer container,
            PortPlan ports,
            Frame frame) {
        DockerConfigMerge merge = DockerConfigMerge.of(container);
        HostConfig host = HostConfig.newHostConfig();
        NamespacePlan.applyNetwork(task, container, host);
        if (!"host".equals(host.getNetworkMode())) {
            host.withPortBindings(ports.bindings());
        }
        MountPlan.apply(task, container, host);
        ResourcePlan.apply(task, container, frame.cgroupParent(), host);
        merge.mergeInto(host);
        NamespacePlan.applySharing(task, frame.pauseId(), host);
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
        command.withExposedPorts(ports.exposed());
        merge.mergeInto(command, labels(task, container, ports, host.getNetworkMode()));
        return command;
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
        List<String> gpus = ResourcePlan.gpus(task, container);
        if (!gpus.isEmpty()) {
            environment.put("NVIDIA_VISIBLE_DEVICES", String.join(",", gpus));
        }
        return environment.entrySet().stream()
                .map(entry -> entry.getKey() + '=' + entry.getValue())
                .toList();
    }

    private Map<String, String> labels(
            AcsTask task, AcsContainer container, PortPlan ports, @Nullable String networkMode) {
        Map<String, String> labels = DockerLabels.of(settings, task, container.name());
        if (container.healthCheckType() != null) {
            labels.put(DockerLabels.REPORTS_HEALTH, "true");
        }
        if ("host".equals(networkMode) && !ports.exposed().isEmpty()) {
            labels.put(DockerLabels.HOST_PORTS, ports.exposedText());
        }
        if (ports.hasRanges()) {
            labels.put(DockerLabels.PORT_RANGES, String.join(",", ports.ranges()));
        }
        return labels;
    }
}
