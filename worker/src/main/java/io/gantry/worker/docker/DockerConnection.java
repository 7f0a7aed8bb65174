package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Finds the engine. */
final class DockerConnection {

    private DockerConnection() {}

    static DockerClient open() {
        DefaultDockerClientConfig config = settings();
        return DockerClientImpl.getInstance(
                config,
                new ZerodepDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .sslConfig(config.getSSLConfig())
                        .connectionTimeout(Duration.ofSeconds(5))
                        .build());
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
