package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gantry.launcher.Member.Kind;
import io.gantry.launcher.Sockets.Pair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class NetworkCutTest {
    private static final Member N1 = new Member("n1", Kind.CONTROL_PLANE, 9_640);
    private static final Member N2 = new Member("n2", Kind.CONTROL_PLANE, 9_650);
    private static final Member W1 = new Member("w1", Kind.WORKER, 9_670);

    @Test
    void eachSideLosesWhatTheOtherSends() {
        String rules = NetworkCut.rules("gantry_test", List.of(N1), List.of(N2, W1), false);
        assertThat(rules)
                .contains("meta skgid { 1700009640 } update @side")
                .contains("meta skgid { 1700009650, 1700009670 } update @others")
                .contains("tcp dport { 9650, 9651, 9652, 9670 } counter drop")
                .contains("tcp dport { 9640, 9641, 9642 } counter drop");
    }

    @Test
    void oneWayOnlyTheOthersLoseSomething() {
        assertThat(NetworkCut.rules("gantry_test", List.of(N1), List.of(N2), true))
                .contains("tcp dport { 9650, 9651, 9652 } counter drop")
                .doesNotContain("{ 9640, 9641, 9642 }");
    }

    @Test
    void thePacketFilterUnderstandsTheRules() {
        assumeTrue(Tool.isRoot() && Tool.exists("nft"), "needs root and nft");
        for (boolean oneWay : List.of(true, false)) {
            String rules = NetworkCut.rules("gantry_test", List.of(N1), List.of(N2, W1), oneWay);
            String known = NetworkCut.known("gantry_test", "side", List.of(new Pair(9_640, 4_711)));
            assertThatCode(() -> Tool.run(rules + known, List.of("nft", "-c", "-f", "-")))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void theConnectionsOfAProcessAreFound() throws IOException {
        ProcessId own = Objects.requireNonNull(ProcessId.of(ProcessHandle.current().pid()));
        try (var server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
                var client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket accepted = server.accept()) {
            assertThat(Sockets.of(own))
                    .contains(
                            new Pair(client.getLocalPort(), server.getLocalPort()),
                            new Pair(accepted.getLocalPort(), accepted.getPort()))
                    .noneMatch(pair -> pair.remote() == 0);
        }
    }

    @Test
    void connectionsOfOthersAreNot() {
        String line =
                "   1: 0100007F:21FC 0100007F:9C40 01 00000000:00000000 02:00000A3F 00000000     0"
                        + "        0 4242 2 0000000000000000 20 4 0 10 -1";
        assertThat(Sockets.pair(line, Set.of("4242"))).isEqualTo(new Pair(8_700, 40_000));
        assertThat(Sockets.pair(line, Set.of("4243"))).isNull();
    }
}
