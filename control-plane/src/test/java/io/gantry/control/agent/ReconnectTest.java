package io.gantry.control.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.ControlPlaneConfig.Auth;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ecs.model.Task;
import tools.jackson.databind.JsonNode;

/** What an agent is told when it comes back, and how it is sent away for good. */
class ReconnectTest {
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
        node.createCluster(cluster);
        return RecordedAgent.registered(node, cluster, AgentSigning.stale());
    }

    private static String arn(JsonNode payload) {
        assertThat(payload.path("tasks").size()).isEqualTo(1);
        return payload.path("tasks").path(0).path("arn").asString();
    }

    @Test
    void onlyWhatTheAgentHasNotStartedIsSentAgain() {
        try (RecordedAgent agent = agentOf("again")) {
            var operator = new Operator(node.ecs, "again");
            AgentSocket first = agent.idle();
            Task task = operator.runOne();
            assertThat(arn(first.next("PayloadMessage"))).isEqualTo(task.taskArn());
            first.drop();

            AgentSocket second = agent.commands();
            JsonNode again = second.next("PayloadMessage");
            assertThat(arn(again)).isEqualTo(task.taskArn());
            assertThat(second.next("TaskManifestMessage").toString()).contains(task.taskArn());
            agent.acknowledge(second, again);
            agent.recording.task(2, task.taskArn());
            agent.accepted(
                    "SubmitTaskStateChange",
                    agent.recording.body("SubmitTaskStateChange", task.taskArn(), "RUNNING"));
            second.drop();

            AgentSocket third = agent.commands();
            assertThat(third.next("TaskManifestMessage").toString()).contains(task.taskArn());
            Task later = operator.runOne();
            assertThat(arn(third.next("PayloadMessage"))).isEqualTo(later.taskArn());
        }
    }

    @Test
    void anExpiredConnectionIsClosedInReturnAndReplaced() {
        try (RecordedAgent agent = agentOf("expiring")) {
            AgentSocket first = agent.idle();
            first.expire();
            assertThat(first.closed()).isEqualTo(WebSocket.NORMAL_CLOSURE);
            agent.idle();
        }
    }

    @Test
    void onlyTasksThatShouldNotRunAreConfirmedForStopping() {
        try (RecordedAgent agent = agentOf("verified")) {
            var operator = new Operator(node.ecs, "verified");
            AgentSocket socket = agent.commands();
            JsonNode manifest = socket.next("TaskManifestMessage");
            agent.acknowledge(socket, manifest);
            Task wanted = operator.runOne();
            agent.acknowledge(socket, socket.next("PayloadMessage"));

            String stranger = wanted.taskArn().replaceFirst("[0-9a-f]{32}$", "%032x".formatted(5));
            String question =
                    agent.recording
                            .frame("TaskStopVerificationMessage")
                            .replace("\"taskArn\":\"\"", "\"taskArn\":\"" + wanted.taskArn() + '"')
                            .replace("mf-20", manifest.path("messageId").asString());
            socket.send(question);
            JsonNode answer = socket.next("TaskStopVerificationAck");
            assertThat(answer.path("messageId")).isEqualTo(manifest.path("messageId"));
            assertThat(answer.path("stopTasks").size()).isEqualTo(1);
            JsonNode stop = answer.path("stopTasks").path(0);
            assertThat(stop.path("taskArn").asString()).isEqualTo(stranger);
            assertThat(stop.path("desiredStatus").asString()).isEqualTo("STOPPED");
        }
    }

    @Test
    void aDeregisteredMachineIsCutOffAndToldWhyItMayNotReturn() throws IOException {
        try (RecordedAgent agent = agentOf("leaving")) {
            AgentSocket socket = agent.idle();
            node.ecs.deregisterContainerInstance(
                    request ->
                            request.cluster("leaving").containerInstance(agent.arn()).force(true));
            assertThat(socket.closed()).isNotNegative();

            String head = agent.recording.heads().get(1);
            RawHttp.Answer refusal = RawHttp.send(node.url, head, "");
            assertThat(refusal.status()).isEqualTo(400);
            assertThat(refusal.body())
                    .contains("\"type\":\"InactiveInstanceException\"")
                    .contains("\"message\":{\"message\":\"InactiveInstanceException");
        }
    }

    @Test
    void aMachineThatWasNeverRegisteredIsRefused() throws IOException {
        String head = new Recording("demo").heads().get(1);
        RawHttp.Answer refusal = RawHttp.send(node.url, head, "");
        assertThat(refusal.status()).isEqualTo(400);
        assertThat(refusal.body()).contains("InactiveInstanceException");
    }

    @Test
    void theFirstHeartbeatComesAtOnceOnBothChannels() {
        try (RecordedAgent agent = agentOf("beating")) {
            assertThat(agent.commands().next("HeartbeatMessage").path("healthy").asBoolean())
                    .isTrue();
            AgentSocket telemetry = agent.telemetry().socket();
            assertThat(telemetry.next("HeartbeatMessage").path("healthy").asBoolean()).isTrue();
        }
    }
}
