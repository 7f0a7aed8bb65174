package io.gantry.control.api;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.HealthCheck;
import software.amazon.awssdk.services.ecs.model.KeyValuePair;
import software.amazon.awssdk.services.ecs.model.LogConfiguration;
import software.amazon.awssdk.services.ecs.model.MountPoint;
import software.amazon.awssdk.services.ecs.model.PortMapping;
import software.amazon.awssdk.services.ecs.model.TransportProtocol;

/** What may be a container of a task definition, and the values that ECS fills in. */
final class ContainerRules {
    /** Less than this is refused by the container runtime. */
    static final int LEAST_MEMORY_MIB = 6;

    private static final int LONGEST_IMAGE = 255;
    private static final int LARGEST_PORT = 65_535;
    private static final Pattern PORT_NAME = Pattern.compile("[a-z0-9_][a-z0-9_-]{0,63}");
    private static final Set<String> LOG_DRIVERS =
            Set.of("json-file", "syslog", "journald", "gelf", "fluentd", "splunk");
    private static final Set<String> SUPPORTED =
            Set.of(
                    "name",
                    "image",
                    "cpu",
                    "memory",
                    "memoryReservation",
                    "links",
                    "portMappings",
                    "essential",
                    "entryPoint",
                    "command",
                    "environment",
                    "mountPoints",
                    "volumesFrom",
                    "linuxParameters",
                    "dependsOn",
                    "startTimeout",
                    "stopTimeout",
                    "versionConsistency",
                    "hostname",
                    "user",
                    "workingDirectory",
                    "disableNetworking",
                    "privileged",
                    "readonlyRootFilesystem",
                    "dnsServers",
                    "dnsSearchDomains",
                    "extraHosts",
                    "dockerSecurityOptions",
                    "interactive",
                    "pseudoTerminal",
                    "dockerLabels",
                    "ulimits",
                    "logConfiguration",
                    "healthCheck",
                    "systemControls");

    private final ContainerDefinition container;
    private final @Nullable String networkMode;
    private final Set<String> volumes;

    ContainerRules(
            ContainerDefinition container, @Nullable String networkMode, Set<String> volumes) {
        this.container = container;
        this.networkMode = networkMode;
        this.volumes = volumes;
    }

    static void name(ContainerDefinition container) {
        String name = container.name();
        if (name == null || name.isEmpty()) {
            throw ApiErrors.client("Container.name should not be null or empty.");
        }
        if (!Refs.NAME.matcher(name).matches()) {
            throw ApiErrors.client("Container.name contains invalid characters.");
        }
        if (container.image() == null || container.image().isBlank()) {
            throw ApiErrors.client("Container.image should not be null or empty.");
        }
    }

    /** The container with what was left out. */
    ContainerDefinition check() {
        Members.refuseAllBut(SUPPORTED, container, path(""), ApiErrors::client);
        image();
        sizes();
        environment();
        mountPoints();
        logging();
        return container.toBuilder()
                .cpu(container.cpu() == null ? 0 : container.cpu())
                .essential(!Boolean.FALSE.equals(container.essential()))
                .portMappings(portMappings())
                .environment(List.copyOf(container.environment()))
                .mountPoints(List.copyOf(container.mountPoints()))
                .volumesFrom(List.copyOf(container.volumesFrom()))
                .systemControls(List.copyOf(container.systemControls()))
                .healthCheck(healthCheck())
                .build();
    }

    private String path(String member) {
        return "containerDefinitions." + container.name() + '.' + member;
    }

    private RuntimeException wrong(String what) {
        return ApiErrors.client(
                "Invalid setting for container '" + container.name() + "'. " + what);
    }

    private void image() {
        String image = container.image();
        int at = image.indexOf('@');
        String name = at < 0 ? image : image.substring(0, at);
        if (name.length() > LONGEST_IMAGE || name.chars().anyMatch(c -> c <= ' ')) {
            throw wrong("The image is not a valid reference.");
        }
        if (at >= 0 && !image.substring(at + 1).matches("sha256:[0-9a-f]{64}")) {
            throw wrong("The digest of the image must be 'sha256:' and 64 hexadecimal digits.");
        }
    }

    private void sizes() {
        Integer memory = container.memory();
        Integer reservation = container.memoryReservation();
        atLeast("cpu", container.cpu(), 0);
        atLeast("memory", memory, LEAST_MEMORY_MIB);
        atLeast("memoryReservation", reservation, LEAST_MEMORY_MIB);
        atLeast("startTimeout", container.startTimeout(), 0);
        atLeast("stopTimeout", container.stopTimeout(), 0);
        if (memory != null && reservation != null && reservation > memory) {
            throw wrong("'memoryReservation' must not be greater than 'memory'.");
        }
    }

    private void atLeast(String member, @Nullable Integer value, int least) {
        if (value != null && value < least) {
            throw wrong("'" + member + "' must be at least " + least + ".");
        }
    }

    private void environment() {
        for (KeyValuePair variable : container.environment()) {
            if (variable.name() == null || variable.name().isEmpty()) {
                throw wrong("The name of an environment variable must not be null or empty.");
            }
        }
    }

    private void mountPoints() {
        for (MountPoint mount : container.mountPoints()) {
            if (mount.sourceVolume() == null || !volumes.contains(mount.sourceVolume())) {
                throw ApiErrors.client("Unknown volume '" + mount.sourceVolume() + "'.");
            }
            if (mount.containerPath() == null || mount.containerPath().isBlank()) {
                throw wrong("The containerPath of a mount point must not be null or empty.");
            }
        }
    }

    private void logging() {
        LogConfiguration logging = container.logConfiguration();
        Members.refuseAllBut(
                Set.of("logDriver", "options"),
                logging,
                path("logConfiguration."),
                ApiErrors::client);
        if (logging != null && !LOG_DRIVERS.contains(logging.logDriverAsString())) {
            throw Members.unsupported(
                    path("logConfiguration.logDriver"),
                    logging.logDriverAsString(),
                    ApiErrors::client);
        }
    }

    private List<PortMapping> portMappings() {
        if ("none".equals(networkMode) && !container.portMappings().isEmpty()) {
            throw ApiErrors.client("Port mappings are not supported when networkMode=none.");
        }
        Map<Integer, TransportProtocol> exposed = new HashMap<>();
        var names = new HashSet<String>();
        for (PortMapping mapping : container.portMappings()) {
            Members.refuseAllBut(
                    Set.of("containerPort", "hostPort", "protocol", "name"),
                    mapping,
                    path("portMappings."),
                    ApiErrors::client);
            port("containerPort", mapping.containerPort(), 1);
            if (mapping.hostPort() != null) {
                port("hostPort", mapping.hostPort(), 0);
            }
            TransportProtocol before =
                    exposed.putIfAbsent(mapping.containerPort(), protocol(mapping));
            if (before != null && before != protocol(mapping)) {
                throw wrong("The same container port cannot be exposed for two protocols.");
            }
            String name = mapping.name();
            if (name != null && !(PORT_NAME.matcher(name).matches() && names.add(name))) {
                throw wrong("The name of a port mapping is invalid or not unique: " + name);
            }
        }
        return container.portMappings().stream().map(this::normal).toList();
    }

    private void port(String member, @Nullable Integer value, int least) {
        if (value == null || value < least || value > LARGEST_PORT) {
            throw wrong("'" + member + "' must be between " + least + " and " + LARGEST_PORT);
        }
    }

    private static TransportProtocol protocol(PortMapping mapping) {
        return mapping.protocol() == TransportProtocol.UDP
                ? TransportProtocol.UDP
                : TransportProtocol.TCP;
    }

    private PortMapping normal(PortMapping mapping) {
        Integer hostPort = mapping.hostPort();
        if ("host".equals(networkMode)) {
            if (hostPort != null && hostPort != 0 && !hostPort.equals(mapping.containerPort())) {
                throw ApiErrors.client(
                        "When networkMode=host, the host ports and container ports in port"
                                + " mappings must match.");
            }
            hostPort = mapping.containerPort();
        }
        return mapping.toBuilder()
                .hostPort(hostPort == null ? 0 : hostPort)
                .protocol(protocol(mapping))
                .build();
    }

    private @Nullable HealthCheck healthCheck() {
        HealthCheck check = container.healthCheck();
        if (check == null) {
            return null;
        }
        List<String> command = check.command();
        boolean known =
                !command.isEmpty()
                        && (command.getFirst().equals("CMD")
                                || command.getFirst().equals("CMD-SHELL"));
        if (!known || command.size() < 2) {
            throw wrong("The command of a health check must begin with CMD or CMD-SHELL.");
        }
        return check.toBuilder()
                .interval(within("interval", check.interval(), 5, 300, 30))
                .timeout(within("timeout", check.timeout(), 2, 60, 5))
                .retries(within("retries", check.retries(), 1, 10, 3))
                .startPeriod(
                        check.startPeriod() == null
                                ? null
                                : within("startPeriod", check.startPeriod(), 0, 300, 0))
                .build();
    }

    private int within(String member, @Nullable Integer value, int least, int most, int standard) {
        if (value == null) {
            return standard;
        }
        if (value < least || value > most) {
            throw wrong(
                    "The "
                            + member
                            + " of a health check must be between "
                            + least
                            + " and "
                            + most
                            + ".");
        }
        return value;
    }
}
