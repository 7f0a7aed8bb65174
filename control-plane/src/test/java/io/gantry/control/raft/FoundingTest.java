package io.gantry.control.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.disk.DiskException;
import io.gantry.control.raft.RaftConfig.Limits;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoundingTest {
    @TempDir Path directory;

    @Test
    void aNodeWhoseDirectoryWasEmptiedIsRefusedAndCannotVoteAwayWhatItAcknowledged()
            throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            int behind = nodes.follower();
            MembershipTest.write(nodes.node(behind), "before");
            nodes.crash(behind);
            int leader = nodes.leader();
            MembershipTest.write(nodes.node(leader), "acknowledged");
            int emptied = nodes.follower();
            nodes.crashAll();
            GroupFiles.delete(nodes.directory(emptied));

            // The two are a majority, and neither has what was acknowledged.
            nodes.start(behind);
            RaftNode forgetful = nodes.start(emptied);
            assertThat(forgetful.failure().get(10, TimeUnit.SECONDS))
                    .isInstanceOf(DiskException.class)
                    .hasMessageContaining("the data directory of n" + emptied + " is empty")
                    .hasMessageContaining("gantry members replace n" + emptied);
            assertThat(nodes.node(behind).role().leading()).isFalse();

            nodes.crash(emptied);
            nodes.start(leader);
            RaftNode serving = nodes.node(nodes.leader());
            serving.catchUp().get(5, TimeUnit.SECONDS);
            assertThat(serving.state().clusters().get("acknowledged")).isNotNull();
        }
    }

    @Test
    void twoEmptiedNodesDoNotFoundAGroupWithoutTheThird() throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            MembershipTest.write(nodes.node(nodes.leader()), "acknowledged");
            nodes.crashAll();
            GroupFiles.delete(nodes.directory(1));
            GroupFiles.delete(nodes.directory(2));
            nodes.start(1);
            nodes.start(2);
            Awaiting.until(
                    "each has heard the other",
                    () -> nodes.node(1).isFounding() && nodes.node(2).isFounding());
            nodes.start(3);
            for (int number = 1; number <= 2; number++) {
                assertThat(nodes.node(number).failure().get(10, TimeUnit.SECONDS))
                        .hasMessageContaining("is empty, but n3 belongs to a control plane");
            }
        }
    }

    @Test
    void nodesThatStartOneAfterTheOtherFoundOnceAllAreThere() throws Exception {
        try (var nodes = new Nodes(directory, 3, Limits.USUAL)) {
            nodes.start(1);
            nodes.start(2);
            // Beginning anew while the others are waited for changes nothing.
            nodes.crash(1);
            nodes.start(1);
            assertThat(nodes.node(2).role().leader()).isEmpty();
            nodes.start(3);
            nodes.leader();
            MembershipTest.write(nodes.node(1), "founded");
            nodes.crashAll();
            nodes.start(2);
            nodes.start(3);
            nodes.leader();
            MembershipTest.write(nodes.node(2), "after");
        }
    }

    @Test
    void aMemberWhoseLogWasRemovedIsRefused() throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            int emptied = nodes.follower();
            MembershipTest.write(nodes.node(emptied), "before");
            nodes.crash(emptied);
            Path raft = nodes.directory(emptied).resolve("raft");
            GroupFiles.delete(raft);
            assertThatThrownBy(() -> nodes.start(emptied))
                    .hasMessageContaining(raft + " is damaged: it is empty")
                    .hasMessageContaining("gantry members replace");
        }
    }
}
