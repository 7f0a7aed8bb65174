package io.gantry.control.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.check.Check;
import io.gantry.control.log.LogUnavailable;
import io.gantry.control.raft.Membership.Change;
import io.gantry.control.raft.Membership.Node;
import io.gantry.control.raft.Membership.Progress;
import io.gantry.control.raft.RaftConfig.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MembershipTest {
    private static final Limits SMALL =
            new Limits(50_000, 64 << 20, 1_000, 1 << 19, 100, 20, 1 << 16);

    @TempDir Path directory;

    @Test
    void aNewNodeIsAddedUnderLoadAndServesAlsoAfterARestart() throws Exception {
        try (var nodes = Nodes.founded(directory, 3, 4, Limits.USUAL)) {
            nodes.leader();
            var load = load(nodes);
            load.await(50);
            RaftNode newcomer = nodes.start(4);
            assertThatThrownBy(() -> newcomer.catchUp().get(10, TimeUnit.SECONDS))
                    .hasMessageContaining("has not been added");
            leader(nodes).add(nodes.peer(4));
            assertThat(ended(nodes).progress()).isEqualTo(Progress.DONE);
            load.await(50);
            load.stop();
            assertMembers(nodes, "n1", "n2", "n3", "n4");
            assertKept(nodes, load);

            nodes.crashAll();
            for (int number = 1; number <= 4; number++) {
                nodes.start(number);
            }
            nodes.leader();
            write(nodes.node(4), "after");
            assertMembers(nodes, "n1", "n2", "n3", "n4");
            assertSame(nodes.running());
        }
    }

    @Test
    void aNewNodeIsSentTheStateWhenTheLogIsGone() throws Exception {
        try (var nodes = Nodes.founded(directory, 1, 2, SMALL)) {
            RaftNode first = nodes.node(nodes.leader());
            for (int i = 0; i < 400; i++) {
                write(first, "c" + i);
            }
            Awaiting.until("snapshot taken", () -> first.stats().snapshotIndex() > 100);
            RaftNode newcomer = nodes.start(2);
            leader(nodes).add(nodes.peer(2));
            assertThat(ended(nodes).text()).isEmpty();
            Awaiting.until("state restored", () -> newcomer.state().clusters().size() == 400);
            assertThat(newcomer.stats().entriesApplied()).isLessThan(400);
            assertMembers(nodes, "n1", "n2");

            nodes.crash(2);
            RaftNode again = nodes.start(2);
            again.catchUp().get(5, TimeUnit.SECONDS);
            assertThat(again.state().clusters().size()).isEqualTo(400);
        }
    }

    @Test
    void aNodeThatIsRemovedUnderLoadNoticesItAndCannotStartAgain() throws Exception {
        try (var nodes = Nodes.founded(directory, 3, 3, Limits.USUAL)) {
            int gone = nodes.follower();
            var load = load(nodes);
            load.await(50);
            assertThat(leader(nodes).remove("n" + gone)).isNull();
            assertThat(ended(nodes).progress()).isEqualTo(Progress.DONE);
            assertThat(nodes.node(gone).removed().get(10, TimeUnit.SECONDS))
                    .contains("n" + gone + " was removed");
            nodes.crash(gone);
            load.await(50);
            load.stop();
            assertKept(nodes, load);
            assertThat(nodes.running()).hasSize(2);
            assertThatThrownBy(() -> nodes.start(gone))
                    .isInstanceOf(RemovedException.class)
                    .hasMessageContaining("was removed from the control plane");
        }
    }

    @Test
    void aNodeThatWasDownWhenItWasRemovedFindsOutWithoutDisturbingTheOthers() throws Exception {
        try (var nodes = Nodes.founded(directory, 3, 3, Limits.USUAL)) {
            int gone = nodes.follower();
            // It must know that it is a member before it goes.
            Awaiting.until(
                    "membership noted", () -> new GroupFiles(nodes.directory(gone)).isMember());
            nodes.crash(gone);
            leader(nodes).remove("n" + gone);
            assertThat(ended(nodes).progress()).isEqualTo(Progress.DONE);
            long term = nodes.node(nodes.leader()).stats().term();

            RaftNode back = nodes.start(gone);
            assertThat(back.removed().get(10, TimeUnit.SECONDS)).contains("was removed");
            assertThat(back.failure()).isNotDone();
            nodes.crash(gone);
            assertThat(nodes.node(nodes.leader()).stats().term()).isEqualTo(term);
        }
    }

    @Test
    void aLeaderHandsOverBeforeItIsRemoved() throws Exception {
        try (var nodes = Nodes.founded(directory, 3, 3, Limits.USUAL)) {
            int first = nodes.leader();
            var load = load(nodes);
            load.await(20);
            String successor = nodes.node(first).membership().remove("n" + first);
            assertThat(successor).isNotNull().isNotEqualTo("n" + first);
            int next = nodes.leader();
            assertThat("n" + next).isEqualTo(successor);
            assertThat(nodes.node(next).membership().remove("n" + first)).isNull();
            assertThat(ended(nodes).progress()).isEqualTo(Progress.DONE);
            nodes.node(first).removed().get(10, TimeUnit.SECONDS);
            nodes.crash(first);
            load.await(20);
            load.stop();
            assertKept(nodes, load);
        }
    }

    @Test
    void aDeadNodeIsReplacedUnderLoad() throws Exception {
        try (var nodes = Nodes.founded(directory, 3, 4, Limits.USUAL)) {
            int dead = nodes.follower();
            var load = load(nodes);
            load.await(20);
            nodes.crash(dead);
            nodes.start(4);
            assertThat(leader(nodes).replace("n" + dead, nodes.peer(4))).isNull();
            assertThat(ended(nodes).progress()).isEqualTo(Progress.DONE);
            load.await(20);
            load.stop();
            assertKept(nodes, load);
            assertThat(leader(nodes).view().nodes())
                    .allMatch(Node::up)
                    .extracting(node -> node.peer().id())
                    .contains("n4")
                    .doesNotContain("n" + dead);
            // Another may fail now.
            nodes.crash(nodes.leader());
            nodes.leader();
            write(nodes.node(4), "after");
        }
    }

    @Test
    void whatWouldLoseTheQuorumOrMakesNoSenseIsRefused() throws Exception {
        try (var nodes = Nodes.founded(directory, 3, 4, Limits.USUAL)) {
            Membership members = leader(nodes);
            int follower = nodes.follower();
            int other = 6 - follower - nodes.leader();
            assertRefused(() -> members.add(nodes.peer(1)), "n1 is a member already");
            var same = new RaftConfig.Peer("n4", "127.0.0.1", nodes.peer(1).port());
            assertRefused(() -> members.add(same), "n1 is at that address already");
            var odd = new RaftConfig.Peer("n 4", "127.0.0.1", nodes.peer(4).port());
            assertRefused(() -> members.add(odd), "is no id");
            assertRefused(() -> members.remove("n9"), "there is no node n9");
            nodes.crash(follower);
            assertRefused(() -> members.remove("n" + other), "no majority");
            assertThatThrownBy(() -> nodes.node(other).membership().remove("n" + follower))
                    .isInstanceOf(LogUnavailable.class)
                    .hasMessageContaining("n" + nodes.leader() + " leads");
        }
    }

    @Test
    void theLastNodeCannotBeRemoved() throws Exception {
        try (var nodes = Nodes.founded(directory, 1, 1, Limits.USUAL)) {
            assertRefused(() -> leader(nodes).remove("n1"), "n1 is the last node");
        }
    }

    @Test
    void aChangeCutOffByTheEndOfALeaderLeavesNothingBehind() throws Exception {
        try (var nodes = Nodes.founded(directory, 3, 5, Limits.USUAL)) {
            int first = nodes.leader();
            // Nobody is there, so it is not decided yet when the leader ends.
            nodes.node(first).membership().add(nodes.peer(5));
            nodes.start(4);
            assertRefused(
                    () -> nodes.node(first).membership().add(nodes.peer(4)),
                    "another change is under way: add n5");
            nodes.crash(first);
            nodes.leader();
            nodes.start(first);
            leader(nodes).add(nodes.peer(4));
            assertThat(ended(nodes).progress()).isEqualTo(Progress.DONE);
            assertMembers(nodes, "n1", "n2", "n3", "n4");
        }
    }

    @Test
    void aGroupGrowsFromOneAndMovesToOtherMachines() throws Exception {
        try (var nodes = Nodes.founded(directory, 1, 5, Limits.USUAL)) {
            write(nodes.node(nodes.leader()), "first");
            for (int number = 2; number <= 5; number++) {
                nodes.start(number);
                leader(nodes).add(nodes.peer(number));
                assertThat(ended(nodes).text()).isEmpty();
            }
            for (int number = 1; number <= 2; number++) {
                Membership members = leader(nodes);
                if (members.remove("n" + number) != null) {
                    leader(nodes).remove("n" + number);
                }
                assertThat(ended(nodes).text()).isEmpty();
                nodes.node(number).removed().get(10, TimeUnit.SECONDS);
                nodes.crash(number);
            }
            write(nodes.node(nodes.leader()), "second");
            assertMembers(nodes, "n3", "n4", "n5");
            assertSame(nodes.running());
            assertThat(nodes.node(5).state().clusters().size()).isEqualTo(2);
        }
    }

    @Test
    void theListTellsWhoIsDownAndWhoLeads() throws Exception {
        try (var nodes = Nodes.founded(directory, 3, 3, Limits.USUAL)) {
            int down = nodes.follower();
            int leader = nodes.leader();
            nodes.crash(down);
            int asked = 6 - down - leader;
            Awaiting.until(
                    "the list is right",
                    () -> {
                        Membership.View view = nodes.node(asked).membership().view();
                        return view.leader().equals("n" + leader)
                                && view.nodes().stream()
                                        .allMatch(
                                                node ->
                                                        node.up()
                                                                != node.peer()
                                                                        .id()
                                                                        .equals("n" + down))
                                && view.nodes().stream()
                                        .filter(Node::up)
                                        .allMatch(node -> node.behind() <= 1);
                    });
        }
    }

    private static Load load(Nodes nodes) throws Exception {
        RaftNode leader = nodes.node(nodes.leader());
        leader.submit(RandomCommands.found()).get(5, TimeUnit.SECONDS);
        return new Load(nodes, 3);
    }

    private static Membership leader(Nodes nodes) {
        return nodes.node(nodes.leader()).membership();
    }

    /** The end of the change that the leader has begun. */
    private static Change ended(Nodes nodes) {
        Awaiting.until(
                "the change is over",
                Duration.ofSeconds(30),
                () -> {
                    Change change = leader(nodes).view().change();
                    return change != null && change.progress() != Progress.RUNNING;
                });
        Change change = leader(nodes).view().change();
        return Check.present(change, "the change");
    }

    private static void assertRefused(Runnable change, String text) {
        assertThatThrownBy(change::run)
                .isInstanceOf(MembershipRefused.class)
                .hasMessageContaining(text);
    }

    private static void assertMembers(Nodes nodes, String... ids) {
        Awaiting.until(
                "all know the members",
                () ->
                        nodes.running().stream()
                                .allMatch(
                                        node ->
                                                node.membership().peers().stream()
                                                        .map(RaftConfig.Peer::id)
                                                        .toList()
                                                        .equals(List.of(ids))));
    }

    static void write(RaftNode node, String name) throws Exception {
        node.submit(RandomCommands.createCluster(name)).get(10, TimeUnit.SECONDS);
    }

    /** What was acknowledged is there on all nodes, once. */
    private static void assertKept(Nodes nodes, Load load) throws Exception {
        assertSame(nodes.running());
        var families = nodes.node(nodes.leader()).state().families();
        assertThat(load.acknowledged)
                .allSatisfy(name -> assertThat(families.get(name)).isNotNull());
        families.forEach((name, family) -> assertThat(family.lastRevision()).isEqualTo(1));
    }

    private static void assertSame(Collection<RaftNode> nodes) throws Exception {
        for (RaftNode node : nodes) {
            node.catchUp().get(5, TimeUnit.SECONDS);
        }
        RaftNode first = nodes.iterator().next();
        for (RaftNode node : nodes) {
            assertThat(Tables.of(node.state())).isEqualTo(Tables.of(first.state()));
        }
    }
}
