package io.gantry.worker.session;

import io.gantry.common.acs.AcsJson;
import io.gantry.common.model.HostPort;
import io.gantry.worker.core.PortBinding;
import io.gantry.worker.core.TaskReport;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The bodies of the calls that a worker makes. */
final class Requests {

    private Requests() {}

    static ObjectNode register(
            SessionSettings settings, String clientToken, @Nullable String instanceArn) {
        ObjectNode body = AcsJson.mapper().createObjectNode();
        body.put("cluster", settings.cluster());
        body.put("clientToken", clientToken);
        if (instanceArn != null) {
            body.put("containerInstanceArn", instanceArn);
        }
        ArrayNode resources = body.putArray("totalResources");
        number(resources, "CPU", settings.total().cpuUnits());
        number(resources, "MEMORY", settings.total().memoryMib());
        ports(resources, "PORTS", settings, HostPort.Protocol.TCP);
        ports(resources, "PORTS_UDP", settings, HostPort.Protocol.UDP);
        if (!settings.gpus().isEmpty()) {
            ArrayNode devices = body.putArray("platformDevices");
            settings.gpus().forEach(id -> devices.addObject().put("id", id).put("type", "GPU"));
        }
        ArrayNode attributes = body.putArray("attributes");
        settings.attributes()
                .forEach(
                        (name, value) ->
                                attributes.addObject().put("name", name).put("value", value));
        settings.capabilities().forEach(name -> attributes.addObject().put("name", name));
        return body;
    }

    private static void number(ArrayNode resources, String name, int value) {
        resources.addObject().put("name", name).put("type", "INTEGER").put("integerValue", value);
    }

    private static void ports(
            ArrayNode resources,
            String name,
            SessionSettings settings,
            HostPort.Protocol protocol) {
        ArrayNode ports =
                resources
                        .addObject()
                        .put("name", name)
                        .put("type", "STRINGSET")
                        .putArray("stringSetValue");
        settings.reservedPorts().stream()
                .filter(port -> port.protocol() == protocol)
                .sorted()
                .forEach(port -> ports.add(Integer.toString(port.number())));
    }

    static ObjectNode createCluster(String name) {
        return AcsJson.mapper().createObjectNode().put("clusterName", name);
    }

    static ObjectNode discover(SessionSettings settings, String instanceArn) {
        return AcsJson.mapper()
                .createObjectNode()
                .put("cluster", settings.cluster())
                .put("containerInstance", instanceArn);
    }

    static ObjectNode submit(String cluster, TaskReport report) {
        ObjectNode body = AcsJson.mapper().createObjectNode();
        body.put("cluster", cluster);
        body.put("task", report.taskArn());
        body.put("status", report.status().name());
        if (report.reason() != null) {
            body.put("reason", report.reason());
        }
        ArrayNode containers = AcsJson.mapper().createArrayNode();
        report.containers().forEach(container -> add(containers, container));
        if (!containers.isEmpty()) {
            body.set("containers", containers);
        }
        time(body, "pullStartedAt", report.pullStartedAtMillis());
        time(body, "pullStoppedAt", report.pullStoppedAtMillis());
        time(body, "executionStoppedAt", report.executionStoppedAtMillis());
        return body;
    }

    private static void add(ArrayNode containers, TaskReport.ContainerReport container) {
        ObjectNode node = containers.addObject();
        node.put("containerName", container.containerName());
        node.put("status", container.status().name());
        if (container.runtimeId() != null) {
            node.put("runtimeId", container.runtimeId());
        }
        if (container.exitCode() != null) {
            node.put("exitCode", container.exitCode());
        }
        if (container.reason() != null) {
            node.put("reason", container.reason());
        }
        if (container.imageDigest() != null) {
            node.put("imageDigest", container.imageDigest());
        }
        if (!container.networkBindings().isEmpty()) {
            ArrayNode bindings = node.putArray("networkBindings");
            told(container.networkBindings()).forEach(binding -> add(bindings, binding));
        }
    }

    private static void add(ArrayNode bindings, PortBinding binding) {
        ObjectNode node = bindings.addObject().put("bindIP", binding.bindIP());
        if (binding.containerPortRange() == null) {
            node.put("containerPort", binding.containerPort());
            node.put("hostPort", binding.hostPort());
        } else {
            node.put("containerPortRange", binding.containerPortRange());
            node.put("hostPortRange", binding.hostPortRange());
        }
        node.put("protocol", binding.protocol());
    }

    /** The same port on IPv6 is left out, as Amazon's agent does unless it is told otherwise. */
    private static List<PortBinding> told(List<PortBinding> all) {
        List<PortBinding> told =
                all.stream().filter(binding -> !binding.bindIP().equals("::")).toList();
        return told.isEmpty() ? all : told;
    }

    /** Seconds since the epoch, to the millisecond. */
    private static void time(ObjectNode body, String name, @Nullable Long millis) {
        if (millis != null) {
            body.put(name, BigDecimal.valueOf(millis, 3));
        }
    }
}
