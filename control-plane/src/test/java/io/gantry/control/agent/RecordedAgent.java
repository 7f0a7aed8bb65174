package io.gantry.control.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An agent that says what was recorded. Every frame that it gets must obey {@link AgentRules}. */
final class RecordedAgent implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final byte[] NOTHING = new byte[0];

    final Recording recording;
    private final ControlNode node;
    private final Signing signing;
    private final AgentRules rules = new AgentRules();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private @Nullable String arn;
    private boolean credentialsSent;

    RecordedAgent(ControlNode node, String cluster, Signing signing) {
        this.node = node;
        this.signing = signing;
        this.recording = new Recording(cluster);
    }

    /** An agent that has registered. */
    static RecordedAgent registered(ControlNode node, String cluster, Signing signing) {
        var agent = new RecordedAgent(node, cluster, signing);
        agent.adopt(agent.register());
        return agent;
    }

    /** An agent that has registered and can do more than the one that was recorded. */
    static RecordedAgent registered(
            ControlNode node, String cluster, Signing signing, List<String> capabilities) {
        var agent = new RecordedAgent(node, cluster, signing);
        var attributes = new StringBuilder("\"attributes\":[");
        capabilities.forEach(name -> attributes.append("{\"name\":\"" + name + "\"},"));
        agent.adopt(
                agent.call(
                        "RegisterContainerInstance",
                        agent.recording
                                .body("RegisterContainerInstance", "\"rack\"")
                                .replaceFirst("\"clientToken\":\"[^\"]*\"", token())
                                .replace("\"attributes\":[", attributes)));
        return agent;
    }

    /** Registers as a new machine, with a token of its own. */
    HttpResponse<String> register() {
        String body =
                recording
                        .body("RegisterContainerInstance", "\"rack\"")
                        .replaceFirst("\"clientToken\":\"[^\"]*\"", token());
        return call("RegisterContainerInstance", body);
    }

    /** Registers as after a restart: without the user's attributes, by the name it has. */
    HttpResponse<String> registerAgain() {
        String body =
                recording
                        .body("RegisterContainerInstance", "\"containerInstanceArn\"")
                        .replaceFirst("\"clientToken\":\"[^\"]*\"", token());
        return call("RegisterContainerInstance", body);
    }

    private static String token() {
        return "\"clientToken\":\"" + UUID.randomUUID() + '"';
    }

    /** Takes the name that the answer to a registration gives. */
    void adopt(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        arn =
                JSON.readTree(answer.body())
                        .path("containerInstance")
                        .path("containerInstanceArn")
                        .asString();
        recording.instance(arn.substring(arn.lastIndexOf('/') + 1));
    }

    String arn() {
        return Objects.requireNonNull(arn, "not registered");
    }

    /** Calls the API and expects success. */
    JsonNode accepted(String operation, String body) {
        HttpResponse<String> answer = call(operation, body);
        assertThat(answer.statusCode()).as("%s: %s", body, answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    HttpResponse<String> call(String operation, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        URI uri = node.url.resolve("/");
        var headers = new TreeMap<String, String>();
        headers.put("amz-sdk-invocation-id", UUID.randomUUID().toString());
        headers.put("amz-sdk-request", "attempt=1; max=3");
        headers.put("content-type", "application/x-amz-json-1.1");
        headers.put("x-amz-target", "AmazonEC2ContainerServiceV20141113." + operation);
        var signed = new TreeMap<>(headers);
        signed.put("content-length", Integer.toString(bytes.length));
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).POST(BodyPublishers.ofByteArray(bytes));
        headers.forEach(request::header);
        request.header("User-Agent", "Amazon ECS Agent - v1.105.1 (*a8b3e7d3) (linux; LINUX)");
        request.header("Accept-Encoding", "gzip");
        signing.sign("POST", uri, signed, bytes).forEach(request::header);
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException lost) {
            throw new AssertionError("no answer to " + operation, lost);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Opens the command channel where the server says. */
    AgentSocket commands() {
        URI uri = upgrade("endpoint", 1, "sendCredentials=" + !credentialsSent);
        credentialsSent = true;
        return open(uri, rules::command);
    }

    /** Opens the telemetry channel where the server says. */
    Telemetry telemetry() {
        URI uri = upgrade("telemetryEndpoint", 2, "sendCredentials=true");
        return new Telemetry(uri, signing, open(uri, AgentRules::telemetry));
    }

    /** The recorded upgrade to the command channel, signed anew. */
    String signedUpgrade() {
        String head = recording.heads().get(1);
        URI uri = node.url.resolve(head.split(" ", 3)[1]);
        var headers = new TreeMap<>(signing.sign("GET", uri, Map.of(), NOTHING));
        headers.put("Host", uri.getAuthority());
        for (var header : headers.entrySet()) {
            String line = header.getKey() + ": " + header.getValue();
            head =
                    head.replaceFirst(
                            "(?m)^" + header.getKey() + ": .*$", Matcher.quoteReplacement(line));
        }
        return head;
    }

    private AgentSocket open(URI uri, Consumer<JsonNode> check) {
        return new AgentSocket(http, uri, signing.sign("GET", uri, Map.of(), NOTHING), check);
    }

    private URI upgrade(String member, int head, String credentials) {
        String endpoint =
                accepted("DiscoverPollEndpoint", recording.body("DiscoverPollEndpoint"))
                        .path(member)
                        .asString();
        assertThat(endpoint).startsWith("http://").endsWith("/");
        String target = recording.heads().get(head).split(" ", 3)[1];
        String query = target.substring(target.indexOf('?'));
        return URI.create(
                endpoint.replaceFirst("^http", "ws")
                        + "ws"
                        + query.replace("sendCredentials=true", credentials));
    }

    /** The telemetry channel; each frame has a block of signed headers before it. */
    record Telemetry(URI uri, Signing signing, AgentSocket socket) {

        void send(String json) {
            var block = new StringBuilder();
            var headers = new TreeMap<String, String>();
            headers.put("Host", uri.getAuthority());
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            headers.putAll(signing.sign("GET", uri, Map.of(), body));
            headers.forEach((name, value) -> block.append(name + ": " + value + "\r\n"));
            socket.send(block + "\r\n" + json);
        }

        /** Publishes, and has it acknowledged. */
        void publish(String json) {
            send(json);
            String type = JSON.readTree(json).path("type").asString();
            String answer =
                    switch (type) {
                        case "PublishMetricsRequest" -> "AckPublishMetric";
                        case "PublishHealthRequest" -> "AckPublishHealth";
                        case "PublishInstanceStatusRequest" -> "AckPublishInstanceStatus";
                        default -> throw new AssertionError("nothing answers " + type);
                    };
            assertThat(socket.next(answer).path("message").asString()).isEqualTo("ok");
        }
    }

    /** Acknowledges a message as the agent does. */
    void acknowledge(AgentSocket socket, JsonNode message) {
        String ack = recording.frame("AckRequest");
        socket.send(
                ack.replaceFirst(
                        "\"messageId\":\"[^\"]*\"",
                        "\"messageId\":\"" + message.path("messageId").asString() + '"'));
    }

    /** Opens the command channel and takes the manifest; no task is to be started. */
    AgentSocket idle() {
        AgentSocket socket = commands();
        acknowledge(socket, socket.next("TaskManifestMessage"));
        return socket;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
