package io.gantry.control.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.core.state.ClusterState;
import io.gantry.control.log.LogUnavailable;
import io.gantry.control.raft.RaftConfig.Limits;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandoverTest {
    @TempDir private Path directory;

    /** The leader, once there is an installation to write to. */
    private static int founded(Nodes nodes) throws Exception {
        int leader = nodes.leader();
        nodes.node(leader).submit(RandomCommands.found()).get(10, TimeUnit.SECONDS);
        return leader;
    }

    private static void assertNothingFailed(Load load, List<RaftNode> nodes) throws Exception {
        load.stop();
        assertThat(load.unknown).as("writes that were not acknowledged").hasValue(0);
        RaftNode node = nodes.getFirst();
        node.catchUp().get(5, TimeUnit.SECONDS);
        ClusterState state = node.state();
        assertThat(state.families().size()).isEqualTo(load.acknowledged.size());
        state.families().forEach((_, family) -> assertThat(family.lastRevision()).isEqualTo(1));
    }

    @Test
    void noWriteFailsWhileLeadershipGoesRound() throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            founded(nodes);
            var load = new Load(nodes, 6);
            for (int round = 0; round < 6; round++) {
                load.await(50);
                int leader = nodes.leader();
                String next = "n" + (1 + leader % 3);
                assertThat(nodes.node(leader).handover().transfer(next)).isEqualTo(next);
                Awaiting.until(next + " leads", () -> nodes.node(1 + leader % 3).role().leading());
            }
            load.await(50);
            assertNothingFailed(load, nodes.running());
        }
    }

    @Test
    void noReadFailsWhileLeadershipMoves() throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            int leader = founded(nodes);
            var load = new Load(nodes, 3);
            load.await(20);
            nodes.node(leader).handover().transfer(null);
            for (int round = 0; round < 20; round++) {
                for (RaftNode node : nodes.running()) {
                    node.catchUp().get(5, TimeUnit.SECONDS);
                }
            }
            assertNothingFailed(load, nodes.running());
        }
    }

    @Test
    void noWriteThroughTheOthersFailsWhenALeaderIsStopped() throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            int leader = founded(nodes);
            List<RaftNode> others =
                    IntStream.rangeClosed(1, 3)
                            .filter(number -> number != leader)
                            .mapToObj(nodes::node)
                            .toList();
            var load = new Load(() -> others, 4);
            load.await(50);
            nodes.node(leader).close();
            assertThat(others).anyMatch(node -> !node.role().leader().equals("n" + leader));
            load.await(50);
            assertNothingFailed(load, others);
        }
    }

    @Test
    void aNodeThatIsDownIsNotChosen() throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            int leader = nodes.leader();
            int down = nodes.follower();
            int up = 6 - leader - down;
            nodes.crash(down);
            assertThatThrownBy(() -> nodes.node(leader).handover().transfer("n" + down))
                    .isInstanceOf(MembershipRefused.class)
                    .hasMessageContaining("n" + down + " did not take over");
            assertThat(nodes.node(leader).handover().transfer(null)).isEqualTo("n" + up);
        }
    }

    @Test
    void whoCannotLeadIsRefusedWithTheReason() throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            int number = nodes.leader();
            Handover leader = nodes.node(number).handover();
            assertThatThrownBy(() -> leader.transfer("n9"))
                    .isInstanceOf(MembershipRefused.class)
                    .hasMessage("n9 is no member; those are n1,n2,n3");
            assertThatThrownBy(() -> leader.transfer("n" + number))
                    .isInstanceOf(MembershipRefused.class)
                    .hasMessage("n%d leads already", number);
            int follower = nodes.follower();
            Awaiting.until(
                    "the follower knows", () -> !nodes.node(follower).role().leader().isEmpty());
            assertThatThrownBy(() -> nodes.node(follower).handover().transfer("n9"))
                    .isInstanceOf(MembershipRefused.class)
                    .hasMessage("n%d leads, not n%d", number, follower);
        }
    }

    @Test
    void aNodeAloneLeadsOn() throws Exception {
        try (var nodes = Nodes.started(directory, 1, Limits.USUAL)) {
            nodes.leader();
            assertThatThrownBy(() -> nodes.node(1).handover().transfer(null))
                    .isInstanceOf(MembershipRefused.class)
                    .hasMessage("none of the other nodes took over; n1 leads on");
        }
    }

    @Test
    void withoutAMajorityNobodyTakesOver() throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            int leader = nodes.leader();
            RaftNode left = nodes.node(leader);
            nodes.numbers().stream().filter(number -> number != leader).forEach(nodes::crash);
            Awaiting.until("nobody leads", () -> !left.role().leading());
            assertThatThrownBy(() -> left.handover().transfer(null))
                    .isInstanceOf(LogUnavailable.class)
                    .hasMessageContaining("no quorum (no node leads)");
        }
    }
}
