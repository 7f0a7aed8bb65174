package io.gantry.control.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.transition.Transitions;
import io.gantry.control.raft.RaftConfig.Limits;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupTest {
    @TempDir Path directory;
    private Path file = Path.of("");
    private ClusterState state = ClusterState.EMPTY;

    @BeforeEach
    void save() throws IOException {
        file = directory.resolve("saved");
        var random = new RandomCommands(4);
        for (int i = 0; i < 1_000; i++) {
            Command command = random.next(state);
            if (!(command instanceof Command.RaiseLevel)) {
                state = Transitions.apply(state, command, 1_000_000L + i * 100L).state();
            }
        }
        write(new SnapshotImage(7, 4_711, state));
    }

    private void write(SnapshotImage image) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            image.writeTo(out, 5_000_000);
        }
    }

    @Test
    void aFileTellsWhatIsInIt() throws IOException {
        Backup.Summary summary = Backup.inspect(file);
        assertThat(summary.format()).isEqualTo(SnapshotFile.FORMAT);
        assertThat(summary.release()).isEqualTo(Release.OWN.name()).matches("\\d+\\.\\d+\\..*");
        assertThat(summary.level()).isEqualTo(state.level());
        assertThat(summary.region()).isEqualTo("us-east-1");
        assertThat(summary.account()).isEqualTo("000000000000");
        assertThat(summary.index()).isEqualTo(4_711);
        assertThat(summary.savedAtMillis()).isEqualTo(5_000_000);
        assertThat(summary.logMillis()).isEqualTo(state.nowMillis());
        assertThat(summary.count("tasks")).isEqualTo(state.tasks().size()).isPositive();
        assertThat(summary.count("workers")).isEqualTo(state.workers().size()).isPositive();
        assertThat(summary.count("nonsense")).isZero();
        assertThat(summary.bytes()).isEqualTo(Files.size(file));
    }

    @Test
    void nothingIsChangedIfTheFileIsNotSound() throws IOException {
        byte[] good = Files.readAllBytes(file);
        byte[] damaged = good.clone();
        damaged[good.length / 2] ^= 1;
        byte[] newer = good.clone();
        newer[11] = 99;
        refused(damaged, "checksum is wrong");
        refused(Arrays.copyOf(good, good.length - 1), "cut short");
        refused(Arrays.copyOf(good, 5), "cut short");
        refused(new byte[0], "cut short");
        refused(newer, "format 99, written by a newer release");
        assertThatThrownBy(() -> Backup.restore(directory.resolve("none"), List.of(directory("n"))))
                .hasMessageContaining("there is no such file");
    }

    private void refused(byte[] content, String why) throws IOException {
        Files.write(file, content);
        Path target = directory("n");
        assertThatThrownBy(() -> Backup.restore(file, List.of(target)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(why);
        assertThat(target).doesNotExist();
    }

    @Test
    void aStateThatIsMoreThanThisReleaseKnowsIsRefused() throws IOException {
        var raise = new Command.RaiseLevel(Release.LEVEL + 1);
        write(new SnapshotImage(1, 1, Transitions.apply(state, raise, 0).state()));
        assertThatThrownBy(() -> Backup.restore(file, List.of(directory("n"))))
                .hasMessageContaining("feature level " + (Release.LEVEL + 1))
                .hasMessageContaining("does not know");
        assertThat(directory("n")).doesNotExist();
    }

    @Test
    void nothingIsRestoredOverData() throws Exception {
        Path fresh = directory("fresh");
        Path used = directory("used");
        Files.createDirectories(used.resolve("raft").resolve("something"));
        assertThatThrownBy(() -> Backup.restore(file, List.of(fresh, used)))
                .hasMessageContaining(used + " holds the data of a node");
        assertThat(fresh).doesNotExist();
        Backup.restore(file, List.of(fresh));
        assertThatThrownBy(() -> Backup.restore(file, List.of(fresh)))
                .hasMessageContaining("is there already");
        try (Stream<Path> planted = Files.list(fresh)) {
            assertThat(planted)
                    .singleElement()
                    .satisfies(
                            seed ->
                                    assertThat(Files.getPosixFilePermissions(seed))
                                            .isEqualTo(
                                                    PosixFilePermissions.fromString("rw-------")));
        }
    }

    @Test
    void mostNodesBeginWithTheFileAndTheOthersAreSentIt() throws Exception {
        try (var nodes = new Nodes(directory, 3, Limits.USUAL)) {
            Backup.restore(file, List.of(nodes.directory(1), nodes.directory(2)));
            nodes.startAll();
            int leader = nodes.leader();
            assertThat(leader).as("it has what was restored").isNotEqualTo(3);
            for (RaftNode node : nodes.running()) {
                node.catchUp().get(10, TimeUnit.SECONDS);
                assertThat(node.state().tasks().size()).isEqualTo(state.tasks().size());
                assertThat(node.state().realm()).isEqualTo(state.realm());
            }
            nodes.node(3).submit(RandomCommands.createCluster("after")).get(10, TimeUnit.SECONDS);
            for (RaftNode node : nodes.running()) {
                node.catchUp().get(10, TimeUnit.SECONDS);
                assertThat(node.state().restored()).isFalse();
                assertThat(Tables.of(node.state())).isEqualTo(Tables.of(nodes.node(1).state()));
            }
            assertThat(nodes.node(1).state().sequence()).isGreaterThan(1L << 32);

            nodes.crashAll();
            nodes.startAll();
            nodes.leader();
            nodes.node(3).catchUp().get(10, TimeUnit.SECONDS);
            assertThat(nodes.node(3).state().clusters().get("after")).isNotNull();
        }
    }

    @Test
    void whatWasAcknowledgedBeforeIsInASnapshotOfAnyNode() throws Exception {
        try (var nodes = Nodes.started(directory, 3, Limits.USUAL)) {
            nodes.leader();
            nodes.node(1).submit(RandomCommands.found()).get(10, TimeUnit.SECONDS);
            for (int number : nodes.numbers()) {
                String name = "c" + number;
                RaftNode writer = nodes.node(1 + number % 3);
                writer.submit(RandomCommands.createCluster(name)).get(10, TimeUnit.SECONDS);
                RaftNode node = nodes.node(number);
                node.catchUp().get(10, TimeUnit.SECONDS);
                write(node.snapshot());
                assertThat(SnapshotFile.read(file).state().clusters().get(name)).isNotNull();
            }
        }
    }

    private Path directory(String name) {
        return directory.resolve(name);
    }
}
