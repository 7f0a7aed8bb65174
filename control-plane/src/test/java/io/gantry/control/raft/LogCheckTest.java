package io.gantry.control.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.disk.DiskException;
import io.gantry.control.raft.RaftConfig.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files are those of a node that has run. */
class LogCheckTest {
    private static final int SECTOR_BYTES = 512;
    private static final Limits SMALL =
            new Limits(50_000, 64 << 20, 1_000, 1 << 19, 100, 20, 1 << 12);
    private static final Limits SMALL_FILES =
            new Limits(50_000, 64 << 20, 1_000, 1 << 19, 20_000, 5_000, 1 << 12);
    private static final Limits ONE_FILE =
            new Limits(50_000, 64 << 20, 1_000, 1 << 19, 20_000, 5_000, 1 << 20);

    @TempDir Path directory;

    @Test
    void whereverACrashCutsTheLastFileOnlyWhatWasBeingWrittenIsLost() throws Exception {
        Path group = written(ONE_FILE, 12);
        Path open = open(group);
        byte[] whole = Files.readAllBytes(open);
        List<Integer> ends = ends(open);
        assertThat(ends.size()).isGreaterThan(12);
        for (int cut = 0; cut < whole.length; cut++) {
            Files.write(open, Arrays.copyOf(whole, cut));
            LogCheck.check(group);
            assertThat(ends(open)).isEqualTo(before(ends, cut));
        }
    }

    @Test
    void aCrashThatLeavesSectorsUnwrittenLosesOnlyWhatWasBeingWritten() throws Exception {
        Path group = written(ONE_FILE, 60);
        Path open = open(group);
        byte[] whole = Arrays.copyOf(Files.readAllBytes(open), 1 << 16);
        List<Integer> ends = ends(open);
        int last = ends.getLast();
        for (int first = SECTOR_BYTES; first < last; first += SECTOR_BYTES) {
            for (int sectors : new int[] {1, 1 << 10}) {
                byte[] torn = whole.clone();
                int end = Math.min(torn.length, first + sectors * SECTOR_BYTES);
                Arrays.fill(torn, first, end, (byte) 0);
                Files.write(open, torn);
                LogCheck.check(group);
                assertThat(ends(open)).isEqualTo(before(ends, first));
            }
        }
    }

    @Test
    void aByteThatHasChangedInTheLastFileIsFoundWhereverItIs() throws Exception {
        Path group = written(ONE_FILE, 12);
        Path open = open(group);
        byte[] closed = Files.readAllBytes(open);
        byte[] padded = Arrays.copyOf(closed, closed.length + 2 * SECTOR_BYTES);
        for (int at = 0; at < closed.length; at++) {
            assertFound(group, open, closed, at, at % Byte.SIZE);
            assertFound(group, open, padded, at, (at + 3) % Byte.SIZE);
        }
    }

    private static void assertFound(Path group, Path open, byte[] whole, int at, int bit)
            throws IOException {
        byte[] flipped = whole.clone();
        flipped[at] ^= (byte) (1 << bit);
        Files.write(open, flipped);
        assertThatThrownBy(() -> LogCheck.check(group))
                .as("byte %d bit %d", at, bit)
                .isInstanceOf(DiskException.class)
                .hasMessageContaining(open.toString());
    }

    @Test
    void damageInAClosedFileIsFoundAndNamed() throws Exception {
        Path group = written(SMALL_FILES, 90);
        Path closed = segments(group).getFirst();
        assertThat(closed.getFileName().toString()).startsWith("log_0-");
        byte[] whole = Files.readAllBytes(closed);
        for (int at = 0; at < whole.length; at += 7) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 0x10;
            Files.write(closed, flipped);
            assertDamaged(group, closed);
            Files.write(closed, Arrays.copyOf(whole, at));
            assertDamaged(group, closed);
        }
        Files.delete(closed);
        assertThatThrownBy(() -> LogCheck.check(group))
                .hasMessageContaining("the log begins with entry");
        Files.write(closed, whole);
        LogCheck.check(group);
    }

    @Test
    void aFileThatIsMissingInTheMiddleIsFound() throws Exception {
        Path group = written(SMALL_FILES, 200);
        List<Path> segments = segments(group);
        assertThat(segments.size()).isGreaterThan(2);
        Files.delete(segments.get(1));
        assertDamaged(group, segments.get(2));
    }

    @Test
    void aVoteThatIsLostOrOlderThanTheLogIsFound() throws Exception {
        Path group = written(ONE_FILE, 5);
        Path vote = group.resolve("current/raft-meta");
        String sound = Files.readString(vote);
        for (String bad :
                List.of(
                        "",
                        "term=1\n",
                        "votedFor=n1\n",
                        "term=x\nvotedFor=\n",
                        "\\uzzzz",
                        "\0\0",
                        sound.replaceAll("term=\\d+", "term=0"))) {
            Files.writeString(vote, bad);
            assertDamaged(group, vote);
        }
        Files.write(vote, new byte[] {-1, -1});
        assertDamaged(group, vote);
        Files.delete(vote);
        assertDamaged(group, vote);
        Files.writeString(vote, sound);
        LogCheck.check(group);
    }

    @Test
    void membersAreReadFromTheLogIfTheirFileIsEmpty() throws Exception {
        Path group = written(ONE_FILE, 5);
        Path file = group.resolve("current/raft-meta.conf");
        Files.write(file, new byte[0]);
        LogCheck.check(group);
        assertThat(Files.size(file)).isPositive();
        try (var nodes = new Nodes(directory, 1, ONE_FILE)) {
            RaftNode node = nodes.start(1);
            nodes.leader();
            assertThat(node.membership().peers()).hasSize(1);
        }
    }

    @Test
    void aDamagedSnapshotIsLaidAsideIfTheLogHoldsAllThatItDid() throws Exception {
        var patient = new Limits(50_000, 64 << 20, 1_000, 1 << 19, 100, 20_000, 1 << 14);
        Path group = written(patient, 120);
        Path snapshot = snapshot(group);
        flip(snapshot);
        LogCheck.check(group);
        assertThat(snapshot).doesNotExist();
        try (var nodes = new Nodes(directory, 1, patient)) {
            RaftNode node = nodes.start(1);
            nodes.leader();
            assertThat(node.state().clusters().size()).isEqualTo(120);
        }
    }

    @Test
    void aDamagedSnapshotWhoseLogIsGoneIsNamed() throws Exception {
        Path group = written(SMALL, 900);
        assertThat(segments(group).getFirst().getFileName().toString()).doesNotContain("_0");
        for (Path snapshot : snapshots(group)) {
            flip(snapshot);
        }
        assertDamaged(group, snapshots(group).getLast());
    }

    @Test
    void aNodeWhoseLogWasCutInACrashStartsAndOneWithADamagedLogSaysSo() throws Exception {
        Path group = written(ONE_FILE, 60);
        Path open = open(group);
        byte[] whole = Arrays.copyOf(Files.readAllBytes(open), 1 << 16);
        byte[] torn = whole.clone();
        Arrays.fill(torn, 4 * SECTOR_BYTES, torn.length, (byte) 0);
        Files.write(open, torn);
        try (var nodes = new Nodes(directory, 1, ONE_FILE)) {
            RaftNode node = nodes.start(1);
            nodes.leader();
            assertThat(node.state().clusters().size()).isBetween(5, 59);
        }
        flip(segments(group).getFirst());
        try (var nodes = new Nodes(directory, 1, ONE_FILE)) {
            assertThatThrownBy(() -> nodes.start(1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is damaged")
                    .hasMessageContaining("gantry members replace");
        }
    }

    @Test
    void nothingAtAllIsAllRight() {
        assertThatCode(() -> LogCheck.check(directory.resolve("none"))).doesNotThrowAnyException();
    }

    private Path written(Limits limits, int clusters) throws Exception {
        try (var nodes = Nodes.started(directory, 1, limits.withFreeBytes(0))) {
            RaftNode node = nodes.node(nodes.leader());
            for (int i = 0; i < clusters; i++) {
                MembershipTest.write(node, "c" + i);
            }
            int due = clusters / limits.snapshotEntries();
            Awaiting.until(
                    "snapshots",
                    () -> node.stats().snapshotIndex() >= due * limits.snapshotEntries() - 1);
            if (due > 1) {
                Awaiting.until("log purged", () -> isPurged(nodes));
            }
        }
        return group(new Nodes(directory, 1, limits).directory(1));
    }

    private static boolean isPurged(Nodes nodes) {
        try {
            return !segments(group(nodes.directory(1))).getFirst().toString().contains("_0");
        } catch (IOException changing) {
            return false;
        }
    }

    static Path group(Path node) {
        return node.resolve("raft").resolve(Group.FOUNDED.getUuid().toString());
    }

    private static void assertDamaged(Path group, Path file) {
        assertThatThrownBy(() -> LogCheck.check(group))
                .isInstanceOf(DiskException.class)
                .hasMessageContaining(file + " is damaged")
                .hasMessageContaining("gantry members replace");
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    private static List<Integer> before(List<Integer> ends, int cut) {
        return ends.stream().filter(end -> end <= cut).toList();
    }

    /** Where each entry ends. */
    private static List<Integer> ends(Path segment) throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        var ends = new ArrayList<Integer>();
        long at = "RaftLog1".length();
        while (at < bytes.length) {
            SegmentEntry entry = SegmentEntry.at(bytes, (int) at);
            if (entry.entry() == null) {
                break;
            }
            at = entry.end();
            ends.add((int) at);
        }
        return ends;
    }

    private static Path open(Path group) throws IOException {
        return segments(group).getLast();
    }

    private static List<Path> segments(Path group) throws IOException {
        try (Stream<Path> files = Files.list(group.resolve("current"))) {
            return files.map(SegmentFile::of)
                    .flatMap(Stream::ofNullable)
                    .sorted(Comparator.comparingLong(SegmentFile::start))
                    .map(SegmentFile::path)
                    .toList();
        }
    }

    private static Path snapshot(Path group) throws IOException {
        return snapshots(group).getLast();
    }

    private static List<Path> snapshots(Path group) throws IOException {
        try (Stream<Path> files = Files.list(group.resolve("sm"))) {
            return files.filter(
                            file -> file.getFileName().toString().matches("snapshot\\.\\d+_\\d+"))
                    .sorted(
                            Comparator.comparingLong(
                                    file -> Long.parseLong(file.toString().replaceAll(".*_", ""))))
                    .toList();
        }
    }
}
