package io.gantry.worker;

import io.gantry.common.config.Settings;
import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import io.gantry.worker.docker.PullBehavior;
import io.gantry.worker.endpoints.EndpointSettings;
import io.gantry.worker.session.AccessKey;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be set on a worker.
 *
 * @param endpoints of the control plane's nodes; any one will do
 * @param cluster name or ARN
 * @param dataDirectory of this worker alone
 * @param accessKey null to read it from {@code credentialsFile}
 * @param credentialsFile in the form of AWS' own; read again for each request
 * @param resources what the machine offers to tasks
 * @param reservedPorts that tasks may not have
 * @param cleanupWait from the end of a task to the removal of its containers
 * @param local where containers and operators of the machine are served
 */
public record WorkerConfig(
        List<URI> endpoints,
        String cluster,
        String region,
        Path dataDirectory,
        @Nullable AccessKey accessKey,
        Path credentialsFile,
        Engine engine,
        Map<String, String> attributes,
        Resources resources,
        Set<HostPort> reservedPorts,
        PullBehavior pullBehavior,
        Duration stopTimeout,
        Duration cleanupWait,
        EndpointSettings local) {
    private static final int LARGEST_PORT = 65_535;
    private static final String PREFIX = "GANTRY_";
    private static final List<String> NAMES =
            List.of(
                    "ENDPOINTS",
                    "CLUSTER",
                    "REGION",
                    "ZONE",
                    "DATA_DIR",
                    "ACCESS_KEY_ID",
                    "SECRET_ACCESS_KEY",
                    "CREDENTIALS_FILE",
                    "ENGINE",
                    "ATTRIBUTES",
                    "CPU",
                    "MEMORY",
                    "RESERVED_MEMORY",
                    "RESERVED_PORTS",
                    "IMAGE_PULL_BEHAVIOR",
                    "STOP_TIMEOUT",
                    "CLEANUP_WAIT",
                    "METADATA_PORT",
                    "INTROSPECTION_PORT",
                    "LINK_LOCAL_ENDPOINT",
                    "ENDPOINT_DIR");

    public WorkerConfig {
        endpoints = List.copyOf(endpoints);
        attributes = Map.copyOf(attributes);
        reservedPorts = Set.copyOf(reservedPorts);
    }

    /** What runs the containers. */
    public enum Engine {
        /** Docker or Podman if one answers, processes otherwise. */
        AUTO,
        DOCKER,
        PROCESS
    }

    /**
     * Reads the settings from anything that knows them by their full names, such as {@code
     * GANTRY_CLUSTER}.
     *
     * @throws io.gantry.common.config.SettingsException with everything that is wrong with them
     */
    public static WorkerConfig from(Function<String, @Nullable String> lookup) {
        Map<String, String> known = new TreeMap<>();
        for (String name : NAMES) {
            String value = lookup.apply(PREFIX + name);
            if (value != null) {
                known.put(PREFIX + name, value);
            }
        }
        return from(Settings.of(null, known));
    }

    /**
     * Reads the settings.
     *
     * @throws io.gantry.common.config.SettingsException with everything that is wrong with them
     */
    public static WorkerConfig from(Settings settings) {
        return settings.build(() -> read(settings));
    }

    private static WorkerConfig read(Settings settings) {
        String region = settings.text("REGION", "us-east-1");
        List<URI> endpoints = settings.list("ENDPOINTS", WorkerConfig::endpoint);
        Path data = settings.path("DATA_DIR");
        return new WorkerConfig(
                endpoints.isEmpty() ? List.of(URI.create("http://127.0.0.1:8700")) : endpoints,
                settings.text("CLUSTER", "default"),
                region,
                data,
                accessKey(settings),
                settings.path("CREDENTIALS_FILE", data.resolve("credentials")),
                settings.choice("ENGINE", Engine.class, Engine.AUTO),
                attributes(settings, region),
                resources(settings),
                new HashSet<>(settings.list("RESERVED_PORTS", WorkerConfig::port)),
                settings.choice("IMAGE_PULL_BEHAVIOR", PullBehavior.class, PullBehavior.DEFAULT),
                settings.duration("STOP_TIMEOUT", Duration.ofSeconds(30)),
                settings.duration("CLEANUP_WAIT", Duration.ofHours(3)),
                new EndpointSettings(
                        settings.integer("METADATA_PORT", 51_679, 0, LARGEST_PORT),
                        settings.integer("INTROSPECTION_PORT", 51_678, 0, LARGEST_PORT),
                        settings.flag("LINK_LOCAL_ENDPOINT", true),
                        settings.path("ENDPOINT_DIR", Path.of("/run/gantry/endpoints"))));
    }

    private static URI endpoint(String text) {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme();
            if (uri.getHost() != null && ("http".equals(scheme) || "https".equals(scheme))) {
                return uri;
            }
        } catch (URISyntaxException notAnAddress) {
            throw new IllegalArgumentException("'" + text + "' is not a URL", notAnAddress);
        }
        throw new IllegalArgumentException("expected http://host:port, not '" + text + "'");
    }

    private static @Nullable AccessKey accessKey(Settings settings) {
        String id = settings.raw("ACCESS_KEY_ID");
        String secret = settings.raw("SECRET_ACCESS_KEY");
        if (id == null && secret == null) {
            return null;
        }
        if (id == null || secret == null) {
            settings.refuse(
                    id == null ? "ACCESS_KEY_ID" : "SECRET_ACCESS_KEY",
                    "one half of the access key is missing");
            return null;
        }
        return new AccessKey(id, secret, null);
    }

    private static Map<String, String> attributes(Settings settings, String region) {
        Map<String, String> attributes = new TreeMap<>();
        attributes.put("ecs.availability-zone", settings.text("ZONE", region + 'a'));
        for (List<String> pair : settings.list("ATTRIBUTES", WorkerConfig::pair)) {
            attributes.put(pair.getFirst(), pair.getLast());
        }
        return attributes;
    }

    private static List<String> pair(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw new IllegalArgumentException("expected name=value, not '" + text + "'");
        }
        return List.of(text.substring(0, equals), text.substring(equals + 1));
    }

    private static HostPort port(String text) {
        if (!text.matches("\\d{1,5}(/(tcp|udp))?")) {
            throw new IllegalArgumentException("expected 8080 or 53/udp, not '" + text + "'");
        }
        HostPort port = HostPort.parse(text.contains("/") ? text : text + "/tcp");
        if (port.number() < 1 || port.number() > LARGEST_PORT) {
            throw new IllegalArgumentException("port " + text + " is out of range");
        }
        return port;
    }

    private static Resources resources(Settings settings) {
        Resources machine = Machine.total();
        int reservedMib = settings.integer("RESERVED_MEMORY", 0, 0, machine.memoryMib());
        return new Resources(
                settings.integer("CPU", machine.cpuUnits(), 1, Integer.MAX_VALUE),
                settings.integer(
                        "MEMORY", machine.memoryMib() - reservedMib, 1, Integer.MAX_VALUE));
    }
}
