package io.gantry.worker.journal;

import io.gantry.common.disk.DirectoryCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of lines that only grows, each with its checksum before it. What was appended is on the
 * disk when the call returns, whatever number of lines it was.
 */
final class RecordLog implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RecordLog.class);
    private static final int CHECKSUM_DIGITS = 8;

    private final Path file;
    private FileChannel channel;
    private long length;

    private RecordLog(Path file, FileChannel channel, long length) {
        this.file = file;
        this.channel = channel;
        this.length = length;
    }

    /** What a log held when it was opened. */
    record Opened(RecordLog log, List<String> lines) {
        Opened {
            lines = List.copyOf(lines);
        }
    }

    /**
     * Opens {@code file} or begins it. A line that was being written when the power went is cut
     * off; lines that were damaged since are left out, and the whole file is kept aside for those
     * who want to look.
     */
    static Opened open(Path file) throws IOException {
        byte[] content = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        var lines = new ArrayList<String>();
        int complete = 0;
        int damaged = 0;
        for (int at = 0; at < content.length; at++) {
            if (content[at] == '\n') {
                String line = new String(content, complete, at - complete, StandardCharsets.UTF_8);
                complete = at + 1;
                if (isSound(line)) {
                    lines.add(line.substring(CHECKSUM_DIGITS + 1));
                } else {
                    damaged++;
                }
            }
        }
        if (damaged > 0) {
            Path aside = file.resolveSibling(file.getFileName() + ".damaged");
            Files.copy(file, aside, StandardCopyOption.REPLACE_EXISTING);
            log.atError()
                    .addKeyValue("records", damaged)
                    .addKeyValue("copy", aside)
                    .log("damaged records are left out; containers without a record are removed");
        }
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.truncate(complete);
        DirectoryCheck.syncParent(file);
        return new Opened(new RecordLog(file, channel, complete), lines);
    }

    long length() {
        return length;
    }

    /** Leaves the file as it was if it fails. */
    void append(List<byte[]> lines) throws IOException {
        byte[] bytes = encoded(lines);
        try {
            write(channel, bytes, length);
            channel.force(false);
        } catch (IOException failure) {
            undo(failure);
            throw failure;
        }
        length += bytes.length;
    }

    private void undo(IOException failure) {
        try {
            channel.truncate(length);
        } catch (IOException also) {
            failure.addSuppressed(also);
        }
    }

    /** Puts {@code lines} in the place of everything. */
    void replace(List<byte[]> lines) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        byte[] bytes = encoded(lines);
        FileChannel next =
                FileChannel.open(
                        fresh,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
        try {
            write(next, bytes, 0);
            next.force(true);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            next.close();
            throw failure;
        }
        channel.close();
        channel = next;
        length = bytes.length;
        DirectoryCheck.syncParent(file);
    }

    private static void write(FileChannel to, byte[] bytes, long position) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            to.write(buffer, position + buffer.position());
        }
    }

    private static byte[] encoded(List<byte[]> lines) {
        int size = 0;
        for (byte[] line : lines) {
            size += CHECKSUM_DIGITS + 1 + line.length + 1;
        }
        ByteBuffer all = ByteBuffer.allocate(size);
        for (byte[] line : lines) {
            all.put(checksum(line).getBytes(StandardCharsets.US_ASCII));
            all.put((byte) ' ').put(line).put((byte) '\n');
        }
        return all.array();
    }

    private static boolean isSound(String line) {
        return line.length() > CHECKSUM_DIGITS
                && line.startsWith(
                        checksum(
                                line.substring(CHECKSUM_DIGITS + 1)
                                        .getBytes(StandardCharsets.UTF_8)));
    }

    private static String checksum(byte[] text) {
        CRC32C checksum = new CRC32C();
        checksum.update(text);
        return HexFormat.of().toHexDigits((int) checksum.getValue());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
