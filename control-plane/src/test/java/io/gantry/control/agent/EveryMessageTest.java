package io.gantry.control.agent;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.gantry.control.ControlPlaneConfig.Auth;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.ecs.model.Task;

/** Nothing that an agent has been heard to say is refused, or complained about in the log. */
class EveryMessageTest {
    private static ControlNode node;
    private static RecordedAgent agent;
    private static AgentSocket socket;
    private static ListAppender<ILoggingEvent> complaints;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        node = ControlNode.alone(directory, Auth.NONE);
        agent = RecordedAgent.registered(node, "demo", AgentSigning.stale());
        socket = agent.idle();
        Task task = new Operator(node.ecs, "demo").runOne();
        agent.recording.task(1, task.taskArn());
        agent.acknowledge(socket, socket.next("PayloadMessage"));
        complaints = new ListAppender<>();
        complaints.start();
        ((Logger) LoggerFactory.getLogger("io.gantry")).addAppender(complaints);
    }

    @AfterAll
    static void stop() {
        ((Logger) LoggerFactory.getLogger("io.gantry")).detachAppender(complaints);
        agent.close();
        node.close();
    }

    private static void nobodyComplains() {
        assertThat(complaints.list)
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .isEmpty();
    }

    @Test
    void everyCallSucceeds() {
        for (Recording.Call call : agent.recording.calls()) {
            HttpResponse<String> answer = agent.call(call.operation(), call.body());
            assertThat(answer.statusCode()).as("%s: %s", call, answer.body()).isEqualTo(200);
        }
        nobodyComplains();
    }

    @Test
    void everyReportOfATaskThatNobodyKnowsIsAcknowledged() {
        var strangers = new Recording("demo");
        for (Recording.Call call : strangers.calls()) {
            if (call.operation().equals("SubmitTaskStateChange")) {
                assertThat(
                                agent.accepted(call.operation(), call.body())
                                        .path("acknowledgment")
                                        .asString())
                        .isNotEmpty();
            }
        }
        nobodyComplains();
    }

    @Test
    void everyCommandFrameIsTaken() {
        agent.recording.commandFrames().forEach(socket::send);
        // Frames are taken in order, and this one is answered.
        assertThat(socket.next("TaskStopVerificationAck").path("stopTasks").isArray()).isTrue();
        nobodyComplains();
    }

    @Test
    void everyTelemetryFrameIsAcknowledged() {
        RecordedAgent.Telemetry telemetry = agent.telemetry();
        agent.recording.telemetryFrames().forEach(telemetry::publish);
        nobodyComplains();
    }

    @Test
    void agentsThatLeaveAtOnceAreNoTrouble() throws IOException {
        try (var hasty = RecordedAgent.registered(node, "demo", AgentSigning.stale())) {
            String upgrade = hasty.recording.heads().get(1);
            for (int i = 0; i < 30; i++) {
                assertThat(RawHttp.send(node.url, upgrade, "").status()).isEqualTo(101);
            }
            hasty.idle();
        }
        nobodyComplains();
    }
}
