package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsJson;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.AgentEvent.Health;
import io.gantry.worker.core.FoundContainer.Exit;
import io.gantry.worker.core.LocalContainer;
import io.gantry.worker.core.LocalTask;
import io.gantry.worker.core.PortBinding;
import io.gantry.worker.core.RuntimeFacts;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The documents of task metadata, versions 3 and 4, and of introspection. */
final class MetadataDocuments {
    private final String cluster;

    MetadataDocuments(String cluster) {
        this.cluster = cluster;
    }

    ObjectNode container(LocalTask task, LocalContainer container, boolean version4) {
        ObjectNode node = AcsJson.mapper().createObjectNode();
        RuntimeFacts facts = container.facts();
        AcsContainer spec = container.spec();
        node.put("DockerId", String.valueOf(container.runtimeId()));
        node.put("Name", container.name());
        if (facts != null && facts.runtimeName() != null) {
            node.put("DockerName", facts.runtimeName());
        }
        node.put("Image", spec.image());
        if (facts != null && facts.imageId() != null) {
            node.put("ImageID", facts.imageId());
        }
        ports(node, facts, version4);
        labels(node, task, container);
        node.put("DesiredStatus", task.stopWanted() ? AcsTask.STOPPED : AcsTask.RUNNING);
        node.put("KnownStatus", container.status().name());
        Exit exit = container.exit();
        if (exit != null && exit.code() != null) {
            node.put("ExitCode", exit.code());
        }
        node.putObject("Limits")
                .put("CPU", Math.max(2, spec.cpu() == null ? 0 : spec.cpu()))
                .put("Memory", spec.memory() == null ? 0 : spec.memory());
        if (facts != null) {
            node.put("StartedAt", time(facts.startedAtMillis()));
        }
        if (exit != null) {
            node.put("FinishedAt", time(exit.atMillis()));
        }
        node.put("Type", "NORMAL");
        health(node, container);
        if (version4 && spec.containerArn() != null) {
            node.put("ContainerARN", spec.containerArn());
        }
        network(node, task, facts);
        if (version4 && spec.restartPolicy() != null) {
            node.put("RestartCount", container.restarts());
        }
        return node;
    }

    private static void ports(ObjectNode node, @Nullable RuntimeFacts facts, boolean withHostIp) {
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

    private void labels(ObjectNode node, LocalTask task, LocalContainer container) {
        node.putObject("Labels")
                .put("com.amazonaws.ecs.cluster", cluster)
                .put("com.amazonaws.ecs.container-name", container.name())
                .put("com.amazonaws.ecs.task-arn", task.arn())
                .put("com.amazonaws.ecs.task-definition-family", task.spec().family())
                .put("com.amazonaws.ecs.task-definition-version", task.spec().version());
    }

    private static void health(ObjectNode node, LocalContainer container) {
        if (container.spec().healthCheckType() == null || container.health() == Health.UNKNOWN) {
            return;
        }
        ObjectNode health = node.putObject("Health").put("status", container.health().name());
        if (container.healthSinceMillis() != null) {
            health.put("statusSince", time(container.healthSinceMillis()));
        }
        if (container.healthOutput() != null) {
            health.put("output", container.healthOutput());
        }
    }

    private static void network(ObjectNode node, LocalTask task, @Nullable RuntimeFacts facts) {
        String mode = task.spec().networkMode();
        ObjectNode network = node.putArray("Networks").addObject();
        network.put("NetworkMode", mode == null || mode.isEmpty() ? "bridge" : mode);
        if (facts != null && facts.ipv4() != null) {
            network.putArray("IPv4Addresses").add(facts.ipv4());
        }
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }

    ObjectNode task(LocalTask task, boolean version4) {
        AcsTask spec = task.spec();
        ObjectNode node = AcsJson.mapper().createObjectNode();
        node.put("Cluster", cluster);
        node.put("TaskARN", task.arn());
        node.put("Family", spec.family());
        node.put("Revision", spec.version());
        node.put("DesiredStatus", task.stopWanted() ? AcsTask.STOPPED : AcsTask.RUNNING);
        node.put("KnownStatus", task.status().name());
        if (spec.cpu() != null || spec.memory() != null) {
            ObjectNode limits = node.putObject("Limits");
            if (spec.cpu() != null) {
                limits.put("CPU", spec.cpu());
            }
            if (spec.memory() != null) {
                limits.put("Memory", spec.memory());
            }
        }
        putTime(node, "PullStartedAt", task.pullStartedAtMillis());
        putTime(node, "PullStoppedAt", task.pullStoppedAtMillis());
        putTime(node, "ExecutionStoppedAt", task.executionStoppedAtMillis());
        ArrayNode containers = node.putArray("Containers");
        task.containers()
                .forEach(container -> containers.add(container(task, container, version4)));
        if (version4) {
            node.put("LaunchType", spec.launchType() == null ? "EC2" : spec.launchType());
            if (spec.serviceName() != null) {
                node.put("ServiceName", spec.serviceName());
            }
            node.put("FaultInjectionEnabled", false);
        }
        return node;
    }

    private static void putTime(ObjectNode node, String name, @Nullable Long millis) {
        if (millis != null) {
            node.put(name, time(millis));
        }
    }

    ObjectNode introspection(LocalTask task) {
        ObjectNode node = AcsJson.mapper().createObjectNode();
        node.put("Arn", task.arn());
        node.put("DesiredStatus", task.stopWanted() ? AcsTask.STOPPED : AcsTask.RUNNING);
        node.put("KnownStatus", task.status().name());
        node.put("Family", task.spec().family());
        node.put("Version", task.spec().version());
        ArrayNode containers = node.putArray("Containers");
        for (LocalContainer container : task.containers()) {
            ObjectNode one = containers.addObject();
            RuntimeFacts facts = container.facts();
            one.put("DockerId", String.valueOf(container.runtimeId()));
            one.put("DockerName", facts == null ? "" : String.valueOf(facts.runtimeName()));
            one.put("Name", container.name());
            ports(one, facts, false);
        }
        return node;
    }
}
