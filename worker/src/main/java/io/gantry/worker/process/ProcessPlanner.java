package io.gantry.worker.process;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.PortMapping;
import io.gantry.common.acs.AcsJson;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.PortBinding;
import io.gantry.worker.runtime.ContainerNames;
import io.gantry.worker.runtime.InjectedEnvironment;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Turns a container of a task into a process of this machine, or says why that cannot be. */
final class ProcessPlanner {
    static final String IMAGE = "host";
    private static final String LOOPBACK = "127.0.0.1";
    private static final Set<String> CONFIG_KEYS = Set.of("WorkingDir", "StopSignal", "Labels");
    private static final Set<String> HOST_CONFIG_KEYS =
            Set.of("NetworkMode", "LogConfig", "MemoryReservation");
    private static final int PORT_ATTEMPTS = 50;

    private final InjectedEnvironment injected;

    ProcessPlanner(InjectedEnvironment injected) {
        this.injected = injected;
    }

    /** A container that a process cannot be; the message says why. */
    static final class RefusedException extends Exception {
        RefusedException(String message) {
            super(message);
        }
    }

    ProcessSpec plan(AcsTask task, AcsContainer container, Collection<PortBinding> taken)
            throws RefusedException, IOException {
        refuseWhatNeedsAnEngine(task, container);
        List<String> command = new ArrayList<>(container.entryPoint());
        command.addAll(container.command());
        if (command.isEmpty()) {
            throw new RefusedException("a container of the image host needs a command");
        }
        List<PortBinding> bindings = bindings(container.portMappings(), taken);
        JsonNode config = dockerConfig(container, true);
        JsonNode signal = config.path("StopSignal");
        JsonNode directory = config.path("WorkingDir");
        return new ProcessSpec(
                new ContainerKey(task.arn(), container.name()),
                ContainerNames.container(task, container.name()),
                command,
                environment(task, container, bindings),
                directory.isString() ? directory.asString() : null,
                signal.isString() ? signal.asString().replaceFirst("^SIG", "") : "TERM",
                bindings);
    }

    private static void refuseWhatNeedsAnEngine(AcsTask task, AcsContainer container)
            throws RefusedException {
        refuseIf(!container.mountPoints().isEmpty(), "mount points");
        refuseIf(!container.volumesFrom().isEmpty(), "volumesFrom");
        refuseIf(!container.links().isEmpty(), "links");
        refuseIf(container.healthCheckType() != null, "container health checks");
        refuseIf("none".equals(task.networkMode()), "network mode none");
        refuseIf("task".equals(task.pidMode()), "pidMode task");
        refuseIf(task.ipcMode() != null && !task.ipcMode().equals("host"), "ipcMode of a task");
        refuseIf(
                container.portMappings().stream()
                        .anyMatch(mapping -> mapping.containerPortRange() != null),
                "containerPortRange");
        refuseIf(
                task.associations().stream()
                        .anyMatch(one -> one.containers().contains(container.name())),
                "GPUs");
        refuseIf(container.registryAuthentication() != null, "registryAuthentication");
        refuseUnknownKeys(dockerConfig(container, true), CONFIG_KEYS);
        refuseUnknownKeys(dockerConfig(container, false), HOST_CONFIG_KEYS);
        refuseLogDrivers(dockerConfig(container, false));
    }

    private static void refuseLogDrivers(JsonNode hostConfig) throws RefusedException {
        String driver = hostConfig.path("LogConfig").path("Type").asString("json-file");
        refuseIf(!driver.equals("json-file"), "log driver " + driver);
    }

    private static void refuseUnknownKeys(JsonNode config, Set<String> known)
            throws RefusedException {
        for (String key : config.propertyNames()) {
            refuseIf(!known.contains(key), "docker configuration key " + key);
        }
    }

    private static void refuseIf(boolean there, String what) throws RefusedException {
        if (there) {
            throw new RefusedException(
                    what + ": not supported for the image host, only with Docker or Podman");
        }
    }

    private static JsonNode dockerConfig(AcsContainer container, boolean config)
            throws RefusedException {
        AcsContainer.DockerConfig docker = container.dockerConfig();
        String text = docker == null ? null : config ? docker.config() : docker.hostConfig();
        if (text == null || text.isBlank()) {
            return AcsJson.mapper().createObjectNode();
        }
        try {
            return AcsJson.mapper().readTree(text);
        } catch (JacksonException notJson) {
            throw new RefusedException("docker configuration is not JSON");
        }
    }

    private Map<String, String> environment(
            AcsTask task, AcsContainer container, List<PortBinding> bindings) {
        Map<String, String> environment = new TreeMap<>();
        environment.put("PATH", path());
        for (PortBinding binding : bindings) {
            String port = Integer.toString(binding.hostPort());
            environment.put("PORT_" + binding.containerPort(), port);
            if (bindings.size() == 1) {
                environment.put("PORT", port);
            }
        }
        environment.putAll(
                injected.of(new ContainerKey(task.arn(), container.name()), task, LOOPBACK));
        environment.putAll(container.environment());
        return environment;
    }

    private static String path() {
        String own = System.getenv("PATH");
        return own == null ? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" : own;
    }

    private static List<PortBinding> bindings(
            List<PortMapping> mappings, Collection<PortBinding> taken)
            throws IOException, RefusedException {
        Set<Integer> used = new HashSet<>();
        taken.forEach(binding -> used.add(binding.hostPort()));
        List<PortBinding> bindings = new ArrayList<>();
        for (PortMapping mapping : mappings) {
            int hostPort = orZero(mapping.hostPort());
            if (hostPort == 0) {
                hostPort = freePort(used);
            }
            used.add(hostPort);
            String protocol = mapping.protocol() == null ? "tcp" : mapping.protocol();
            bindings.add(
                    new PortBinding(
                            "0.0.0.0", orZero(mapping.containerPort()), hostPort, protocol));
        }
        return bindings;
    }

    private static int orZero(@Nullable Integer port) {
        return port == null ? 0 : port;
    }

    private static int freePort(Set<Integer> used) throws IOException, RefusedException {
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            try (ServerSocket socket = new ServerSocket(0)) {
                if (!used.contains(socket.getLocalPort())) {
                    return socket.getLocalPort();
                }
            }
        }
        throw new RefusedException("no free port");
    }
}
