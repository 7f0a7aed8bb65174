package io.gantry.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** The image of the tests' containers, made of the machine's own busybox. */
final class TestImage {
    static final String NAME = "gantry-test/busybox:1";

    private TestImage() {}

    static DockerClient engine() {
        DefaultDockerClientConfig config =
                DefaultDockerClientConfig.createDefaultConfigBuilder().build();
        return DockerClientImpl.getInstance(
                config,
                new ZerodepDockerHttpClient.Builder().dockerHost(config.getDockerHost()).build());
    }

    static void build(DockerClient engine, Path context) throws IOException {
        Path busybox = Path.of("/bin/busybox");
        assertThat(busybox).as("these tests need the package busybox-static").exists();
        Files.createDirectories(context);
        Files.copy(busybox, context.resolve("busybox"));
        Files.writeString(
                context.resolve("Dockerfile"),
                """
                FROM scratch
                COPY busybox /bin/busybox
                COPY busybox /bin/sh
                ENV PATH=/bin
                CMD ["sh"]
                """);
        try (var result = new BuildImageResultCallback()) {
            engine.buildImageCmd(context.toFile()).withTags(Set.of(NAME)).exec(result);
            assertThat(result.awaitImageId()).isNotEmpty();
        }
    }
}
