package io.gantry.launcher;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Docker or Podman on this machine, found where the workers find it. */
final class ContainerEngine implements AutoCloseable {
    private static final String AGENT_LABEL = "io.gantry.agent";

    private final DockerClient client;

    private ContainerEngine(DockerClient client) {
        this.client = client;
    }

    static boolean answers() {
        try (ContainerEngine engine = open()) {
            return engine != null;
        }
    }

    /** Null where none answers. */
    static @Nullable ContainerEngine open() {
        DefaultDockerClientConfig.Builder settings =
                DefaultDockerClientConfig.createDefaultConfigBuilder();
        if (System.getenv("DOCKER_HOST") == null
                && !Files.exists(Path.of("/var/run/docker.sock"))) {
            Path podman = podmanSocket();
            if (podman == null) {
                return null;
            }
            settings.withDockerHost("unix://" + podman);
        }
        DefaultDockerClientConfig config = settings.build();
        DockerClient client =
                DockerClientImpl.getInstance(
                        config,
                        new ZerodepDockerHttpClient.Builder()
                                .dockerHost(config.getDockerHost())
                                .sslConfig(config.getSSLConfig())
                                .connectionTimeout(Duration.ofSeconds(3))
                                .build());
        try {
            client.pingCmd().exec();
            return new ContainerEngine(client);
        } catch (RuntimeException silent) {
            // The library throws whatever its transport does when nobody listens.
            return null;
        }
    }

    private static @Nullable Path podmanSocket() {
        String ofUser = System.getenv("XDG_RUNTIME_DIR");
        List<String> directories = ofUser == null ? List.of("/run") : List.of(ofUser, "/run");
        return directories.stream()
                .map(directory -> Path.of(directory, "podman/podman.sock"))
                .filter(Files::exists)
                .findFirst()
                .orElse(null);
    }

    String version() {
        var version = client.versionCmd().exec();
        return String.valueOf(version.getVersion());
    }

    /** Whether there is an image of that name with that label. */
    boolean hasImage(String name, String label, String value) {
        try {
            var config = client.inspectImageCmd(name).exec().getConfig();
            Map<String, String> labels = config == null ? null : config.getLabels();
            return labels != null && value.equals(labels.get(label));
        } catch (NotFoundException absent) {
            return false;
        }
    }

    /**
     * Builds an image.
     *
     * @param context a tar archive with the Dockerfile
     */
    void build(String name, String label, String value, byte[] context) {
        try {
            client.buildImageCmd(new ByteArrayInputStream(context))
                    .withTags(Set.of(name))
                    .withLabels(Map.of(label, value))
                    .exec(new BuildImageResultCallback())
                    .awaitImageId();
        } catch (DockerException refused) {
            throw new Failure(
                    "The image %s cannot be built: %s".formatted(name, refused.getMessage()),
                    refused);
        }
    }

    /** The containers of a worker, running or not. */
    List<Container> ofAgent(String agentId) {
        return client.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of(AGENT_LABEL, agentId))
                .exec();
    }

    void stop(Container container, Duration limit) {
        try {
            client.stopContainerCmd(container.getId()).withTimeout((int) limit.toSeconds()).exec();
        } catch (DockerException alreadyStopped) {
            // What counts is that it can be removed.
            return;
        }
    }

    void remove(Container container) {
        try {
            client.removeContainerCmd(container.getId())
                    .withForce(true)
                    .withRemoveVolumes(true)
                    .exec();
        } catch (NotFoundException | ConflictException gone) {
            // A conflict is somebody else's removal of it that has begun.
            return;
        }
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
