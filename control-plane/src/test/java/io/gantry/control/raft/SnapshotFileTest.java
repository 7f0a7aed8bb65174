package io.gantry.control.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.transition.Outcome;
import io.gantry.control.core.transition.Transitions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotFileTest {
    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void statesComeBackAsTheyWere(long seed) throws IOException {
        ClusterState state = stateAfter(seed, 3_000);
        assertThat(state.tasks().size()).isPositive();
        assertThat(state.tasksByService().size()).isPositive();
        assertThat(state.tokens().size()).isPositive();
        assertThat(state.deadlines().size()).isPositive();

        Path file = directory.resolve("snapshot");
        SnapshotFile.write(file, 3, 77, state, Deliveries.NONE);
        SnapshotFile.Loaded loaded = SnapshotFile.read(file);

        assertThat(loaded.term()).isEqualTo(3);
        assertThat(loaded.index()).isEqualTo(77);
        assertThat(Tables.of(loaded.state())).isEqualTo(Tables.of(state));
        assertThat(loaded.state().realm()).isEqualTo(state.realm());
    }

    /** One has the commands as they were made, the other as the log and its snapshots give them. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void aReplicaThatBeganAnewNowAndThenAgreesWithOneThatDidNot(long seed) throws IOException {
        var random = new RandomCommands(seed);
        ClusterState steady = ClusterState.EMPTY;
        ClusterState restarted = ClusterState.EMPTY;
        boolean pinned = false;
        boolean gpus = false;
        for (int i = 1; i <= 12_000; i++) {
            Command command = random.next(steady);
            var batch = ByteBuffer.wrap(LogCodec.batch(List.of(LogCodec.encode(command))));
            Command read = LogCodec.decodeBatch(batch).getFirst();
            long now = 1_000_000L + i * 100L;
            Outcome one = Transitions.apply(steady, command, now);
            Outcome other = Transitions.apply(restarted, read, now);
            assertThat(other.reply()).isEqualTo(one.reply());
            steady = one.state();
            restarted = other.state();
            pinned |= steady.services().values().anyMatch(SnapshotFileTest::isPinned);
            gpus |= steady.tasks().values().anyMatch(task -> !task.gpus().isEmpty());
            if (i % 1_000 == 0) {
                Path file = directory.resolve("snapshot" + i);
                SnapshotFile.write(file, 1, i, restarted, Deliveries.NONE);
                restarted = SnapshotFile.read(file).state();
                assertThat(Tables.of(restarted)).isEqualTo(Tables.of(steady));
            }
        }
        assertThat(pinned).as("pinned images").isTrue();
        assertThat(gpus).as("tasks with GPUs").isTrue();
    }

    private static boolean isPinned(Service service) {
        return service.deployments().stream().anyMatch(each -> !each.imageDigests().isEmpty());
    }

    @Test
    void equalStatesMakeEqualFiles() throws IOException {
        ClusterState state = stateAfter(9, 500);
        Path one = directory.resolve("one");
        Path two = directory.resolve("two");
        SnapshotFile.write(one, 1, 1, state, Deliveries.NONE);
        SnapshotFile.write(two, 1, 1, SnapshotFile.read(one).state(), Deliveries.NONE);
        assertThat(two).hasSameBinaryContentAs(one);
    }

    @Test
    void anEmptyStateComesBack() throws IOException {
        Path file = directory.resolve("snapshot");
        SnapshotFile.write(file, 0, 0, ClusterState.EMPTY, Deliveries.NONE);
        assertThat(Tables.of(SnapshotFile.read(file).state()))
                .isEqualTo(Tables.of(ClusterState.EMPTY));
    }

    @Test
    void damageIsNoticedWhereverItIs() throws IOException {
        Path file = directory.resolve("snapshot");
        SnapshotFile.write(file, 1, 1, stateAfter(1, 300), Deliveries.NONE);
        byte[] good = Files.readAllBytes(file);
        for (int at = 12; at < good.length - 12; at += 97) {
            byte[] bad = good.clone();
            bad[at] ^= 0x10;
            Files.write(file, bad);
            assertThatThrownBy(() -> SnapshotFile.read(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("damaged");
        }
    }

    @Test
    void filesCutShortAreNoticed() throws IOException {
        Path file = directory.resolve("snapshot");
        SnapshotFile.write(file, 1, 1, stateAfter(1, 300), Deliveries.NONE);
        byte[] good = Files.readAllBytes(file);
        for (int length = 0; length < good.length; length += 211) {
            Files.write(file, Arrays.copyOf(good, length));
            assertThatThrownBy(() -> SnapshotFile.read(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cut short");
        }
    }

    @Test
    void newerFormatsAreRefusedByNumber() throws IOException {
        Path file = directory.resolve("snapshot");
        SnapshotFile.write(file, 1, 1, ClusterState.EMPTY, Deliveries.NONE);
        byte[] bytes = Files.readAllBytes(file);
        bytes[11] = 2;
        Files.write(file, bytes);
        assertThatThrownBy(() -> SnapshotFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("format 2, written by a newer release");
    }

    private static ClusterState stateAfter(long seed, int commands) {
        var random = new RandomCommands(seed);
        ClusterState state = ClusterState.EMPTY;
        for (int i = 0; i < commands; i++) {
            state = Transitions.apply(state, random.next(state), 1_000_000L + i * 100L).state();
        }
        return state;
    }
}
