package io.gantry.control.agent;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.gantry.control.ControlPlaneConfig.Auth;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Agents try again for an hour if they are told that it is the server's fault; else they end. */
class NoQuorumTest {
    private static final Logger RATIS = (Logger) LoggerFactory.getLogger("org.apache.ratis");

    /** It complains about each peer several times a second. */
    @BeforeAll
    static void quiet() {
        RATIS.setLevel(Level.OFF);
    }

    @AfterAll
    static void loud() {
        RATIS.setLevel(null);
    }

    @ParameterizedTest
    @EnumSource(Auth.class)
    void aNodeWithoutQuorumSaysThatItIsAtFault(Auth auth, @TempDir Path directory)
            throws IOException {
        try (ControlNode node = ControlNode.abandoned(directory, auth);
                var agent =
                        new RecordedAgent(
                                node,
                                "demo",
                                new AgentSigning(ControlNode.ACCESS_KEY, ControlNode.SECRET))) {
            HttpResponse<String> answer = agent.register();
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            assertThat(answer.body()).contains("ServerException\"");

            RawHttp.Answer refusal = RawHttp.send(node.url, agent.signedUpgrade(), "");
            assertThat(refusal.status()).isEqualTo(503);
            assertThat(refusal.body()).contains("\"type\":\"ServerException\"");
        }
    }
}
