package io.gantry.control.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.raft.Membership.Progress;
import io.gantry.control.raft.RaftConfig.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {
    private static final Limits SMALL =
            new Limits(50_000, 64 << 20, 1_000, 1 << 19, 100, 20, 1 << 16);

    @TempDir Path directory;

    @Test
    void aSurvivorOfThreeBeginsANewGroupThatOthersJoin() throws Exception {
        try (var nodes = Nodes.founded(directory, 3, 4, Limits.USUAL)) {
            for (int i = 0; i < 20; i++) {
                MembershipTest.write(nodes.node(1 + i % 3), "c" + i);
            }
            nodes.node(1).catchUp().get(5, TimeUnit.SECONDS);
            String lost = nodes.node(1).membership().groupId();
            nodes.crashAll();

            Path aside = recover(nodes, 1, 20);
            assertThat(aside).isDirectoryContaining(path -> path.endsWith(lost));
            RaftNode survivor = nodes.start(1);
            nodes.leader();
            MembershipTest.write(survivor, "after");
            survivor.catchUp().get(5, TimeUnit.SECONDS);
            assertThat(survivor.state().clusters().size()).isEqualTo(21);
            String group = survivor.membership().groupId();
            assertThat(group).isNotEqualTo(lost);

            // The others of the old group are a group of their own, which does not mix.
            nodes.start(2);
            nodes.start(3);
            Awaiting.until("they lead themselves", () -> !nodes.node(2).role().leader().isEmpty());
            assertThat(nodes.node(2).role().leader()).isNotEqualTo("n1");
            assertThat(survivor.role().leading()).isTrue();
            nodes.crash(2);
            nodes.crash(3);

            RaftNode newcomer = nodes.join(4, group);
            survivor.membership().add(nodes.peer(4));
            Awaiting.until(
                    "added",
                    () -> {
                        var change = survivor.membership().view().change();
                        return change != null && change.progress() == Progress.DONE;
                    });
            newcomer.catchUp().get(5, TimeUnit.SECONDS);
            assertThat(newcomer.state().clusters().size()).isEqualTo(21);
        }
    }

    @Test
    void aSnapshotAndTheLogBehindItAreRecovered() throws Exception {
        try (var nodes = Nodes.founded(directory, 1, 1, SMALL)) {
            RaftNode node = nodes.node(nodes.leader());
            for (int i = 0; i < 250; i++) {
                MembershipTest.write(node, "c" + i);
            }
            Awaiting.until("snapshot taken", () -> node.stats().snapshotIndex() > 100);
            nodes.crashAll();
            recover(nodes, 1, 250);
            nodes.start(1);
            nodes.leader();
            assertThat(nodes.node(1).state().clusters().size()).isEqualTo(250);
            MembershipTest.write(nodes.node(1), "after");
            nodes.crashAll();
            nodes.start(1);
            nodes.leader();
            nodes.node(1).catchUp().get(5, TimeUnit.SECONDS);
            assertThat(nodes.node(1).state().clusters().size()).isEqualTo(251);
        }
    }

    @Test
    void aRecoveryCutOffBetweenItsLastStepsIsEndedByTheNextStart() throws Exception {
        try (var nodes = Nodes.founded(directory, 1, 1, Limits.USUAL)) {
            MembershipTest.write(nodes.node(nodes.leader()), "a");
            nodes.crashAll();
            recover(nodes, 1, 1);
            var files = new GroupFiles(nodes.directory(1));
            Files.move(files.raft(), files.recovered());
            nodes.start(1);
            nodes.leader();
            assertThat(nodes.node(1).state().clusters().size()).isEqualTo(1);
        }
    }

    @Test
    void aRunningNodeAnEmptyDirectoryAndADamagedLogAreRefused() throws Exception {
        try (var nodes = Nodes.founded(directory, 1, 2, Limits.USUAL)) {
            MembershipTest.write(nodes.node(nodes.leader()), "a");
            assertThatThrownBy(() -> Recovery.open(nodes.directory(1)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use by another node");
            assertThatThrownBy(() -> Recovery.open(nodes.directory(2)))
                    .hasMessageContaining("there is no directory");
            Files.createDirectories(nodes.directory(2));
            assertThatThrownBy(() -> Recovery.open(nodes.directory(2)))
                    .hasMessageContaining("there is no log");
        }
    }

    private static Path recover(Nodes nodes, int number, int clusters) throws IOException {
        try (Recovery recovery = Recovery.open(nodes.directory(number))) {
            Recovery.Findings findings = recovery.findings();
            assertThat(findings.clusters()).isEqualTo(clusters);
            assertThat(findings.members()).contains("n" + number);
            assertThat(findings.lastIndex()).isGreaterThanOrEqualTo(clusters);
            return recovery.found(nodes.peer(number));
        }
    }
}
