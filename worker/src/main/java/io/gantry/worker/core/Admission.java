package io.gantry.worker.core;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsVolume;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether a worker can run a task at all. What it cannot do it refuses by name. */
final class Admission {
    private static final Set<String> REGISTRY_AUTHENTICATION = Set.of("asm", "ecr");
    private static final Set<String> NETWORK_MODES = Set.of("", "bridge", "host", "none");
    private static final Set<String> PID_MODES = Set.of("", "host", "task");
    private static final Set<String> IPC_MODES = Set.of("", "host", "task", "none");

    private Admission() {}

    /** Why {@code task} cannot run here, or null. */
    static @Nullable String refusal(AcsTask task) {
        if (!task.arn().contains("/")) {
            return "the task has no proper ARN";
        }
        if (task.containers().isEmpty()) {
            return "the task has no containers";
        }
        String networkMode = task.networkMode() == null ? "" : task.networkMode();
        if (!NETWORK_MODES.contains(networkMode)) {
            return "network mode " + networkMode + " is not supported";
        }
        if (!PID_MODES.contains(Objects.requireNonNullElse(task.pidMode(), ""))) {
            return "pidMode " + task.pidMode() + " is not supported";
        }
        if (!IPC_MODES.contains(Objects.requireNonNullElse(task.ipcMode(), ""))) {
            return "ipcMode " + task.ipcMode() + " is not supported";
        }
        if (!task.attachments().isEmpty()) {
            return "attachments are not supported";
        }
        for (AcsTask.Association association : task.associations()) {
            if (!"gpu".equals(association.type()) || association.name() == null) {
                return "associations of the type " + association.type() + " are not supported";
            }
        }
        if (task.proxyConfiguration() != null) {
            return "proxyConfiguration is not supported";
        }
        String volumes = volumeRefusal(task);
        return volumes != null ? volumes : containersRefusal(task);
    }

    private static @Nullable String volumeRefusal(AcsTask task) {
        for (AcsVolume volume : task.volumes()) {
            String type = volume.type() == null ? "host" : volume.type();
            if (type.equals("host") ? volume.host() == null : !type.equals("docker")) {
                return "volume " + volume.name() + ": type " + type + " is not supported";
            }
        }
        return null;
    }

    private static @Nullable String containersRefusal(AcsTask task) {
        Set<String> names = new HashSet<>();
        for (AcsContainer container : task.containers()) {
            String refusal = containerRefusal(container);
            if (refusal == null) {
                refusal = portsRefusal(task, container);
            }
            if (refusal == null && !names.add(container.name())) {
                refusal = "is there twice";
            }
            if (refusal != null) {
                return "container " + container.name() + ": " + refusal;
            }
        }
        return null;
    }

    private static @Nullable String containerRefusal(AcsContainer container) {
        if (container.image() == null || container.image().isBlank()) {
            return "no image";
        }
        String overrides = container.overrides() == null ? "" : container.overrides().strip();
        if (!overrides.isEmpty() && !overrides.equals("{}")) {
            return "overrides are merged by the control plane, not here";
        }
        return unsupportedMember(container);
    }

    private static @Nullable String portsRefusal(AcsTask task, AcsContainer container) {
        String networkMode = task.networkMode() == null ? "" : task.networkMode();
        boolean bridge = networkMode.isEmpty() || networkMode.equals("bridge");
        for (AcsContainer.PortMapping mapping : container.portMappings()) {
            String protocol = mapping.protocol() == null ? "tcp" : mapping.protocol();
            String range = mapping.containerPortRange();
            if (!List.of("tcp", "udp").contains(protocol)
                    || (mapping.containerPort() == null) == (range == null)) {
                return "port mapping needs either a containerPort or a containerPortRange, and the"
                        + " protocol tcp or udp";
            }
            if (range != null) {
                if (!bridge) {
                    return "containerPortRange is only supported in network mode bridge";
                }
                try {
                    PortRange.parse(range);
                } catch (IllegalArgumentException wrong) {
                    return "containerPortRange " + range + " is not a range of ports";
                }
            }
        }
        return null;
    }

    private static @Nullable String unsupportedMember(AcsContainer container) {
        for (AcsContainer.EnvironmentFile file : container.environmentFiles()) {
            if (!"s3".equals(file.type()) || file.value() == null || file.value().isBlank()) {
                return "environmentFiles need a value and the type s3";
            }
        }
        if (!container.secrets().isEmpty()) {
            return "secrets are not supported";
        }
        AcsContainer.RegistryAuthentication registry = container.registryAuthentication();
        if (registry != null
                && !REGISTRY_AUTHENTICATION.contains(String.valueOf(registry.type()))) {
            return "registryAuthentication of the type " + registry.type() + " is not supported";
        }
        if (container.firelensConfiguration() != null) {
            return "firelensConfiguration is not supported";
        }
        if (!container.credentialSpecs().isEmpty()) {
            return "credentialSpecs are not supported";
        }
        if (!container.managedAgents().isEmpty()) {
            return "managed agents such as ExecuteCommandAgent are not supported";
        }
        return null;
    }
}
