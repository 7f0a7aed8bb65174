package io.gantry.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import io.gantry.worker.docker.PullBehavior;
import io.gantry.worker.endpoints.EndpointSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WorkerConfigTest {

    @Test
    void aDataDirectoryIsAllThatIsNeeded() {
        WorkerConfig config = WorkerConfig.from(Map.of("GANTRY_DATA_DIR", "/tmp/x")::get);

        assertThat(config.cluster()).isEqualTo("default");
        assertThat(config.endpoints()).hasSize(1);
        assertThat(config.resources().cpuUnits()).isPositive();
        assertThat(config.engine()).isEqualTo(WorkerConfig.Engine.AUTO);
        assertThat(config.local())
                .isEqualTo(
                        new EndpointSettings(
                                51_679, 51_678, true, Path.of("/run/gantry/endpoints")));
    }

    @Test
    void everythingCanBeSet() {
        WorkerConfig config =
                WorkerConfig.from(
                        Map.of(
                                        "GANTRY_DATA_DIR", "/tmp/x",
                                        "GANTRY_ENDPOINTS", "http://a:1,http://b:2",
                                        "GANTRY_ATTRIBUTES", "rack=r1,zone=z=1",
                                        "GANTRY_CPU", "512",
                                        "GANTRY_MEMORY", "256",
                                        "GANTRY_RESERVED_PORTS", "22,53/udp",
                                        "GANTRY_IMAGE_PULL_BEHAVIOR", "prefer-cached",
                                        "GANTRY_STOP_TIMEOUT", "5s",
                                        "GANTRY_ACCESS_KEY_ID", "AK",
                                        "GANTRY_SECRET_ACCESS_KEY", "secret")
                                ::get);

        assertThat(config.endpoints()).hasSize(2);
        assertThat(config.attributes())
                .isEqualTo(
                        Map.of("ecs.availability-zone", "us-east-1a", "rack", "r1", "zone", "z=1"));
        assertThat(config.resources()).isEqualTo(new Resources(512, 256));
        assertThat(config.reservedPorts())
                .containsExactlyInAnyOrder(HostPort.tcp(22), HostPort.udp(53));
        assertThat(config.pullBehavior()).isEqualTo(PullBehavior.PREFER_CACHED);
        assertThat(config.stopTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.toString()).doesNotContain("secret,");
    }

    @Test
    void whereTasksAreServedCanBeSet() {
        WorkerConfig config =
                WorkerConfig.from(
                        Map.of(
                                        "GANTRY_DATA_DIR", "/tmp/x",
                                        "GANTRY_METADATA_PORT", "0",
                                        "GANTRY_INTROSPECTION_PORT", "9",
                                        "GANTRY_LINK_LOCAL_ENDPOINT", "false",
                                        "GANTRY_ENDPOINT_DIR", "/tmp/e")
                                ::get);
        assertThat(config.local()).isEqualTo(new EndpointSettings(0, 9, false, Path.of("/tmp/e")));
    }

    @Test
    void itsCapacityIsSaidAsAttributes() {
        WorkerConfig config =
                WorkerConfig.from(
                        Map.of(
                                        "GANTRY_DATA_DIR", "/tmp/x",
                                        "GANTRY_CAPACITY_PROVIDER", "pool",
                                        "GANTRY_CAPACITY_TYPE", "spot")
                                ::get);
        assertThat(config.attributes())
                .containsEntry("gantry.capacity-provider", "pool")
                .containsEntry("gantry.capacity-type", "spot");
        assertThatThrownBy(
                        () ->
                                WorkerConfig.from(
                                        Map.of(
                                                        "GANTRY_DATA_DIR", "/tmp/x",
                                                        "GANTRY_CAPACITY_TYPE", "cheap")
                                                ::get))
                .hasMessageContaining("on-demand or spot");
    }

    @Test
    void allErrorsAreToldAtOnce() {
        assertThatThrownBy(
                        () ->
                                WorkerConfig.from(
                                        Map.of(
                                                        "GANTRY_ENDPOINTS", "a:b",
                                                        "GANTRY_ENGINE", "vm",
                                                        "GANTRY_RESERVED_PORTS", "x",
                                                        "GANTRY_ACCESS_KEY_ID", "AK")
                                                ::get))
                .hasMessageContaining("DATA_DIR")
                .hasMessageContaining("ENDPOINTS")
                .hasMessageContaining("ENGINE")
                .hasMessageContaining("RESERVED_PORTS")
                .hasMessageContaining("SECRET_ACCESS_KEY");
    }

    @Test
    void graphicsProcessorsAreSetOrFound(@TempDir Path driver) throws IOException {
        Path gpu = Files.createDirectories(driver.resolve("0000:01:00.0"));
        Files.writeString(
                gpu.resolve("information"),
                "Model: \t A\nGPU UUID: \t GPU-1a2b\nBus Type: \t PCIe\n");
        var settings = Map.of("GANTRY_DATA_DIR", "/tmp/x", "GANTRY_GPUS", "GPU-1,GPU-2");

        assertThat(WorkerConfig.from(settings::get).gpus()).containsExactly("GPU-1", "GPU-2");
        assertThat(Machine.gpus(driver)).containsExactly("GPU-1a2b");
        assertThat(Machine.gpus(driver.resolve("nothing"))).isEmpty();
        assertThatThrownBy(
                        () ->
                                WorkerConfig.from(
                                        Map.of("GANTRY_DATA_DIR", "/tmp/x", "GANTRY_GPUS", "a b")
                                                ::get))
                .hasMessageContaining("expected the id of a GPU");
    }

    @Test
    void imagesAndLookupsCanBeSet() {
        WorkerConfig config =
                WorkerConfig.from(
                        Map.of(
                                        "GANTRY_DATA_DIR", "/tmp/x",
                                        "GANTRY_ENGINE_AUTH_TYPE", "docker",
                                        "GANTRY_ENGINE_AUTH_DATA",
                                                "{\"r:1\":{\"username\":\"a\",\"password\":\"hush\"}}",
                                        "GANTRY_IMAGE_PULL_INACTIVITY_TIMEOUT", "3m",
                                        "GANTRY_IMAGE_CLEANUP_INTERVAL", "0s",
                                        "GANTRY_IMAGE_CLEANUP_EXCLUDE", "a:1,b",
                                        "GANTRY_S3_ENDPOINT", "http://s3.local:9000/",
                                        "GANTRY_ENVIRONMENT_FILES_DIR", "/etc/gantry/env")
                                ::get);

        assertThat(config.images().inactivity()).isEqualTo(Duration.ofMinutes(3));
        assertThat(config.images().cleanup().interval()).isZero();
        assertThat(config.images().cleanup().kept()).containsExactly("a:1", "b");
        assertThat(config.images().memory()).isEqualTo(Path.of("/tmp/x/images.json"));
        assertThat(config.lookups().s3()).isEqualTo(URI.create("http://s3.local:9000"));
        assertThat(config.lookups().environmentFiles()).containsExactly(Path.of("/etc/gantry/env"));
        assertThat(config.toString()).doesNotContain("hush");
    }

    @Test
    void wrongLoginsAndEndpointsAreToldWithoutThePasswords() {
        assertThatThrownBy(
                        () ->
                                WorkerConfig.from(
                                        Map.of(
                                                        "GANTRY_DATA_DIR", "/tmp/x",
                                                        "GANTRY_ENGINE_AUTH_DATA", "hush",
                                                        "GANTRY_ECR_ENDPOINT", "ecr",
                                                        "GANTRY_ENVIRONMENT_FILES_DIR", "env")
                                                ::get))
                .hasMessageContaining("ENGINE_AUTH_DATA")
                .hasMessageContaining("ECR_ENDPOINT")
                .hasMessageContaining("ENVIRONMENT_FILES_DIR")
                .hasMessageNotContaining("hush");
    }
}
