package io.gantry.worker.endpoints;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsJson;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.time.Clock;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.session.AccessKey;
import io.gantry.worker.session.EcsCalls;
import io.gantry.worker.session.KeySigner;
import io.gantry.worker.session.Transport.HttpAnswer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Asked as containers ask; what Amazon's agent answered is in answers.txt. */
class EndpointServerTest {
    private static final String INSTANCE =
            "arn:aws:ecs:us-east-1:123456789012:container-instance/demo/00000000000000000000000000abc001";
    private static final String TAGS = "{\"tags\":[{\"key\":\"team\",\"value\":\"blue\"}]}";
    private static final String STATE = "/task-protection/v1/state";

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final FakeEcs ecs = new FakeEcs();
    private final CredentialStore credentials = new CredentialStore();
    private final AtomicLong readings = new AtomicLong();
    private final String id = new ContainerIds("s").of(new ContainerKey(CapturedTask.ARN, "web"));
    private final int port = freePort();
    private final int introspectionPort = freePort();
    private final EndpointServer server = server(introspectionPort);

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException none) {
            throw new IllegalStateException(none);
        }
    }

    private EndpointServer server(int introspection) {
        return new EndpointServer(
                new EndpointSettings(port, introspection, false, Path.of("/nonexistent")),
                new EndpointParts(
                        "demo",
                        "us-east-1",
                        "us-east-1a",
                        "s",
                        CapturedTask::state,
                        () -> INSTANCE,
                        credentials,
                        this::reading,
                        new EcsCalls(
                                ecs,
                                Clock.system(),
                                List.of(URI.create("http://a:1"), URI.create("http://b:2"))),
                        new KeySigner(() -> new AccessKey("AKWORKER", "x", null), "us-east-1"),
                        Clock.system()));
    }

    private String reading(ContainerKey key) {
        long n = readings.incrementAndGet();
        return "{\"read\":\"r%1$d\",\"preread\":\"\",\"cpu_stats\":{\"n\":%1$d},\"precpu_stats\":{},\"networks\":{\"eth0\":{\"rx_bytes\":%2$d,\"tx_bytes\":0}}}"
                .formatted(n, n * 100_000_000);
    }

    @BeforeEach
    void start() {
        server.listen(vertx, List.of("127.0.0.1"));
    }

    @AfterEach
    void stop() {
        server.close();
        http.close();
        vertx.close().await();
    }

    private HttpResponse<String> ask(int where, String method, String path, String body) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + where + path))
                        .method(method, BodyPublishers.ofString(body))
                        .timeout(Duration.ofSeconds(20))
                        .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new AssertionError(path, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private HttpResponse<String> get(String path) {
        return ask(port, "GET", path, "");
    }

    private void says(HttpResponse<String> answer, int status, String body) {
        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.statusCode()).isEqualTo(status);
    }

    private static String captured(String name) {
        try (InputStream stream =
                Objects.requireNonNull(
                        EndpointServerTest.class.getResourceAsStream("answers.txt"))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(name + ' '))
                    .map(line -> line.substring(name.length() + 1))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }

    private static JsonNode json(String text) {
        return AcsJson.mapper().readTree(text);
    }

    @Test
    void version4IsWordForWordWhatTheAgentAnswers() {
        says(get("/v4/" + id), 200, captured("v4"));
        says(get("/v4/" + id + "/task"), 200, captured("v4/task"));
        says(get("/v4/" + id + "/associations/gpu"), 200, captured("v4/associations/gpu"));
        ecs.answers.put("ListTagsForResource", new HttpAnswer(200, TAGS));
        says(get("/v4/" + id + "/taskWithTags"), 200, captured("v4/taskWithTags"));
        assertThat(ecs.calls)
                .extracting(call -> call.body().path("resourceArn").asString())
                .containsExactlyInAnyOrder(CapturedTask.ARN, INSTANCE);
        assertThat(ecs.calls).allSatisfy(call -> assertThat(call.signer()).isEqualTo("AKWORKER"));
        HttpResponse<String> answer = get("/v4/" + id);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        assertThat(answer.headers().firstValue("x-rate-limit-limit")).contains("40.00");
    }

    /** The agent lists a task's containers in any order. */
    @Test
    void version3HasItsOwnOrder() {
        says(get("/v3/" + id), 200, captured("v3"));
        ecs.answers.put("ListTagsForResource", new HttpAnswer(200, TAGS));
        for (String what : List.of("/task", "/taskWithTags")) {
            JsonNode recorded = json(captured("v3" + what));
            JsonNode ours = json(get("/v3/" + id + what).body());
            assertThat(ours.propertyNames()).containsExactlyElementsOf(recorded.propertyNames());
            assertThat(ours.path("Containers"))
                    .containsExactlyInAnyOrderElementsOf(recorded.path("Containers"));
            for (String name : List.of("Limits", "AvailabilityZone", "TaskTags")) {
                assertThat(ours.path(name)).as(name).isEqualTo(recorded.path(name));
            }
        }
    }

    @Test
    void tagsThatCannotBeHadAreErrorsOfVersion4() {
        ecs.answers.put(
                "ListTagsForResource",
                new HttpAnswer(
                        400, "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}", "r-1"));
        JsonNode four = json(get("/v4/" + id + "/taskWithTags").body());
        assertThat(four.path("TaskTags").isMissingNode()).isTrue();
        assertThat(four.path("Errors").get(0).toString())
                .isEqualTo(
                        "{\"ErrorField\":\"ContainerInstanceTags\",\"ErrorCode\":\"AccessDeniedException\",\"ErrorMessage\":\"no\",\"StatusCode\":400,\"RequestId\":\"r-1\",\"ResourceARN\":\"%s\"}"
                                .formatted(INSTANCE));
        assertThat(four.path("Errors").size()).isEqualTo(2);
        assertThat(get("/v3/" + id + "/taskWithTags").body()).doesNotContain("Errors");
    }

    @Test
    void strangersAreToldInTheAgentsWords() {
        String lookup = "unable to get docker ID from v3 endpoint ID: nope\"";
        String task =
                "unable to get task arn from request: unable to get task Arn from v3 endpoint ID: nope\"";
        says(
                get("/v4/nope"),
                404,
                "\"V4 container metadata handler: unable to get container ID from request: "
                        + lookup);
        says(get("/v4/nope/task"), 404, "\"V4 task metadata handler: " + task);
        says(get("/v4/nope/stats"), 404, "\"V4 container stats handler: " + task);
        says(get("/v4/nope/task/stats"), 404, "\"V4 task stats handler: " + task);
        says(
                get("/v3/nope"),
                500,
                "\"V3 container metadata handler: unable to get container ID from request: "
                        + lookup);
        for (String path : List.of("/v4/" + id + "/tasks", "/nosuch", "/v1/metadata", "/")) {
            says(get(path), 404, "404 page not found\n");
        }
        assertThat(get("/nosuch").headers().firstValue("x-content-type-options"))
                .contains("nosniff");
        says(
                get("/v2/metadata"),
                400,
                "\"Unable to get task arn from request: unable to associate '127.0.0.1' with task\"");
    }

    @Test
    void credentialsAreForThoseWhoKnowTheirId() {
        String error = "{\"code\":\"%s\",\"message\":\"CredentialsV%d%s\",\"HTTPErrorCode\":%d}";
        says(
                get("/v2/credentials/nope"),
                400,
                error.formatted("InvalidIdInRequest", 2, "Request: Credentials not found", 400));
        says(
                get("/v2/credentials/"),
                400,
                error.formatted(
                        "NoIdInRequest", 2, "Request: No Credential ID in the request", 400));
        says(
                get("/v1/credentials"),
                400,
                error.formatted(
                        "NoIdInRequest", 1, "Request: No Credential ID in the request", 400));
        says(
                get("/v2/credentials/cred-app1"),
                503,
                error.formatted(
                        "CredentialsUninitialized",
                        2,
                        "Request: Credentials uninitialized for ID",
                        503));
        credentials.put(CapturedTask.ARN, CapturedTask.ROLE);
        String known =
                "{\"RoleArn\":\"arn:aws:iam::123456789012:role/app\",\"AccessKeyId\":\"ASIAapp1\",\"SecretAccessKey\":\"secret-app1\",\"Token\":\"tok-app1\",\"Expiration\":\"2026-11-22T13:00:00Z\"}";
        says(get("/v2/credentials/cred-app1"), 200, known);
        says(get("/v1/credentials?id=cred-app1"), 200, known);
    }

    @Test
    void statisticsComeWithTheReadingBefore() {
        JsonNode first = json(get("/v4/" + id + "/stats").body());
        assertThat(first.path("read").asString()).isEqualTo("r2");
        assertThat(first.path("preread").asString()).isEqualTo("r1");
        assertThat(first.path("precpu_stats").path("n").asInt()).isEqualTo(1);
        double rate = first.path("network_rate_stats").path("rx_bytes_per_sec").asDouble();
        assertThat(rate).isBetween(5e6, 1.1e8);
        assertThat(first.path("network_rate_stats").path("tx_bytes_per_sec").toString())
                .isEqualTo("0");
        JsonNode three = json(get("/v3/" + id + "/stats").body());
        assertThat(three.has("network_rate_stats")).isFalse();
        JsonNode task = json(get("/v4/" + id + "/task/stats").body());
        assertThat(task.propertyNames())
                .containsExactlyInAnyOrder(CapturedTask.WEB, CapturedTask.SIDE);
        assertThat(task.path(CapturedTask.SIDE).has("network_rate_stats")).isTrue();
    }

    @Test
    void aTaskIsProtectedWithItsOwnKeys() {
        credentials.put(CapturedTask.ARN, CapturedTask.ROLE);
        ecs.answers.put(
                "UpdateTaskProtection",
                new HttpAnswer(
                        200,
                        "{\"protectedTasks\":[{\"taskArn\":\"%s\",\"protectionEnabled\":true,\"expirationDate\":1795334400.5}],\"failures\":[]}"
                                .formatted(CapturedTask.ARN)));
        says(
                ask(
                        port,
                        "PUT",
                        "/api/" + id + STATE,
                        "{\"ProtectionEnabled\":true,\"ExpiresInMinutes\":60}"),
                200,
                "{\"protection\":{\"ExpirationDate\":\"2026-11-22T08:00:00.500Z\",\"ProtectionEnabled\":true,\"TaskArn\":\"%s\"}}"
                        .formatted(CapturedTask.ARN));
        FakeEcs.Call call = ecs.calls.getFirst();
        assertThat(call.signer()).isEqualTo("ASIAapp1");
        assertThat(call.headers()).containsEntry("X-Amz-Security-Token", "tok-app1");
        assertThat(call.body())
                .isEqualTo(
                        json(
                                "{\"cluster\":\"demo\",\"protectionEnabled\":true,\"expiresInMinutes\":60,\"tasks\":[\"%s\"]}"
                                        .formatted(CapturedTask.ARN)));
        ecs.answers.put(
                "GetTaskProtection",
                new HttpAnswer(
                        200,
                        "{\"protectedTasks\":[],\"failures\":[{\"arn\":\"%s\",\"reason\":\"TASK_NOT_VALID\"}]}"
                                .formatted(CapturedTask.ARN)));
        says(
                get("/api/" + id + STATE),
                200,
                "{\"failure\":{\"Arn\":\"%s\",\"Detail\":null,\"Reason\":\"TASK_NOT_VALID\"}}"
                        .formatted(CapturedTask.ARN));
        ecs.answers.put(
                "GetTaskProtection",
                new HttpAnswer(
                        400, "{\"__type\":\"x#ClientException\",\"message\":\"no\"}", "r-2"));
        says(
                get("/api/" + id + STATE),
                400,
                "{\"requestID\":\"r-2\",\"error\":{\"Arn\":\"%s\",\"Code\":\"ClientException\",\"Message\":\"no\"}}"
                        .formatted(CapturedTask.ARN));
    }

    @Test
    void protectionIsRefusedInTheAgentsWords() {
        String path = "/api/" + id + STATE;
        String error =
                "{\"error\":{\"Arn\":\""
                        + CapturedTask.ARN
                        + "\",\"Code\":\"%s\",\"Message\":\"%s\"}}";
        String undecodable =
                "{\"error\":{\"Code\":\"InvalidParameterException\",\"Message\":\"UpdateTaskProtection: failed to decode request\"}}";
        for (String body : List.of("{\"Bad\":1}", "", "[]", "{\"ProtectionEnabled\":\"yes\"}")) {
            says(ask(port, "PUT", path, body), 400, undecodable);
        }
        says(
                ask(port, "PUT", path, "{}"),
                400,
                error.formatted(
                        "InvalidParameterException",
                        "Invalid request: does not contain 'ProtectionEnabled' field"));
        says(
                ask(port, "PUT", "/api/nope" + STATE, "{\"ProtectionEnabled\":true}"),
                404,
                "{\"error\":{\"Code\":\"ResourceNotFoundException\",\"Message\":\"Failed to find a task for the request\"}}");
        says(
                get(path),
                403,
                error.formatted(
                        "AccessDeniedException",
                        "Invalid Request: no task IAM role credentials available for task"));
        says(ask(port, "POST", path, "{}"), 405, "");
        credentials.put(CapturedTask.ARN, CapturedTask.ROLE);
        long before = System.nanoTime();
        says(
                get(path),
                504,
                error.formatted("RequestCanceled", "Timed out calling ECS Task Protection API"));
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isBetween(Duration.ofMillis(3500), Duration.ofMillis(4900));
    }

    @Test
    void whoAsksTooOftenIsSentAway() {
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        // Fires at once, so that hardly any time passes in which the allowance grows again.
        List<Integer> statuses =
                IntStream.range(0, 150)
                        .mapToObj(
                                _ ->
                                        CompletableFuture.supplyAsync(
                                                () -> get("/v2/credentials/nope"), threads))
                        .toList()
                        .stream()
                        .map(CompletableFuture::join)
                        .peek(
                                answer -> {
                                    if (answer.statusCode() == 429) {
                                        assertThat(answer.body())
                                                .isEqualTo(
                                                        "You have reached maximum request limit");
                                    }
                                })
                        .map(HttpResponse::statusCode)
                        .toList();
        assertThat(statuses).containsOnly(400, 429);
        assertThat(statuses).filteredOn(status -> status == 400).hasSizeGreaterThanOrEqualTo(60);
    }

    @Test
    void operatorsAreServedOnAPortOfTheirOwn() {
        says(
                ask(introspectionPort, "GET", "/", ""),
                200,
                "{\"AvailableCommands\":[\"/v1/metadata\",\"/v1/tasks\",\"/license\"]}");
        says(
                ask(introspectionPort, "GET", "/v1/metadata", ""),
                200,
                "{\"Cluster\":\"demo\",\"ContainerInstanceArn\":\"%s\",\"Version\":\"Gantry worker - v0.1.0\"}"
                        .formatted(INSTANCE));
        JsonNode recorded = json(captured("v1/tasks")).path("Tasks").path(0);
        JsonNode all = json(ask(introspectionPort, "GET", "/v1/tasks", "").body());
        JsonNode ours = all.path("Tasks").path(0);
        assertThat(ours.propertyNames()).containsExactlyElementsOf(recorded.propertyNames());
        assertThat(ours.path("Containers"))
                .containsExactlyInAnyOrderElementsOf(recorded.path("Containers"));
        for (String query :
                List.of(
                        "taskarn=" + CapturedTask.ARN,
                        "dockerid=" + CapturedTask.WEB.substring(0, 12))) {
            says(ask(introspectionPort, "GET", "/v1/tasks?" + query, ""), 200, ours.toString());
        }
        says(
                ask(introspectionPort, "GET", "/v1/tasks?taskarn=x", ""),
                404,
                "{\"Arn\":\"\",\"KnownStatus\":\"\",\"Family\":\"\",\"Version\":\"\",\"Containers\":null}");
        assertThat(ask(introspectionPort, "GET", "/license", "").body()).contains("Apache License");
    }

    @Test
    void aSecondWorkerOfTheMachineFindsOtherPorts() {
        EndpointServer second = server(introspectionPort);
        // Servers of one Vert.x share their ports.
        Vertx other = Vertx.vertx();
        try {
            second.listen(other, List.of("127.0.0.1"));
            String uri = environment(second, Map.of()).get("ECS_CONTAINER_METADATA_URI_V4");
            assertThat(uri).doesNotContain(":" + port + "/");
            int own = URI.create(Objects.requireNonNull(uri)).getPort();
            says(ask(own, "GET", "/v4/" + id, ""), 200, captured("v4"));
        } finally {
            second.close();
            other.close().await();
        }
    }

    private static Map<String, String> environment(
            EndpointServer server, Map<String, String> ownVariables) {
        var task =
                AcsTask.run(CapturedTask.ARN, "webapp", "7")
                        .roleCredentials(CapturedTask.ROLE)
                        .containers(
                                List.of(
                                        AcsContainer.of("web", "x")
                                                .environment(ownVariables)
                                                .build()))
                        .build();
        return server.environment(new ContainerKey(CapturedTask.ARN, "web"), task, "127.0.0.1");
    }

    @Test
    void containersAreToldWhereToAsk() {
        String base = "http://127.0.0.1:" + port;
        assertThat(environment(server, Map.of()))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "ECS_CONTAINER_METADATA_URI", base + "/v3/" + id,
                                "ECS_CONTAINER_METADATA_URI_V4", base + "/v4/" + id,
                                "ECS_AGENT_URI", base + "/api/" + id,
                                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                        base + "/v2/credentials/cred-app1",
                                "AWS_REGION", "us-east-1",
                                "AWS_DEFAULT_REGION", "us-east-1"));
        assertThat(environment(server, Map.of("AWS_REGION", "eu-west-1")))
                .doesNotContainKeys("AWS_REGION", "AWS_DEFAULT_REGION");
    }
}
