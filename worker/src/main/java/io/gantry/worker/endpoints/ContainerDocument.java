package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsJson;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.FoundContainer.Exit;
import io.gantry.worker.core.LocalContainer;
import io.gantry.worker.core.LocalTask;
import io.gantry.worker.core.PortBinding;
import io.gantry.worker.core.RuntimeFacts;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A container as task metadata shows it; the members come in the agent's order. */
final class ContainerDocument {
    private static final int LEAST_SHARES = 2;
    private final String cluster;

    ContainerDocument(String cluster) {
        this.cluster = cluster;
    }

    ObjectNode version4(LocalTask task, LocalContainer container) {
        ObjectNode node = common(task, container, true);
        health(node, container);
        volumes(node, container.facts());
        log(node, container.spec());
        if (container.spec().containerArn() != null) {
            node.put("ContainerARN", container.spec().containerArn());
        }
        network(node, task, container.facts());
        if (container.spec().restartPolicy() != null) {
            node.put("RestartCount", container.restarts());
        }
        return node;
    }

    ObjectNode version3(LocalTask task, LocalContainer container) {
        ObjectNode node = common(task, container, false);
        network(node, task, container.facts());
        health(node, container);
        volumes(node, container.facts());
        return node;
    }

    private ObjectNode common(LocalTask task, LocalContainer container, boolean withHostIp) {
        ObjectNode node = AcsJson.mapper().createObjectNode();
        RuntimeFacts facts = container.facts();
        AcsContainer spec = container.spec();
        node.put("DockerId", orEmpty(container.runtimeId()));
        node.put("Name", container.name());
        node.put("DockerName", facts == null ? "" : orEmpty(facts.runtimeName()));
        node.put("Image", spec.image());
        node.put("ImageID", facts == null ? "" : orEmpty(facts.imageId()));
        ports(node, facts, withHostIp);
        ObjectNode labels = node.putObject("Labels");
        labels(task, container).forEach(labels::put);
        node.put("DesiredStatus", task.stopWanted() ? AcsTask.STOPPED : AcsTask.RUNNING);
        node.put("KnownStatus", status(container));
        Exit exit = container.exit();
        if (exit != null && exit.code() != null) {
            node.put("ExitCode", exit.code());
        }
        node.putObject("Limits")
                .put("CPU", Math.max(LEAST_SHARES, spec.cpu() == null ? 0 : spec.cpu()))
                .put("Memory", spec.memory() == null ? 0 : spec.memory());
        times(node, facts);
        if (exit != null) {
            node.put("FinishedAt", time(exit.atMillis()));
        }
        node.put("Type", "NORMAL");
        return node;
    }

    /** How far the container is, in the agent's words. */
    static String status(LocalContainer container) {
        if (container.startedOnce() && container.phase() != LocalContainer.Phase.STOPPED) {
            return "RUNNING";
        }
        return switch (container.phase()) {
            case NEW, PULLING -> "NONE";
            case WAITING, CREATING -> "PULLED";
            case CREATED, STARTING -> "CREATED";
            case RUNNING, STOPPING -> "RUNNING";
            case STOPPED -> "STOPPED";
        };
    }

    static void times(ObjectNode node, @Nullable RuntimeFacts facts) {
        if (facts == null) {
            return;
        }
        RuntimeFacts.Details details = facts.details();
        if (details != null && details.createdAt() != null) {
            node.put("CreatedAt", details.createdAt());
        }
        String started = details == null ? null : details.startedAt();
        node.put("StartedAt", started == null ? time(facts.startedAtMillis()) : started);
    }

    static void ports(ObjectNode node, @Nullable RuntimeFacts facts, boolean withHostIp) {
        if (facts == null || facts.bindings().isEmpty()) {
            return;
        }
        ArrayNode ports = node.putArray("Ports");
        for (PortBinding binding :
                facts.bindings().stream().flatMap(PortBinding::single).toList()) {
            ObjectNode port =
                    ports.addObject()
                            .put("ContainerPort", binding.containerPort())
                            .put("Protocol", binding.protocol())
                            .put("HostPort", binding.hostPort());
            if (withHostIp) {
                port.put("HostIp", binding.bindIP());
            }
        }
    }

    static void volumes(ObjectNode node, @Nullable RuntimeFacts facts) {
        RuntimeFacts.Details details = facts == null ? null : facts.details();
        if (details == null || details.mounts().isEmpty()) {
            return;
        }
        ArrayNode volumes = node.putArray("Volumes");
        for (RuntimeFacts.Mount mount : details.mounts()) {
            ObjectNode volume = volumes.addObject();
            putIfPresent(volume, "DockerName", mount.name());
            putIfPresent(volume, "Source", mount.source());
            putIfPresent(volume, "Destination", mount.destination());
        }
    }

    private static void putIfPresent(ObjectNode node, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            node.put(name, value);
        }
    }

    private Map<String, String> labels(LocalTask task, LocalContainer container) {
        Map<String, String> labels = new TreeMap<>();
        RuntimeFacts facts = container.facts();
        RuntimeFacts.Details details = facts == null ? null : facts.details();
        if (details != null) {
            labels.putAll(details.labels());
        }
        labels.put("com.amazonaws.ecs.cluster", cluster);
        labels.put("com.amazonaws.ecs.container-name", container.name());
        labels.put("com.amazonaws.ecs.task-arn", task.arn());
        labels.put("com.amazonaws.ecs.task-definition-family", orEmpty(task.spec().family()));
        labels.put("com.amazonaws.ecs.task-definition-version", orEmpty(task.spec().version()));
        return labels;
    }

    private static void health(ObjectNode node, LocalContainer container) {
        if (container.spec().healthCheckType() == null) {
            return;
        }
        ObjectNode health = node.putObject("Health").put("status", container.health().name());
        if (container.healthSinceMillis() != null) {
            health.put("statusSince", time(container.healthSinceMillis()));
        }
        Integer exitCode = container.healthExitCode();
        if (exitCode != null && exitCode != 0) {
            health.put("exitCode", exitCode);
        }
        putIfPresent(health, "output", container.healthOutput());
    }

    /** What the definition says; the engine's own choice is not shown. */
    private static void log(ObjectNode node, AcsContainer spec) {
        AcsContainer.DockerConfig config = spec.dockerConfig();
        String host = config == null ? null : config.hostConfig();
        if (host == null) {
            return;
        }
        JsonNode log;
        try {
            log = AcsJson.mapper().readTree(host).path("LogConfig");
        } catch (JacksonException refusedByTheRuntime) {
            return;
        }
        putIfPresent(node, "LogDriver", log.path("Type").asString(""));
        Map<String, String> options = new TreeMap<>();
        log.path("Config")
                .properties()
                .forEach(option -> options.put(option.getKey(), option.getValue().asString("")));
        if (!options.isEmpty()) {
            ObjectNode shown = node.putObject("LogOptions");
            options.forEach(shown::put);
        }
    }

    private static void network(ObjectNode node, LocalTask task, @Nullable RuntimeFacts facts) {
        String mode = task.spec().networkMode();
        ObjectNode network = node.putArray("Networks").addObject();
        network.put("NetworkMode", mode == null || mode.isEmpty() ? "bridge" : mode);
        // In the machine's own network the agent shows an empty address.
        network.putArray("IPv4Addresses").add(facts == null ? "" : orEmpty(facts.ipv4()));
        RuntimeFacts.Details details = facts == null ? null : facts.details();
        if (details != null && details.ipv6() != null) {
            network.putArray("IPv6Addresses").add(details.ipv6());
        }
    }

    static String orEmpty(@Nullable String text) {
        return Objects.requireNonNullElse(text, "");
    }

    /** RFC 3339. */
    static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}
