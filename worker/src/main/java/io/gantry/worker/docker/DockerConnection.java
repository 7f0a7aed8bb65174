package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BiFunction;

/** Finds the engine. */
final class DockerConnection {

    private DockerConnection() {}

    static DockerClient open() {
        return open(settings(), CallLimit::of);
    }

    /**
     * To the engine at an address such as {@code unix:///run/docker.sock}, with limits as given.
     */
    static DockerClient open(String address, BiFunction<String, String, CallLimit> limits) {
        return open(
                DefaultDockerClientConfig.createDefaultConfigBuilder()
                        .withDockerHost(address)
                        .build(),
                limits);
    }

    private static DockerClient open(
            DefaultDockerClientConfig config, BiFunction<String, String, CallLimit> limits) {
        return DockerClientImpl.getInstance(
                config,
                BoundedTransport.around(
                        new ZerodepDockerHttpClient.Builder()
                                .dockerHost(config.getDockerHost())
                                .sslConfig(config.getSSLConfig())
                                .connectionTimeout(Duration.ofSeconds(5))
                                .build(),
                        limits));
    }

    /** Whether the engine runs on this machine. */
    static boolean isLocal() {
        String host = System.getenv("DOCKER_HOST");
        return host == null || host.startsWith("unix:");
    }

    /** Where the engine is. */
    static DefaultDockerClientConfig settings() {
        DefaultDockerClientConfig.Builder settings =
                DefaultDockerClientConfig.createDefaultConfigBuilder();
        if (System.getenv("DOCKER_HOST") == null
                && !Files.exists(Path.of("/var/run/docker.sock"))) {
            podmanSocket(settings);
        }
        return settings.build();
    }

    private static void podmanSocket(DefaultDockerClientConfig.Builder settings) {
        String userDirectory = System.getenv("XDG_RUNTIME_DIR");
        Path ofUser = Path.of(userDirectory == null ? "/run" : userDirectory, "podman/podman.sock");
        for (Path socket : new Path[] {ofUser, Path.of("/run/podman/podman.sock")}) {
            if (Files.exists(socket)) {
                settings.withDockerHost("unix://" + socket);
                return;
            }
        }
    }
}
