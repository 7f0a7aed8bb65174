package io.gantry.control.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.raft.RaftConfig.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VoteTest {
    @TempDir Path directory;

    @Test
    void aNodeThatCannotWriteItsVoteDownDoesNotGiveIt() throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            int leader = nodes.leader();
            MembershipTest.write(nodes.node(leader), "before");
            for (int number : nodes.numbers()) {
                Files.createDirectory(inTheWay(nodes, number));
            }
            nodes.crash(leader);
            Awaiting.until(
                    "one gives up",
                    () -> nodes.running().stream().anyMatch(node -> node.failure().isDone()));
            assertThat(nodes.running()).noneMatch(node -> node.role().leading());

            nodes.crashAll();
            for (int number = 1; number <= 3; number++) {
                Files.delete(inTheWay(nodes, number));
            }
            nodes.startAll();
            RaftNode again = nodes.node(nodes.leader());
            assertThat(again.state().clusters().get("before")).isNotNull();
        }
    }

    @Test
    void aVoteThatIsEmptyAsAFullDiskLeavesItIsMendedWithALaterTerm() throws Exception {
        try (var nodes = Nodes.started(directory, 1, Limits.USUAL)) {
            RaftNode node = nodes.node(nodes.leader());
            MembershipTest.write(node, "before");
            long term = node.stats().term();
            Path current = LogCheckTest.group(nodes.directory(1)).resolve("current");
            Files.write(current.resolve("raft-meta"), new byte[0]);
            assertThat(node.failure().get(10, TimeUnit.SECONDS)).hasMessageContaining("is damaged");
            nodes.crash(1);
            assertThat(VoteFile.read(current)).isEqualTo(new VoteFile(term + 1, ""));
            RaftNode again = nodes.start(1);
            nodes.leader();
            assertThat(again.stats().term()).isGreaterThan(term + 1);
            assertThat(again.state().clusters().get("before")).isNotNull();
        }
    }

    /** Where Ratis would make the file with the vote anew. */
    private static Path inTheWay(Nodes nodes, int number) {
        return LogCheckTest.group(nodes.directory(number)).resolve("current/raft-meta.tmp");
    }
}
