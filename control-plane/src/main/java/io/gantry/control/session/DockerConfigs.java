package io.gantry.control.session;

import io.gantry.common.acs.AcsContainer.DockerConfig;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.Device;
import software.amazon.awssdk.services.ecs.model.HealthCheck;
import software.amazon.awssdk.services.ecs.model.LinuxParameters;
import software.amazon.awssdk.services.ecs.model.LogConfiguration;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The members of a container that agents take as objects of the Docker Engine API, written as JSON
 * texts. How processes and their memory are shared is not among them: agents make that of the
 * task's own members.
 *
 * @see <a href="https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Container">Docker
 *     Engine API, container create</a>
 */
final class DockerConfigs {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String ENGINE_API_VERSION = "1.19";
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long BYTES_PER_MIB = 1L << 20;

    private final ContainerDefinition definition;
    private final TaskDefinition task;

    DockerConfigs(ContainerDefinition definition, TaskDefinition task) {
        this.definition = definition;
        this.task = task;
    }

    DockerConfig config() {
        return new DockerConfig(
                ENGINE_API_VERSION, container().toString(), hostConfig().toString());
    }

    private ObjectNode container() {
        ObjectNode config = JSON.createObjectNode();
        put(config, "Hostname", definition.hostname());
        put(config, "User", definition.user());
        put(config, "WorkingDir", definition.workingDirectory());
        put(config, "Tty", definition.pseudoTerminal());
        put(config, "OpenStdin", definition.interactive());
        put(config, "NetworkDisabled", definition.disableNetworking());
        putTexts(config, "Labels", definition.dockerLabels());
        if (definition.healthCheck() != null) {
            config.set("Healthcheck", healthCheck(definition.healthCheck()));
        }
        return config;
    }

    private static ObjectNode healthCheck(HealthCheck check) {
        ObjectNode node = JSON.createObjectNode();
        node.set("Test", texts(check.command()));
        putSeconds(node, "Interval", check.interval());
        putSeconds(node, "Timeout", check.timeout());
        putSeconds(node, "StartPeriod", check.startPeriod());
        put(node, "Retries", check.retries());
        return node;
    }

    private ObjectNode hostConfig() {
        ObjectNode host = JSON.createObjectNode();
        String network = task.networkModeAsString();
        host.put("NetworkMode", network == null ? "bridge" : network);
        put(host, "Privileged", definition.privileged());
        put(host, "ReadonlyRootfs", definition.readonlyRootFilesystem());
        putTexts(host, "Dns", definition.dnsServers());
        putTexts(host, "DnsSearch", definition.dnsSearchDomains());
        putTexts(host, "SecurityOpt", definition.dockerSecurityOptions());
        putTexts(
                host,
                "ExtraHosts",
                definition.extraHosts().stream()
                        .map(each -> each.hostname() + ':' + each.ipAddress())
                        .toList());
        ulimits(host);
        ObjectNode controls = JSON.createObjectNode();
        definition.systemControls().forEach(each -> controls.put(each.namespace(), each.value()));
        if (!controls.isEmpty()) {
            host.set("Sysctls", controls);
        }
        if (definition.memoryReservation() != null) {
            host.put("MemoryReservation", definition.memoryReservation() * BYTES_PER_MIB);
        }
        if (definition.logConfiguration() != null) {
            host.set("LogConfig", log(definition.logConfiguration()));
        }
        if (definition.linuxParameters() != null) {
            linux(host, definition.linuxParameters());
        }
        return host;
    }

    private void ulimits(ObjectNode host) {
        ArrayNode ulimits = JSON.createArrayNode();
        definition
                .ulimits()
                .forEach(
                        each ->
                                ulimits.addObject()
                                        .put("Name", each.nameAsString())
                                        .put("Soft", each.softLimit())
                                        .put("Hard", each.hardLimit()));
        if (!ulimits.isEmpty()) {
            host.set("Ulimits", ulimits);
        }
    }

    private static ObjectNode log(LogConfiguration log) {
        ObjectNode node = JSON.createObjectNode();
        node.put("Type", log.logDriverAsString());
        putTexts(node, "Config", log.options());
        return node;
    }

    private void linux(ObjectNode host, LinuxParameters linux) {
        if (linux.capabilities() != null) {
            putTexts(host, "CapAdd", linux.capabilities().add());
            putTexts(host, "CapDrop", linux.capabilities().drop());
        }
        put(host, "Init", linux.initProcessEnabled());
        if (linux.sharedMemorySize() != null) {
            host.put("ShmSize", linux.sharedMemorySize() * BYTES_PER_MIB);
        }
        swap(host, linux);
        ArrayNode devices = JSON.createArrayNode();
        linux.devices().forEach(each -> devices.add(device(each)));
        if (!devices.isEmpty()) {
            host.set("Devices", devices);
        }
        ObjectNode tmpfs = JSON.createObjectNode();
        linux.tmpfs()
                .forEach(
                        each -> {
                            String options = String.join(",", each.mountOptions());
                            String size = "size=" + each.size() + "m";
                            tmpfs.put(
                                    each.containerPath(),
                                    options.isEmpty() ? size : options + ',' + size);
                        });
        if (!tmpfs.isEmpty()) {
            host.set("Tmpfs", tmpfs);
        }
    }

    /** Docker counts memory and swap together. Without a limit ECS ignores the swappiness. */
    private void swap(ObjectNode host, LinuxParameters linux) {
        Integer memory = definition.memory();
        if (linux.maxSwap() != null && memory != null) {
            host.put("MemorySwap", (memory + linux.maxSwap().longValue()) * BYTES_PER_MIB);
            put(host, "MemorySwappiness", linux.swappiness());
        }
    }

    private static ObjectNode device(Device device) {
        ObjectNode node = JSON.createObjectNode();
        String inside = device.containerPath();
        node.put("PathOnHost", device.hostPath());
        node.put("PathInContainer", inside == null ? device.hostPath() : inside);
        var letters = new StringBuilder();
        device.permissionsAsStrings().forEach(each -> letters.append(letter(each)));
        node.put("CgroupPermissions", letters.isEmpty() ? "rwm" : letters.toString());
        return node;
    }

    private static char letter(String permission) {
        return switch (permission) {
            case "read" -> 'r';
            case "write" -> 'w';
            default -> 'm';
        };
    }

    private static void put(ObjectNode node, String name, @Nullable String value) {
        if (value != null) {
            node.put(name, value);
        }
    }

    private static void put(ObjectNode node, String name, @Nullable Boolean value) {
        if (value != null) {
            node.put(name, value);
        }
    }

    private static void put(ObjectNode node, String name, @Nullable Integer value) {
        if (value != null) {
            node.put(name, value);
        }
    }

    private static void putSeconds(ObjectNode node, String name, @Nullable Integer seconds) {
        if (seconds != null) {
            node.put(name, seconds * NANOS_PER_SECOND);
        }
    }

    private static void putTexts(ObjectNode node, String name, List<String> values) {
        if (!values.isEmpty()) {
            node.set(name, texts(values));
        }
    }

    private static void putTexts(ObjectNode node, String name, Map<String, String> values) {
        if (!values.isEmpty()) {
            ObjectNode object = JSON.createObjectNode();
            values.forEach(object::put);
            node.set(name, object);
        }
    }

    private static ArrayNode texts(List<String> values) {
        ArrayNode array = JSON.createArrayNode();
        values.forEach(array::add);
        return array;
    }
}
