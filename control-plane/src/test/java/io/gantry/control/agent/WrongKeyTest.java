package io.gantry.control.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.ControlPlaneConfig.Auth;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent is understood because its signature is right, and not because nobody looks. */
class WrongKeyTest {
    private static final Signing RIGHT =
            new AgentSigning(ControlNode.ACCESS_KEY, ControlNode.SECRET);
    private static final Signing WRONG = new AgentSigning(ControlNode.ACCESS_KEY, "another");

    @Test
    void nothingIsTakenFromAnAgentWithAWrongKey(@TempDir Path directory) throws IOException {
        try (ControlNode node = ControlNode.alone(directory, Auth.SIGV4);
                var stranger = new RecordedAgent(node, "demo", WRONG);
                RecordedAgent agent = RecordedAgent.registered(node, "demo", RIGHT)) {
            assertThat(stranger.register().body()).contains("InvalidSignatureException");
            RawHttp.Answer refusal = RawHttp.send(node.url, stranger.signedUpgrade(), "");
            assertThat(refusal.status()).isEqualTo(403);
            assertThat(refusal.body()).contains("\"type\":\"AccessDeniedException\"");
            assertThat(RawHttp.send(node.url, agent.signedUpgrade(), "").status()).isEqualTo(101);

            RecordedAgent.Telemetry telemetry = agent.telemetry();
            String frame = agent.recording.frame("PublishMetricsRequest");
            telemetry.publish(frame);
            new RecordedAgent.Telemetry(telemetry.uri(), WRONG, telemetry.socket()).send(frame);
            assertThat(telemetry.socket().closed()).isNotNegative();
        }
    }
}
