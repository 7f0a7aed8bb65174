package io.gantry.control.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.ControlPlaneConfig.Auth;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An agent ends itself unless its registration is answered in the way that it expects. */
class RegistrationTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static ControlNode node;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        node = ControlNode.alone(directory, Auth.NONE);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static RecordedAgent agentOf(String cluster) {
        return new RecordedAgent(node, cluster, AgentSigning.stale());
    }

    /** Those without value are tolerated if they are missing; here they are not. */
    private static Map<String, String> attributes(JsonNode holder) {
        var attributes = new HashMap<String, String>();
        for (JsonNode attribute : holder.path("attributes")) {
            attributes.put(attribute.path("name").asString(), attribute.path("value").asString(""));
        }
        return attributes;
    }

    private static JsonNode instance(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).path("containerInstance");
    }

    private static void isRefused(HttpResponse<String> answer, int status, String type) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(JSON.readTree(answer.body()).path("__type").asString()).endsWith(type);
        assertThat(JSON.readTree(answer.body()).path("message").asString()).isNotEmpty();
    }

    @Test
    void everyAttributeIsEchoedAndTheNameStaysTheSameAfterARestart() {
        try (RecordedAgent agent = agentOf("demo")) {
            HttpResponse<String> first = agent.register();
            agent.adopt(first);
            Map<String, String> sent =
                    attributes(
                            JSON.readTree(
                                    agent.recording.body("RegisterContainerInstance", "\"rack\"")));
            assertThat(sent).containsEntry("rack", "r1").containsEntry("ecs.os-type", "linux");
            assertThat(attributes(instance(first))).containsAllEntriesOf(sent);

            JsonNode again = instance(agent.registerAgain());
            assertThat(again.path("containerInstanceArn").asString()).isEqualTo(agent.arn());
            // The agent leaves its user's attributes out now, yet the machine keeps them.
            assertThat(attributes(again)).containsAllEntriesOf(sent);
        }
    }

    @Test
    void aRepeatedRegistrationOfOneStartIsOneMachine() {
        try (RecordedAgent agent = agentOf("demo")) {
            String body = agent.recording.body("RegisterContainerInstance", "\"rack\"");
            JsonNode first = instance(agent.call("RegisterContainerInstance", body));
            JsonNode second = instance(agent.call("RegisterContainerInstance", body));
            assertThat(second.path("containerInstanceArn"))
                    .isEqualTo(first.path("containerInstanceArn"));
        }
    }

    @Test
    void anUnknownClusterIsRefusedSoThatTheAgentMayCreateItsOwn() {
        try (RecordedAgent agent = agentOf("nowhere")) {
            isRefused(agent.register(), 400, "ClusterNotFoundException");
        }
        try (RecordedAgent agent = agentOf("default")) {
            isRefused(agent.register(), 400, "ClusterNotFoundException");
            JsonNode created =
                    agent.accepted("CreateCluster", agent.recording.body("CreateCluster"));
            assertThat(created.path("cluster").path("clusterName").asString()).isEqualTo("default");
            assertThat(instance(agent.register()).path("containerInstanceArn").asString())
                    .contains("/default/");
        }
    }

    @Test
    void anUnknownNameIsRefusedSoThatTheAgentEnds() {
        try (RecordedAgent agent = agentOf("demo")) {
            isRefused(agent.registerAgain(), 400, "ClientException");
        }
    }

    @Test
    void theRequestOfAnAgentIsUnderstoodByteForByte() throws IOException {
        var recording = new Recording("demo");
        String head = recording.heads().getFirst();
        String body = recording.body("RegisterContainerInstance", "\"rack\"");
        assertThat(head).contains("Content-Length: " + body.length() + '\n');
        RawHttp.Answer answer = RawHttp.send(node.url, head, body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        String arn =
                JSON.readTree(answer.body())
                        .path("containerInstance")
                        .path("containerInstanceArn")
                        .asString();
        recording.instance(arn.substring(arn.lastIndexOf('/') + 1));
        for (String upgrade : recording.heads().subList(1, 3)) {
            RawHttp.Answer switched = RawHttp.send(node.url, upgrade, "");
            assertThat(switched.status()).as(switched.body()).isEqualTo(101);
            assertThat(switched.head().toLowerCase(Locale.ROOT))
                    .contains("sec-websocket-accept")
                    .doesNotContain("sec-websocket-extensions");
        }
    }
}
