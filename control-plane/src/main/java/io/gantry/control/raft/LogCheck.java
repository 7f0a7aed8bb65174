package io.gantry.control.raft;

import io.gantry.common.disk.DirectoryCheck;
import io.gantry.common.disk.DiskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through a node's log before Ratis reads it. What was being written when the power went is
 * cut off, as nobody was told that it is there. Anything else that is not as it was written may
 * have been acknowledged, and a node that has forgotten it must neither vote nor serve: another
 * that lacks it as well could be elected. Such a node is refused, for the others have what it lost.
 */
final class LogCheck {
    private static final Logger log = LoggerFactory.getLogger(LogCheck.class);
    private static final Pattern SNAPSHOT = Pattern.compile("snapshot\\.(\\d+)_(\\d+)");

    private final Path current;
    private final Path snapshots;
    private long snapshotIndex = -1;
    private long lastTerm;
    private @Nullable LogEntryProto members;

    private LogCheck(Path group) {
        this.current = group.resolve("current");
        this.snapshots = group.resolve("sm");
    }

    /**
     * Checks all that a node has of one group; nothing is all right, too.
     *
     * @param group the directory of that group
     * @throws DiskException that names the file which is damaged, and says what to do
     */
    static void check(Path group) throws IOException {
        new LogCheck(group).check();
    }

    static DiskException damaged(Path file, String what) {
        return new DiskException(
                ("%s is damaged: %s. Without what it held this node must not take part, but the others can do"
                                + " without it: move its data directory away and replace it (gantry members replace)")
                        .formatted(file, what));
    }

    private void check() throws IOException {
        if (!Files.isDirectory(current)) {
            return;
        }
        List<Path> files = list(current);
        if (files.stream().allMatch(file -> name(file).endsWith(".tmp"))) {
            return;
        }
        for (Path file : files) {
            if (!Files.isReadable(file) || !Files.isWritable(file)) {
                throw new DiskException(
                        "%s may not be read and written by this user; give the data directory to it (chown -R)"
                                .formatted(file));
            }
        }
        if (!Files.exists(VoteFile.in(current))) {
            throw damaged(VoteFile.in(current), "it is missing");
        }
        VoteFile vote = VoteFile.read(current);
        List<SegmentFile> segments =
                files.stream()
                        .map(SegmentFile::of)
                        .flatMap(Stream::ofNullable)
                        .sorted(Comparator.comparingLong(SegmentFile::start))
                        .toList();
        checkSnapshots(segments.isEmpty() ? Long.MAX_VALUE : segments.getFirst().start());
        checkSegments(segments);
        if (vote.term() < lastTerm) {
            throw damaged(
                    VoteFile.in(current),
                    "it speaks of term %d, but this node has taken part in term %d"
                            .formatted(vote.term(), lastTerm));
        }
        MembersFile.mend(current, members);
    }

    private void checkSegments(List<SegmentFile> segments) throws IOException {
        long next = -1;
        for (int i = 0; i < segments.size(); i++) {
            SegmentFile segment = segments.get(i);
            boolean last = i == segments.size() - 1;
            if ((next >= 0 && segment.start() != next) || (segment.end() == null && !last)) {
                throw damaged(
                        segment.path(),
                        "entries before it are missing, from %d on".formatted(next));
            }
            SegmentFile.Contents contents = segment.read(this::note);
            next = contents.next();
            if (contents.torn()) {
                segment.cut(contents.length());
                log.atWarn()
                        .addKeyValue("file", segment.path())
                        .addKeyValue("from", contents.length())
                        .log("an entry that was being written during a crash is dropped");
            }
        }
    }

    private void note(LogEntryProto entry) {
        lastTerm = Math.max(lastTerm, entry.getTerm());
        if (entry.hasConfigurationEntry()) {
            members = entry;
        }
    }

    /** The latest snapshot must be sound, or an earlier one from which the log goes on. */
    private void checkSnapshots(long firstEntry) throws IOException {
        var damaged = new ArrayList<Path>();
        for (Path file : latestFirst()) {
            if (isWhole(file)) {
                snapshotIndex = index(file);
                break;
            }
            damaged.add(file);
        }
        boolean reached =
                firstEntry == Long.MAX_VALUE ? damaged.isEmpty() : firstEntry <= snapshotIndex + 1;
        if (!reached) {
            throw damaged.isEmpty()
                    ? damaged(
                            current,
                            "the log begins with entry %d, and no snapshot holds those before"
                                    .formatted(firstEntry))
                    : damaged(
                            damaged.getFirst(),
                            "its checksum is wrong, and the log does not hold what it did");
        }
        for (Path file : damaged) {
            Files.move(
                    file,
                    file.resolveSibling(name(file) + ".damaged"),
                    StandardCopyOption.REPLACE_EXISTING);
            DirectoryCheck.sync(snapshots);
            log.atWarn()
                    .addKeyValue("file", file)
                    .log("a damaged snapshot is laid aside; the log holds all that it did");
        }
    }

    private static boolean isWhole(Path snapshot) throws IOException {
        try {
            SnapshotFile.verify(snapshot);
            return true;
        } catch (DiskException damaged) {
            return false;
        }
    }

    private List<Path> latestFirst() throws IOException {
        if (!Files.isDirectory(snapshots)) {
            return List.of();
        }
        return list(snapshots).stream()
                .filter(file -> SNAPSHOT.matcher(name(file)).matches())
                .sorted(Comparator.comparingLong(LogCheck::index).reversed())
                .toList();
    }

    private static long index(Path snapshot) {
        String name = name(snapshot);
        return Long.parseLong(name.substring(name.indexOf('_') + 1));
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
