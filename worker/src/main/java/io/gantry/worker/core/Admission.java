package io.gantry.worker.core;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsVolume;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether a worker can run a task at all. What it cannot do it refuses by name. */
final class Admission {
    private static final Set<String> REGISTRY_AUTHENTICATION = Set.of("asm", "ecr");
    private static final Set<String> NETWORK_MODES = Set.of("", "bridge", "host", "none");

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
        if ("task".equals(task.pidMode()) || "task".equals(task.ipcMode())) {
            return "pidMode and ipcMode task are not supported";
        }
        if (!task.associations().isEmpty() || !task.attachments().isEmpty()) {
            return "associations and attachments are not supported";
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
        for (AcsContainer.PortMapping mapping : container.portMappings()) {
            if (mapping.containerPortRange() != null) {
                return "containerPortRange is not supported";
            }
            String protocol = mapping.protocol() == null ? "tcp" : mapping.protocol();
            if (!List.of("tcp", "udp").contains(protocol) || mapping.containerPort() == null) {
                return "port mapping needs a containerPort and the protocol tcp or udp";
            }
        }
        return unsupportedMember(container);
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
