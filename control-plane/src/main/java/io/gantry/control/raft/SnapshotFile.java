package io.gantry.control.raft;

import io.gantry.common.disk.DiskException;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Policy;
import io.gantry.control.core.state.Realm;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.type.TypeReference;

/**
 * A state in a file: a magic number and the format, a header, then table after table its name and
 * its rows in the order of their keys, the number of rows of each, and at last a CRC-32C of all
 * that and another magic number. Neither writing nor reading holds more than a row at a time.
 */
final class SnapshotFile {

    /** Raised with every table that is added: an older release must not drop its rows unnoticed. */
    static final int FORMAT = 1;

    private static final long HEAD = 0x47414e5452592d53L;
    private static final long TAIL = 0x532d5952544e4147L;
    private static final int HEAD_BYTES = Long.BYTES + Integer.BYTES;
    private static final int TAIL_BYTES = Integer.BYTES + Long.BYTES;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final String END = "end";

    private SnapshotFile() {}

    /**
     * What a snapshot says of itself.
     *
     * @param release that wrote it, null in the oldest ones
     * @param savedAtMillis when an operator saved it; 0 of those that a node takes for itself
     */
    record Header(
            long term,
            long index,
            long nowMillis,
            int level,
            long sequence,
            @Nullable Realm realm,
            List<Deliveries.Row> deliveries,
            @Nullable Policy policy,
            @Nullable String release,
            long savedAtMillis,
            boolean restored) {

        static Header of(long term, long index, ClusterState state, Deliveries deliveries) {
            return new Header(
                    term,
                    index,
                    state.nowMillis(),
                    state.level(),
                    state.sequence(),
                    state.realm(),
                    deliveries.rows(),
                    state.policy(),
                    Release.OWN.name(),
                    0,
                    state.restored());
        }

        Header savedAt(long millis) {
            return new Header(
                    term,
                    index,
                    nowMillis,
                    level,
                    sequence,
                    realm,
                    deliveries,
                    policy,
                    release,
                    millis,
                    restored);
        }
    }

    /** A file that was read from one end to the other, without its rows. */
    record Scanned(int format, Header header, Map<String, Integer> rows, long bytes) {}

    /** A state and the entry that made it. */
    record Loaded(long term, long index, ClusterState state, Deliveries deliveries) {}

    /**
     * Writes a new file, down to the disk.
     *
     * @return the file's MD5, which Ratis wants when it sends the file
     */
    static byte[] write(Path file, long term, long index, ClusterState state, Deliveries deliveries)
            throws IOException {
        MessageDigest md5 = newMd5();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var digested = new DigestOutputStream(Channels.newOutputStream(channel), md5);
            write(digested, Header.of(term, index, state, deliveries), state);
            channel.force(true);
        } catch (JacksonException failed) {
            throw new IOException("cannot write snapshot " + file, failed);
        }
        return md5.digest();
    }

    /** Writes what a file would hold, and flushes. */
    static void write(OutputStream to, Header header, ClusterState state) throws IOException {
        var crc = new CRC32C();
        var buffered = new BufferedOutputStream(to, BUFFER_BYTES);
        var out = new DataOutputStream(new CheckedOutputStream(buffered, crc));
        out.writeLong(HEAD);
        out.writeInt(FORMAT);
        writeContent(out, header, state);
        out.writeInt((int) crc.getValue());
        out.writeLong(TAIL);
        out.flush();
    }

    private static void writeContent(DataOutputStream out, Header header, ClusterState state) {
        var counts = new TreeMap<String, Integer>();
        // The generator must not close the stream: the trailer follows.
        try (JsonGenerator content = Records.CBOR.createGenerator(new Unclosed(out))) {
            content.writePOJO(header);
            SnapshotTables.forEach(
                    state,
                    (table, row) -> {
                        if (counts.merge(table, 1, Integer::sum) == 1) {
                            content.writeString(table);
                        }
                        content.writePOJO(row);
                    });
            content.writeString(END);
            content.writePOJO(counts);
        }
    }

    /**
     * Reads a whole file back.
     *
     * @throws IOException that says what is wrong with the file
     */
    static Loaded read(Path file) throws IOException {
        var tables = new SnapshotTables();
        Header header = scan(file, tables::add).header();
        return new Loaded(
                header.term(),
                header.index(),
                tables.state(header),
                Deliveries.of(header.deliveries()));
    }

    /**
     * Checks a whole file and decodes everything in it.
     *
     * @param rows is shown each row of each table
     * @throws IOException that says what is wrong with the file
     */
    static Scanned scan(Path file, Consumer<Object> rows) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            int format = verify(file, channel);
            channel.position(HEAD_BYTES);
            var content = new Limited(channel, channel.size() - HEAD_BYTES - TAIL_BYTES);
            try (JsonParser in = Records.CBOR.createParser(new BufferedInputStream(content))) {
                in.nextToken();
                Header header = in.readValueAs(Header.class);
                return new Scanned(format, header, readRows(in, rows), channel.size());
            }
        } catch (JacksonException | UndecodableException malformed) {
            throw new IOException("snapshot " + file + " cannot be read", malformed);
        }
    }

    private static Map<String, Integer> readRows(JsonParser in, Consumer<Object> rows) {
        var counts = new TreeMap<String, Integer>();
        String table = "";
        Class<?> type = null;
        for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
            if (token == JsonToken.VALUE_STRING) {
                table = in.getString();
                if (table.equals(END)) {
                    in.nextToken();
                    checkCounts(counts, in.readValueAs(new TypeReference<>() {}));
                    return counts;
                }
                type = SnapshotTables.rowsOf(table);
            } else if (type == null) {
                throw new UndecodableException("unknown table: " + table);
            } else {
                rows.accept(in.readValueAs(type));
                counts.merge(table, 1, Integer::sum);
            }
        }
        throw new UndecodableException("no end");
    }

    private static void checkCounts(Map<String, Integer> read, Map<String, Integer> written) {
        if (!read.equals(written)) {
            throw new UndecodableException("rows read: " + read + ", written: " + written);
        }
    }

    /**
     * Reads a whole file and compares its checksum.
     *
     * @throws DiskException if it is not what was written
     */
    static void verify(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            verify(file, channel);
        }
    }

    /** The format of a file that is whole. */
    private static int verify(Path file, FileChannel channel) throws IOException {
        long size = channel.size();
        var head = new DataInputStream(new Limited(channel, HEAD_BYTES));
        if (size < HEAD_BYTES || head.readLong() != HEAD) {
            throw new DiskException("not a snapshot, or one cut short: " + file);
        }
        int format = head.readInt();
        if (format > FORMAT) {
            throw new IOException(
                    "snapshot %s is of format %d, written by a newer release; this one reads up to %d"
                            .formatted(file, format, FORMAT));
        }
        channel.position(Math.max(HEAD_BYTES, size - TAIL_BYTES));
        var tail = new DataInputStream(new Limited(channel, TAIL_BYTES));
        if (size < HEAD_BYTES + TAIL_BYTES) {
            throw new DiskException("snapshot was cut short: " + file);
        }
        int expected = tail.readInt();
        if (tail.readLong() != TAIL) {
            throw new DiskException("snapshot was cut short: " + file);
        }
        channel.position(0);
        if (crcOf(channel, size - TAIL_BYTES) != expected) {
            throw new DiskException("snapshot is damaged, its checksum is wrong: " + file);
        }
        return format;
    }

    private static int crcOf(FileChannel channel, long length) throws IOException {
        var crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        for (long left = length; left > 0; left -= buffer.limit()) {
            buffer.clear().limit((int) Math.min(left, buffer.capacity()));
            do {
                if (channel.read(buffer) < 0) {
                    throw new EOFException("file became shorter while it was read");
                }
            } while (buffer.hasRemaining());
            crc.update(buffer.flip());
        }
        return (int) crc.getValue();
    }

    private static MessageDigest newMd5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Passes everything on but its own end. */
    private static final class Unclosed extends FilterOutputStream {
        Unclosed(DataOutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    /** The next bytes of a channel. */
    private static final class Limited extends InputStream {
        private final FileChannel channel;
        private long left;

        Limited(FileChannel channel, long length) {
            this.channel = channel;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            if (left <= 0) {
                return -1;
            }
            int wanted = (int) Math.min(length, left);
            int count = channel.read(ByteBuffer.wrap(bytes, from, wanted));
            left -= Math.max(count, 0);
            return count;
        }
    }
}
