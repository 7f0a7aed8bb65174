package io.gantry.worker.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.NetworkSettings;
import com.github.dockerjava.api.model.Ports;
import io.gantry.common.model.HostPort;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.FoundContainer;
import io.gantry.worker.core.FoundContainer.Exit;
import io.gantry.worker.core.PortBinding;
import io.gantry.worker.core.RuntimeFacts;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the engine's view of a container. */
final class DockerFacts {
    static final String OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage";

    private DockerFacts() {}

    static @Nullable FoundContainer found(InspectContainerResponse seen) {
        ContainerKey key = DockerLabels.key(labels(seen));
        if (key == null) {
            return null;
        }
        boolean began = startedAt(seen) > 0;
        return new FoundContainer(
                key, seen.getId(), began ? facts(seen) : null, began ? exit(seen) : null);
    }

    private static Map<String, String> labels(InspectContainerResponse seen) {
        ContainerConfig config = seen.getConfig();
        Map<String, String> labels = config == null ? null : config.getLabels();
        return labels == null ? Map.of() : labels;
    }

    static RuntimeFacts facts(InspectContainerResponse seen) {
        NetworkSettings network = seen.getNetworkSettings();
        String address = network == null ? null : address(network);
        String name = seen.getName();
        String hostPorts = labels(seen).get(DockerLabels.HOST_PORTS);
        return new RuntimeFacts(
                seen.getId(),
                name == null ? null : name.replaceFirst("^/", ""),
                seen.getImageId(),
                hostPorts == null
                        ? PortRanges.collected(
                                bindings(network == null ? null : network.getPorts()),
                                labels(seen).get(DockerLabels.PORT_RANGES))
                        : ofHost(hostPorts),
                address,
                startedAt(seen),
                new RuntimeFacts.Details(
                        seen.getCreated(),
                        seen.getState().getStartedAt(),
                        shownLabels(seen),
                        mounts(seen),
                        network == null ? null : ipv6(network)));
    }

    private static Map<String, String> shownLabels(InspectContainerResponse seen) {
        Map<String, String> shown = new TreeMap<>(labels(seen));
        shown.keySet().removeIf(label -> label.startsWith(DockerLabels.PREFIX));
        return shown;
    }

    private static List<RuntimeFacts.Mount> mounts(InspectContainerResponse seen) {
        List<InspectContainerResponse.Mount> mounts = seen.getMounts();
        return mounts == null
                ? List.of()
                : mounts.stream()
                        .map(
                                mount ->
                                        new RuntimeFacts.Mount(
                                                mount.getName(),
                                                mount.getSource(),
                                                mount.getDestination() == null
                                                        ? null
                                                        : mount.getDestination().getPath()))
                        .toList();
    }

    private static @Nullable String ipv6(NetworkSettings settings) {
        Map<String, ContainerNetwork> networks = settings.getNetworks();
        if (networks != null) {
            for (ContainerNetwork network : networks.values()) {
                String address = network.getGlobalIPv6Address();
                if (address != null && !address.isEmpty()) {
                    return address;
                }
            }
        }
        return null;
    }

    private static List<PortBinding> ofHost(String ports) {
        return Stream.of(ports.split(",", -1))
                .map(HostPort::parse)
                .map(
                        port ->
                                new PortBinding(
                                        "0.0.0.0",
                                        port.number(),
                                        port.number(),
                                        port.protocol().name().toLowerCase(Locale.ROOT)))
                .toList();
    }

    private static @Nullable String address(NetworkSettings settings) {
        Map<String, ContainerNetwork> networks = settings.getNetworks();
        if (networks != null) {
            for (ContainerNetwork network : networks.values()) {
                String address = network.getIpAddress();
                if (address != null && !address.isEmpty()) {
                    return address;
                }
            }
        }
        return null;
    }

    private static List<PortBinding> bindings(@Nullable Ports ports) {
        List<PortBinding> bindings = new ArrayList<>();
        if (ports != null) {
            ports.getBindings()
                    .forEach(
                            (exposed, bound) -> {
                                for (Ports.Binding one :
                                        bound == null ? new Ports.Binding[0] : bound) {
                                    add(bindings, exposed, one);
                                }
                            });
        }
        bindings.sort(
                Comparator.comparingInt(PortBinding::containerPort)
                        .thenComparing(PortBinding::protocol)
                        .thenComparing(PortBinding::bindIP));
        return bindings;
    }

    private static void add(List<PortBinding> bindings, ExposedPort exposed, Ports.Binding bound) {
        String spec = bound.getHostPortSpec();
        if (spec != null && !spec.isEmpty()) {
            String ip = bound.getHostIp();
            bindings.add(
                    new PortBinding(
                            ip == null || ip.isEmpty() ? "0.0.0.0" : ip,
                            exposed.getPort(),
                            Integer.parseInt(spec),
                            exposed.getProtocol().toString()));
        }
    }

    /** How its latest run ended; null while it runs. */
    static @Nullable Exit exit(InspectContainerResponse seen) {
        InspectContainerResponse.ContainerState state = seen.getState();
        if (Boolean.TRUE.equals(state.getRunning()) || Boolean.TRUE.equals(state.getRestarting())) {
            return null;
        }
        Long code = state.getExitCodeLong();
        return new Exit(
                code == null ? null : code.intValue(),
                Boolean.TRUE.equals(state.getOOMKilled()) ? OUT_OF_MEMORY : null,
                millis(state.getFinishedAt()),
                startedAt(seen));
    }

    private static long startedAt(InspectContainerResponse seen) {
        return millis(seen.getState().getStartedAt());
    }

    /** 0 for the year 1, which the engine uses for never. */
    private static long millis(@Nullable String time) {
        if (time == null || time.isEmpty()) {
            return 0;
        }
        try {
            return Math.max(0, Instant.parse(time).toEpochMilli());
        } catch (DateTimeParseException unknown) {
            return 0;
        }
    }
}
