package io.gantry.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsCodec;
import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsJson;
import io.gantry.common.acs.AcsMessage;
import io.gantry.common.acs.AcsTask;
import io.vertx.core.http.ServerWebSocket;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A whole worker with processes as its containers, over real sockets. */
final class WorkerAgentTest {
    private static final String TASK = "arn:aws:ecs:us-east-1:1:task/demo/t1";

    @TempDir Path directory;

    private WorkerAgent worker(FakeNode node, int metadataPort, int introspectionPort) {
        Map<String, String> settings = new TreeMap<>();
        settings.put("GANTRY_DATA_DIR", directory.toString());
        settings.put("GANTRY_ENDPOINTS", "http://127.0.0.1:1," + node.uri());
        settings.put("GANTRY_CLUSTER", "demo");
        settings.put("GANTRY_ENGINE", "process");
        settings.put("GANTRY_ACCESS_KEY_ID", "AK");
        settings.put("GANTRY_SECRET_ACCESS_KEY", "secret");
        settings.put("GANTRY_ENVIRONMENT_FILES_DIR", directory.toString());
        settings.put("GANTRY_METADATA_PORT", Integer.toString(metadataPort));
        settings.put("GANTRY_INTROSPECTION_PORT", Integer.toString(introspectionPort));
        settings.put("GANTRY_LINK_LOCAL_ENDPOINT", "false");
        return WorkerAgent.start(WorkerConfig.from(settings::get));
    }

    private static void send(ServerWebSocket socket, long sequence, AcsTask task) {
        socket.writeTextMessage(
                AcsCodec.encode(
                        new AcsMessage.PayloadMessage(
                                "m" + sequence,
                                "demo",
                                FakeNode.INSTANCE,
                                1,
                                sequence,
                                null,
                                List.of(task))));
    }

    private static AcsTask sleeper() {
        return AcsTask.run(TASK, "web", "1")
                .containers(
                        List.of(
                                AcsContainer.of("web", "host")
                                        .command(List.of("sh", "-c", "env >env; exec sleep 1000"))
                                        .stopTimeout(5)
                                        .build()))
                .build();
    }

    @Test
    void aTaskSurvivesItsWorkerAndIsStoppedByTheNext() throws Exception {
        try (FakeNode node = new FakeNode()) {
            try (WorkerAgent first = worker(node, 0, 0)) {
                ServerWebSocket socket = node.connection();
                assertThat(node.message())
                        .isEqualTo(new AcsMessage.GantryInventoryMessage(List.of()));
                send(socket, 1, sleeper());
                assertThat(node.message())
                        .isEqualTo(new AcsMessage.AckRequest("demo", FakeNode.INSTANCE, "m1"));
                JsonNode report = node.report();
                assertThat(report.path("status").asString()).isEqualTo("RUNNING");
                assertThat(first.containerInstanceArn()).isEqualTo(FakeNode.INSTANCE);
                assertThat(node.telemetry.poll(10, TimeUnit.SECONDS))
                        .contains("PublishMetricsRequest");
            }
            node.messages.clear();
            try (WorkerAgent second = worker(node, 0, 0)) {
                ServerWebSocket socket = node.connection();
                assertThat(node.message())
                        .isEqualTo(
                                new AcsMessage.GantryInventoryMessage(
                                        List.of(
                                                new AcsMessage.GantryInventoryMessage.KnownTask(
                                                        TASK, "RUNNING"))));
                assertThat(second.containerInstanceArn()).isEqualTo(FakeNode.INSTANCE);
                send(socket, 2, AcsTask.stop(TASK));
                JsonNode report = node.report();
                while (!report.path("status").asString().equals("STOPPED")) {
                    report = node.report();
                }
                assertThat(report.path("containers").path(0).path("exitCode").asInt())
                        .isEqualTo(143);
            }
        }
    }

    @Test
    void aContainerFindsItsMetadata() throws Exception {
        int port;
        int introspectionPort;
        try (ServerSocket free = new ServerSocket(0);
                ServerSocket another = new ServerSocket(0)) {
            port = free.getLocalPort();
            introspectionPort = another.getLocalPort();
        }
        try (FakeNode node = new FakeNode();
                WorkerAgent worker = worker(node, port, introspectionPort)) {
            ServerWebSocket socket = node.connection();
            send(socket, 1, sleeper());
            node.report();
            String base = awaitMetadataAddress();
            JsonNode container = fetch(base, 200);
            assertThat(container.path("Name").asString()).isEqualTo("web");
            assertThat(container.path("KnownStatus").asString()).isEqualTo("RUNNING");
            assertThat(fetch(base + "/task", 200).path("TaskARN").asString()).isEqualTo(TASK);
            assertThat(fetch(base + "x", 404).asString()).contains("unable to get docker ID");
            assertThat(fetch(base + "/stats", 200).path("memory_stats").path("usage").asLong())
                    .isPositive();
            String operators = "http://127.0.0.1:" + introspectionPort;
            assertThat(
                            fetch(operators + "/v1/metadata", 200)
                                    .path("ContainerInstanceArn")
                                    .asString())
                    .isEqualTo(worker.containerInstanceArn());
            assertThat(fetch(operators + "/v1/tasks", 200).path("Tasks").size()).isEqualTo(1);
            assertThat(
                            fetch("http://127.0.0.1:" + port + "/v2/credentials/none", 400)
                                    .path("code")
                                    .asString())
                    .isEqualTo("InvalidIdInRequest");
            send(socket, 2, AcsTask.stop(TASK));
            node.report();
        }
    }

    @Test
    void variablesComeFromFilesAndWhatCannotBeReadStopsTheTask() throws Exception {
        Path variables = Files.writeString(directory.resolve("web.env"), "FROM_FILE=yes it is\n");
        try (FakeNode node = new FakeNode();
                WorkerAgent worker = worker(node, 0, 0)) {
            ServerWebSocket socket = node.connection();
            assertThat(worker).isNotNull();
            send(socket, 1, reader(TASK, variables));
            assertThat(node.report().path("status").asString()).isEqualTo("RUNNING");
            assertThat(await("FROM_FILE=")).isEqualTo("yes it is");
            send(socket, 2, reader(TASK + "2", Path.of("/etc/passwd")));
            JsonNode report = node.report();
            assertThat(report.path("status").asString()).isEqualTo("STOPPED");
            assertThat(report.path("reason").asString())
                    .startsWith("ResourceInitializationError: failed to download env files: ");
            send(socket, 3, AcsTask.stop(TASK));
            node.report();
        }
    }

    private static AcsTask reader(String arn, Path file) {
        return AcsTask.run(arn, "web", "1")
                .containers(
                        List.of(
                                AcsContainer.of("web", "host")
                                        .command(List.of("sh", "-c", "env >env; exec sleep 1000"))
                                        .environmentFiles(
                                                List.of(
                                                        new AcsContainer.EnvironmentFile(
                                                                file.toString(), "s3")))
                                        .stopTimeout(5)
                                        .build()))
                .build();
    }

    @Test
    void keysOfRolesStayOffTheDisk() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        var role =
                new AcsTask.RoleCredentials(
                        "credentials-1",
                        "arn:role",
                        "ASIA1",
                        "very-secret",
                        "very-token",
                        "2026",
                        null);
        String address = "http://127.0.0.1:" + port + "/v2/credentials/credentials-1";
        try (FakeNode node = new FakeNode()) {
            try (WorkerAgent first = worker(node, port, 0)) {
                ServerWebSocket socket = node.connection();
                send(socket, 1, sleeper().withCredentials(role, null));
                node.report();
                assertThat(fetch(address, 200).path("SecretAccessKey").asString())
                        .isEqualTo("very-secret");
                assertThat(first.containerInstanceArn()).isNotNull();
            }
            try (Stream<Path> files = Files.walk(directory.resolve("journal"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    assertThat(Files.readString(file)).doesNotContain("very-");
                }
            }
            try (WorkerAgent second = worker(node, port, 0)) {
                ServerWebSocket socket = node.connection();
                assertThat(fetch(address, 503).path("code").asString())
                        .isEqualTo("CredentialsUninitialized");
                socket.writeTextMessage(
                        AcsCodec.encode(
                                new AcsMessage.IAMRoleCredentialsMessage(
                                        "m9",
                                        TASK,
                                        null,
                                        AcsMessage.IAMRoleCredentialsMessage.TASK_APPLICATION,
                                        role)));
                AcsMessage message = node.message();
                while (message instanceof AcsMessage.GantryInventoryMessage
                        || message instanceof AcsMessage.AckRequest
                        || message instanceof AcsMessage.HeartbeatAckRequest
                        || (message instanceof AcsMessage.IAMRoleCredentialsAckRequest earlier
                                && earlier.messageId().equals("m1"))) {
                    message = node.message();
                }
                assertThat(message)
                        .isEqualTo(
                                new AcsMessage.IAMRoleCredentialsAckRequest(
                                        "m9", "2026", "credentials-1"));
                assertThat(second.containerInstanceArn()).isNotNull();
                assertThat(fetch(address, 200).path("Token").asString()).isEqualTo("very-token");
                send(socket, 2, AcsTask.stop(TASK));
                node.report();
            }
        }
    }

    private String awaitMetadataAddress() throws Exception {
        return await("ECS_CONTAINER_METADATA_URI_V4=");
    }

    private String await(String variable) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (System.nanoTime() < end) {
            try (Stream<Path> files = Files.walk(directory)) {
                Path environment =
                        files.filter(file -> file.endsWith("work/env")).findFirst().orElse(null);
                if (environment != null) {
                    for (String line : Files.readAllLines(environment)) {
                        if (line.startsWith(variable)) {
                            return line.substring(line.indexOf('=') + 1);
                        }
                    }
                }
            }
        }
        throw new AssertionError("not in the environment: " + variable);
    }

    private static JsonNode fetch(String address, int status) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response =
                    client.send(
                            HttpRequest.newBuilder(URI.create(address)).build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(status);
            return AcsJson.mapper().readTree(response.body());
        }
    }
}
