package io.gantry.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.MountPoint;
import io.gantry.common.acs.AcsJson;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsTask.RoleCredentials;
import io.gantry.common.acs.AcsVolume;
import io.gantry.common.time.Clock;
import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.AgentState;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.LocalContainer;
import io.gantry.worker.core.LocalTask;
import io.gantry.worker.core.RuntimeFacts;
import io.gantry.worker.core.TaskStatus;
import io.gantry.worker.endpoints.CredentialStore;
import io.gantry.worker.endpoints.EndpointParts;
import io.gantry.worker.endpoints.EndpointServer;
import io.gantry.worker.endpoints.EndpointSettings;
import io.gantry.worker.session.AccessKey;
import io.gantry.worker.session.EcsCalls;
import io.gantry.worker.session.KeySigner;
import io.gantry.worker.session.VertxTransport;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Containers of a real engine ask the worker at the address that the SDKs know. Needs an engine,
 * and root; without them these tests fail and say so.
 */
@Tag("docker")
final class EndpointsInContainersTest {
    private static final String IMAGE = "gantry-test/endpoints:1";
    private static final RoleCredentials ROLE =
            new RoleCredentials(
                    UUID.randomUUID().toString(),
                    "arn:aws:iam::123456789012:role/app",
                    "ASIAEXAMPLE",
                    "secret",
                    "token",
                    "2026-11-22T13:00:00Z",
                    null);

    /**
     * Puts the answers into files, once it is known to run; the last one tells that all are there.
     */
    private static final String SCRIPT =
            """
            ask() {
                for try in 1 2 3; do
                    busybox timeout 8 busybox wget -qO "/out/$1" "$2" && return
                done
                echo failed >"/out/$1"
            }
            until [ -e /out/begin ]; do sleep 0.1; done
            busybox env >/out/env
            ask container "$ECS_CONTAINER_METADATA_URI_V4"
            ask task "$ECS_CONTAINER_METADATA_URI_V4/task"
            ask old "$ECS_CONTAINER_METADATA_URI"
            ask stats "$ECS_CONTAINER_METADATA_URI_V4/stats"
            ask credentials "http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
            echo done >/out/done
            sleep 1000
            """;

    private final String arn = "arn:aws:ecs:us-east-1:123456789012:task/demo/" + UUID.randomUUID();
    private final ContainerKey key = new ContainerKey(arn, "main");
    private final BlockingQueue<AgentEvent> events = new LinkedBlockingQueue<>();
    private final Map<ContainerKey, RuntimeFacts> facts = new ConcurrentHashMap<>();
    private final Vertx vertx = Vertx.vertx();
    private final VertxTransport transport = new VertxTransport(vertx);
    private final CredentialStore credentials = new CredentialStore();
    private final EndpointServer server = server(this::state, credentials);
    private final DockerRuntime runtime =
            DockerRuntime.connect(
                    new DockerSettings("test-" + UUID.randomUUID(), "demo", PullBehavior.DEFAULT),
                    server::environment,
                    events::add);
    private AcsTask task = AcsTask.stop(arn);
    private volatile AgentState state = AgentState.EMPTY;

    @BeforeAll
    static void buildImage(@TempDir Path context) throws IOException, InterruptedException {
        assertThat(DockerRuntime.available())
                .as("these tests need a container engine: start dockerd, or set DOCKER_HOST")
                .isTrue();
        Path busybox = Path.of("/bin/busybox");
        assertThat(busybox).as("these tests need the package busybox-static").exists();
        Files.copy(busybox, context.resolve("busybox"));
        Files.writeString(
                context.resolve("Dockerfile"),
                """
                FROM scratch
                COPY busybox /bin/busybox
                COPY busybox /bin/sh
                COPY busybox /bin/sleep
                ENV PATH=/bin
                """);
        try (DockerClient client = DockerConnection.open()) {
            client.buildImageCmd(context.toFile())
                    .withTags(Set.of(IMAGE))
                    .exec(new BuildImageResultCallback())
                    .awaitImageId(60, TimeUnit.SECONDS);
        }
    }

    @AfterEach
    void stop() throws IOException {
        if (!id().isEmpty()) {
            try (DockerClient client = DockerConnection.open()) {
                client.removeContainerCmd(id()).withForce(true).exec();
            }
        }
        server.close();
        runtime.close();
        transport.close();
        vertx.close().await();
    }

    private String id() {
        RuntimeFacts known = facts.get(key);
        return known == null ? "" : known.runtimeId();
    }

    private EndpointServer server(Supplier<AgentState> tasks, CredentialStore known) {
        return new EndpointServer(
                new EndpointSettings(freePort(), 0, true, Path.of("/run/gantry/endpoints")),
                new EndpointParts(
                        "demo",
                        "eu-central-1",
                        "eu-central-1a",
                        UUID.randomUUID().toString(),
                        tasks,
                        () -> null,
                        known,
                        asked -> runtime().statistics(asked),
                        new EcsCalls(transport, Clock.system(), List.of()),
                        new KeySigner(() -> new AccessKey("A", "S", null), "eu-central-1"),
                        Clock.system()));
    }

    private AgentState state() {
        return state;
    }

    private DockerRuntime runtime() {
        return runtime;
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException none) {
            throw new IllegalStateException(none);
        }
    }

    private <E extends AgentEvent> E next(Class<E> type) throws InterruptedException {
        AgentEvent event = events.poll(30, TimeUnit.SECONDS);
        assertThat(event).isInstanceOf(type);
        return type.cast(event);
    }

    private void run(String networkMode, Path output) throws InterruptedException {
        AcsContainer container =
                AcsContainer.of("main", IMAGE)
                        .limits(100, 64)
                        .command(List.of("sh", "-c", SCRIPT))
                        .mountPoints(List.of(new MountPoint("out", "/out", false)))
                        .build();
        task =
                AcsTask.run(arn, "probe", "3")
                        .networkMode(networkMode)
                        .roleCredentials(ROLE)
                        .containers(List.of(container))
                        .volumes(List.of(AcsVolume.bind("out", output.toString())))
                        .build();
        credentials.put(arn, ROLE);
        runtime.create(new AgentAction.Create(key, task, container));
        String id = next(AgentEvent.Created.class).runtimeId();
        see(container, new RuntimeFacts(id, null, null, List.of(), null, 0));
        runtime.start(new AgentAction.Start(key, id));
        see(container, next(AgentEvent.Started.class).facts());
    }

    private void see(AcsContainer container, RuntimeFacts seen) {
        facts.put(key, seen);
        var local =
                new LocalContainer(
                        container,
                        LocalContainer.Phase.RUNNING,
                        new LocalContainer.Run(seen.runtimeId(), seen, true, null, null, 0),
                        new LocalContainer.Checkup(AgentEvent.Health.UNKNOWN, null, null, null),
                        null,
                        new LocalContainer.Told(TaskStatus.RUNNING, null, List.of()),
                        null);
        state =
                AgentState.of(
                        List.of(
                                new LocalTask(
                                        task,
                                        false,
                                        null,
                                        List.of(local),
                                        new LocalTask.Times(null, null, null, null),
                                        new LocalTask.Reports(0, null, null, null),
                                        false)));
    }

    private static void awaitAnswers(Path output) throws IOException {
        Files.writeString(output.resolve("begin"), "");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(output.resolve("done"))) {
            assertThat(System.nanoTime()).as("time for answers").isLessThan(end);
        }
    }

    private static JsonNode answer(Path output, String name) throws IOException {
        return AcsJson.mapper().readTree(Files.readString(output.resolve(name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bridge", "host"})
    void aContainerIsAnsweredAtTheUsualAddress(String networkMode, @TempDir Path output)
            throws Exception {
        server.listen(vertx, runtime.workerAddresses());
        run(networkMode, output);
        awaitAnswers(output);
        assertThat(Files.readAllLines(output.resolve("env")))
                .as("needs root and the tools ip and iptables")
                .anyMatch(
                        line ->
                                line.startsWith(
                                        "ECS_CONTAINER_METADATA_URI_V4=http://169.254.170.2/v4/"))
                .contains(
                        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/credentials/"
                                + ROLE.credentialsId())
                .contains("AWS_REGION=eu-central-1", "AWS_DEFAULT_REGION=eu-central-1");
        JsonNode container = answer(output, "container");
        assertThat(container.path("DockerId").asString()).isEqualTo(id());
        assertThat(container.path("Networks").path(0).path("NetworkMode").asString())
                .isEqualTo(networkMode);
        assertThat(container.path("Volumes").path(0).path("Source").asString())
                .isEqualTo(output.toString());
        assertThat(container.path("Labels").propertyNames())
                .noneMatch(label -> label.startsWith("io.gantry."))
                .contains("com.amazonaws.ecs.task-arn");
        assertThat(container.path("CreatedAt").asString()).matches("2.*T.*\\..*Z");
        assertThat(answer(output, "task").path("TaskARN").asString()).isEqualTo(arn);
        assertThat(answer(output, "old").has("ContainerARN")).isFalse();
        statistics(answer(output, "stats"), networkMode);
        assertThat(answer(output, "credentials").path("SecretAccessKey").asString())
                .isEqualTo("secret");
    }

    /** Whoever came first holds the address and asks the others. */
    @ParameterizedTest
    @ValueSource(strings = {"bridge", "host"})
    void aContainerOfTheSecondWorkerIsAnsweredByTheFirst(String networkMode, @TempDir Path output)
            throws Exception {
        Vertx own = Vertx.vertx();
        try (EndpointServer first = server(() -> AgentState.EMPTY, new CredentialStore())) {
            first.listen(own, List.of("127.0.0.1"));
            server.listen(vertx, runtime.workerAddresses());
            run(networkMode, output);
            awaitAnswers(output);
            assertThat(Files.readString(output.resolve("env")))
                    .contains("ECS_CONTAINER_METADATA_URI_V4=http://169.254.170.2/v4/");
            assertThat(answer(output, "container").path("DockerId").asString()).isEqualTo(id());
            assertThat(answer(output, "credentials").path("Token").asString()).isEqualTo("token");
            statistics(answer(output, "stats"), networkMode);
        } finally {
            own.close().await();
        }
    }

    private static void statistics(JsonNode stats, String networkMode) {
        assertThat(stats.path("memory_stats").path("usage").asLong()).isPositive();
        assertThat(stats.path("precpu_stats").path("system_cpu_usage").asLong()).isPositive();
        assertThat(stats.path("preread").asString()).doesNotStartWith("0001");
        assertThat(stats.path("blkio_stats").has("io_serviced_recursive")).isTrue();
        assertThat(stats.has("networks")).isEqualTo(networkMode.equals("bridge"));
        assertThat(stats.path("network_rate_stats").has("rx_bytes_per_sec")).isTrue();
    }
}
