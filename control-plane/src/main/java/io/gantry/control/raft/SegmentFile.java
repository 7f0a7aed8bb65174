package io.gantry.control.raft;

import io.gantry.common.disk.DiskException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.jspecify.annotations.Nullable;

/**
 * A file of Ratis' log: a header and entries. Zeros follow in the one that is written to, since its
 * space is taken in advance.
 *
 * @param end index of the last entry; null of the file that is written to
 */
record SegmentFile(Path path, long start, @Nullable Long end) {
    private static final Pattern CLOSED = Pattern.compile("log_(\\d+)-(\\d+)");
    private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d+)");
    private static final byte[] HEADER = "RaftLog1".getBytes(StandardCharsets.US_ASCII);

    /** A file of that name; null if it is none of the log's. */
    static @Nullable SegmentFile of(Path path) {
        String name = String.valueOf(path.getFileName());
        Matcher closed = CLOSED.matcher(name);
        if (closed.matches()) {
            return new SegmentFile(
                    path, Long.parseLong(closed.group(1)), Long.parseLong(closed.group(2)));
        }
        Matcher open = OPEN.matcher(name);
        return open.matches() ? new SegmentFile(path, Long.parseLong(open.group(1)), null) : null;
    }

    /**
     * What was read.
     *
     * @param next index behind the last sound entry
     * @param length of what is sound
     * @param torn whether more follows, which was being written when the power went
     */
    record Contents(long next, int length, boolean torn) {}

    /**
     * Reads the file from one end to the other.
     *
     * @param entries is shown each entry that is sound
     * @throws DiskException that says what is wrong with the file; a torn end is no fault of the
     *     file that is written to
     */
    Contents read(Consumer<LogEntryProto> entries) throws IOException {
        byte[] bytes = Files.readAllBytes(path);
        var tail = new TornTail(bytes);
        int headed = Math.min(HEADER.length, tail.dataEnd());
        if (!Arrays.equals(bytes, 0, headed, HEADER, 0, headed)) {
            throw damaged(0, "it does not begin like a log");
        }
        if (headed < HEADER.length) {
            if (end == null) {
                return new Contents(start, 0, headed > 0);
            }
            throw damaged(0, "it is empty");
        }
        long next = start;
        int at = HEADER.length;
        while (at < tail.dataEnd()) {
            SegmentEntry read = SegmentEntry.at(bytes, at);
            LogEntryProto entry = read.entry();
            if (entry == null) {
                if (end == null && tail.isTorn(at, read.end())) {
                    return new Contents(next, at, true);
                }
                throw damaged(at, "entry %d cannot be read".formatted(next));
            }
            if (entry.getIndex() != next) {
                throw damaged(
                        at, "entry %d is in the place of %d".formatted(entry.getIndex(), next));
            }
            entries.accept(entry);
            next++;
            at = (int) read.end();
        }
        if (end != null && next != end + 1) {
            throw damaged(at, "it ends with entry %d instead of %d".formatted(next - 1, end));
        }
        return new Contents(next, at, false);
    }

    /** Cuts off everything behind what is sound, down to the disk. */
    void cut(int length) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(length);
            channel.force(true);
        }
    }

    private DiskException damaged(int at, String what) {
        return LogCheck.damaged(path, "%s, at byte %d".formatted(what, at));
    }
}
