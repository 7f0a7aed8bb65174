package io.gantry.common.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a directory for one process. The system ends the lock with the process, however that ends,
 * so a file that is left behind locks nothing.
 */
public final class DirectoryLock implements AutoCloseable {
    private static final String NAME = "lock";
    private static final int LONGEST_PID = 20;

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes a directory.
     *
     * @param what uses such directories, for the message: "node"
     * @throws DiskException that names the process which has it already
     * @throws IOException if the directory cannot be written
     */
    @SuppressWarnings("StreamResourceLeak") // The lock lives as long as the channel.
    public static DirectoryLock take(Path directory, String what) throws IOException {
        Path file = directory.resolve(NAME);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (tryLock(channel) == null) {
                throw new DiskException(
                        "data directory %s is in use by another %s%s; stop that one, or set data-dir to another directory"
                                .formatted(directory, what, holder(file)));
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(
                            (ProcessHandle.current().pid() + "\n")
                                    .getBytes(StandardCharsets.US_ASCII)));
            return new DirectoryLock(channel);
        } catch (IOException refused) {
            channel.close();
            throw refused;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            return null;
        }
    }

    private static String holder(Path file) throws IOException {
        String pid = Files.readString(file, StandardCharsets.US_ASCII).strip();
        boolean told = pid.length() <= LONGEST_PID && pid.matches("\\d+");
        return told ? ", process " + pid : "";
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
