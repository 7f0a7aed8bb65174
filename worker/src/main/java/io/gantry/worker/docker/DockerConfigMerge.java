package io.gantry.worker.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import io.gantry.common.acs.AcsContainer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The Docker Engine API objects that come as texts inside a container, laid over what was made from
 * its other members. Keys that are not known here are refused by name.
 */
final class DockerConfigMerge {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> CONFIG_KEYS =
            Set.of(
                    "Hostname",
                    "Domainname",
                    "User",
                    "WorkingDir",
                    "Tty",
                    "OpenStdin",
                    "NetworkDisabled",
                    "Labels",
                    "StopSignal",
                    "Healthcheck");
    private static final Set<String> HOST_CONFIG_KEYS =
            Set.of(
                    "NetworkMode",
                    "LogConfig",
                    "Privileged",
                    "ReadonlyRootfs",
                    "CapAdd",
                    "CapDrop",
                    "Dns",
                    "DnsSearch",
                    "ExtraHosts",
                    "SecurityOpt",
                    "Ulimits",
                    "Devices",
                    "Init",
                    "ShmSize",
                    "Tmpfs",
                    "Sysctls",
                    "MemoryReservation",
                    "MemorySwap",
                    "MemorySwappiness",
                    "PidMode",
                    "IpcMode");

    private final JsonNode config;
    private final JsonNode hostConfig;

    private DockerConfigMerge(JsonNode config, JsonNode hostConfig) {
        this.config = config;
        this.hostConfig = hostConfig;
    }

    /**
     * Reads the texts of {@code container}.
     *
     * @throws IllegalArgumentException if they are not JSON or have an unknown key
     */
    static DockerConfigMerge of(AcsContainer container) {
        AcsContainer.DockerConfig docker = container.dockerConfig();
        return new DockerConfigMerge(
                read(docker == null ? null : docker.config(), CONFIG_KEYS),
                read(docker == null ? null : docker.hostConfig(), HOST_CONFIG_KEYS));
    }

    private static JsonNode read(@Nullable String text, Set<String> known) {
        if (text == null || text.isBlank()) {
            return JSON.createObjectNode();
        }
        try {
            JsonNode node = JSON.readTree(text);
            if (!(node instanceof ObjectNode)) {
                throw new IllegalArgumentException("docker configuration is not an object");
            }
            node.fieldNames()
                    .forEachRemaining(
                            key -> {
                                if (!known.contains(key)) {
                                    throw new IllegalArgumentException(
                                            "docker configuration key not supported: " + key);
                                }
                            });
            return node;
        } catch (JsonProcessingException notJson) {
            throw new IllegalArgumentException("docker configuration is not JSON", notJson);
        }
    }

    /** What {@code /dev/shm} should hold; 0 if nothing is said. */
    long sharedMemoryBytes() {
        return hostConfig.path("ShmSize").asLong();
    }

    /** Podman does not know the flag, but the network mode that comes to the same. */
    private boolean networkDisabled() {
        return config.path("NetworkDisabled").asBoolean();
    }

    void mergeInto(HostConfig host) {
        try {
            JSON.readerForUpdating(host).readValue(JSON.writeValueAsString(hostConfig));
        } catch (JsonProcessingException wrongShape) {
            throw new IllegalArgumentException(
                    "docker hostConfig: " + wrongShape.getOriginalMessage(), wrongShape);
        }
        if (networkDisabled()) {
            host.withNetworkMode("none");
        }
    }

    void mergeInto(CreateContainerCmd command, Map<String, String> ourLabels) {
        text("Hostname", command::withHostName);
        text("Domainname", command::withDomainName);
        text("User", command::withUser);
        text("WorkingDir", command::withWorkingDir);
        text("StopSignal", command::withStopSignal);
        flag("Tty", command::withTty);
        flag("OpenStdin", command::withStdinOpen);
        flag("NetworkDisabled", command::withNetworkDisabled);
        // What the image itself checks does not count in ECS.
        HealthCheck check = new HealthCheck().withTest(List.of("NONE"));
        command.withHealthcheck(config.has("Healthcheck") ? healthCheck() : check);
        Map<String, String> labels = new TreeMap<>();
        config.path("Labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        labels.putAll(ourLabels);
        command.withLabels(labels);
    }

    private HealthCheck healthCheck() {
        try {
            return JSON.treeToValue(config.get("Healthcheck"), HealthCheck.class);
        } catch (JsonProcessingException wrongShape) {
            throw new IllegalArgumentException("docker health check has a wrong shape", wrongShape);
        }
    }

    private void text(String key, Consumer<String> target) {
        if (config.hasNonNull(key)) {
            target.accept(config.get(key).asText());
        }
    }

    private void flag(String key, Consumer<Boolean> target) {
        if (config.hasNonNull(key)) {
            target.accept(config.get(key).asBoolean());
        }
    }
}
