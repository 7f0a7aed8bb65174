package io.gantry.worker;

import io.gantry.common.config.Settings;
import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import io.gantry.worker.docker.EngineAuth;
import io.gantry.worker.docker.ImageSettings;
import io.gantry.worker.docker.PullBehavior;
import io.gantry.worker.endpoints.EndpointSettings;
import io.gantry.worker.lookup.LookupSettings;
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
 * @param images how images are pulled and cleaned up
 * @param lookups where files of variables and passwords of registries are
 * @param gpus ids of the graphics processors that the machine offers to tasks
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
        EndpointSettings local,
        ImageSettings images,
        LookupSettings lookups,
        List<String> gpus) {
    private static final int LARGEST_PORT = 65_535;
    private static final int MOST_PULLS = 100;
    private static final int MOST_ATTEMPTS = 100;
    private static final String PREFIX = "GANTRY_";
    private static final List<String> NAMES =
            List.of(
                    "ENDPOINTS",
                    "CLUSTER",
                    "REGION",
                    "ZONE",
                    "INSTANCE_TYPE",
                    "DATA_DIR",
                    "ACCESS_KEY_ID",
                    "SECRET_ACCESS_KEY",
                    "CREDENTIALS_FILE",
                    "ENGINE",
                    "ATTRIBUTES",
                    "CAPACITY_PROVIDER",
                    "CAPACITY_TYPE",
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
                    "ENDPOINT_DIR",
                    "GPUS",
                    "ENGINE_AUTH_TYPE",
                    "ENGINE_AUTH_DATA",
                    "IMAGE_PULL_INACTIVITY_TIMEOUT",
                    "IMAGE_PULL_TIMEOUT",
                    "IMAGE_PULLS",
                    "IMAGE_PULL_ATTEMPTS",
                    "IMAGE_CLEANUP_INTERVAL",
                    "IMAGE_MINIMUM_CLEANUP_AGE",
                    "IMAGES_DELETED_PER_CYCLE",
                    "IMAGE_CLEANUP_EXCLUDE",
                    "SECRETS_MANAGER_ENDPOINT",
                    "S3_ENDPOINT",
                    "ECR_ENDPOINT",
                    "ENVIRONMENT_FILES_DIR");

    public WorkerConfig {
        endpoints = List.copyOf(endpoints);
        attributes = Map.copyOf(attributes);
        reservedPorts = Set.copyOf(reservedPorts);
        gpus = List.copyOf(gpus);
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
                        settings.path("ENDPOINT_DIR", Path.of("/run/gantry/endpoints"))),
                images(settings, data),
                new LookupSettings(
                        region,
                        service(settings, "SECRETS_MANAGER_ENDPOINT"),
                        service(settings, "S3_ENDPOINT"),
                        service(settings, "ECR_ENDPOINT"),
                        settings.list("ENVIRONMENT_FILES_DIR", WorkerConfig::directory)),
                settings.raw("GPUS") == null
                        ? Machine.gpus()
                        : settings.list("GPUS", WorkerConfig::gpu));
    }

    private static ImageSettings images(Settings settings, Path data) {
        ImageSettings usual = ImageSettings.usual();
        return new ImageSettings(
                data.resolve("images.json"),
                engineAuth(settings),
                settings.duration("IMAGE_PULL_INACTIVITY_TIMEOUT", usual.inactivity()),
                settings.duration("IMAGE_PULL_TIMEOUT", usual.limit()),
                settings.integer("IMAGE_PULLS", usual.parallel(), 1, MOST_PULLS),
                settings.integer("IMAGE_PULL_ATTEMPTS", usual.attempts(), 1, MOST_ATTEMPTS),
                usual.firstPause(),
                new ImageSettings.Cleanup(
                        settings.duration("IMAGE_CLEANUP_INTERVAL", usual.cleanup().interval()),
                        settings.duration(
                                "IMAGE_MINIMUM_CLEANUP_AGE", usual.cleanup().minimumAge()),
                        settings.integer(
                                "IMAGES_DELETED_PER_CYCLE",
                                usual.cleanup().perRound(),
                                1,
                                Integer.MAX_VALUE),
                        settings.list("IMAGE_CLEANUP_EXCLUDE", text -> text)));
    }

    private static EngineAuth engineAuth(Settings settings) {
        EngineAuth.Type type =
                settings.choice("ENGINE_AUTH_TYPE", EngineAuth.Type.class, EngineAuth.Type.DOCKER);
        String data = settings.raw("ENGINE_AUTH_DATA");
        if (data == null) {
            return EngineAuth.NONE;
        }
        try {
            return EngineAuth.of(type, data);
        } catch (IllegalArgumentException wrong) {
            settings.refuse("ENGINE_AUTH_DATA", String.valueOf(wrong.getMessage()));
            return EngineAuth.NONE;
        }
    }

    private static @Nullable URI service(Settings settings, String name) {
        String text = settings.raw(name);
        try {
            return text == null ? null : endpoint(text.replaceFirst("/+$", ""));
        } catch (IllegalArgumentException wrong) {
            settings.refuse(name, String.valueOf(wrong.getMessage()));
            return null;
        }
    }

    private static Path directory(String text) {
        Path path = Path.of(text);
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("expected the full path of a directory");
        }
        return path;
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
        String type = settings.text("INSTANCE_TYPE", "");
        if (!type.isEmpty()) {
            attributes.put("ecs.instance-type", type);
        }
        capacity(settings, attributes);
        for (List<String> pair : settings.list("ATTRIBUTES", WorkerConfig::pair)) {
            attributes.put(pair.getFirst(), pair.getLast());
        }
        return attributes;
    }

    /** What the machine is and whose; what is not set is not said. */
    private static void capacity(Settings settings, Map<String, String> attributes) {
        String provider = settings.raw("CAPACITY_PROVIDER");
        if (provider != null && !provider.matches("[A-Za-z0-9_-]{1,128}")) {
            settings.refuse("CAPACITY_PROVIDER", "expected the name of a capacity provider");
        } else if (provider != null) {
            attributes.put("gantry.capacity-provider", provider);
        }
        String type = settings.raw("CAPACITY_TYPE");
        if (type != null && !type.equals("on-demand") && !type.equals("spot")) {
            settings.refuse("CAPACITY_TYPE", "expected on-demand or spot, not '" + type + "'");
        } else if (type != null) {
            attributes.put("gantry.capacity-type", type);
        }
    }

    private static List<String> pair(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw new IllegalArgumentException("expected name=value, not '" + text + "'");
        }
        return List.of(text.substring(0, equals), text.substring(equals + 1));
    }

    private static String gpu(String text) {
        if (!text.matches("[\\w:./-]{1,128}")) {
            throw new IllegalArgumentException("expected the id of a GPU, not '" + text + "'");
        }
        return text;
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
