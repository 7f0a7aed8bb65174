package io.gantry.control.raft;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The directory of one node, locked for as long as the node runs. Only its owner may look inside.
 */
final class DataDirectory implements AutoCloseable {
    private final Path directory;
    private final FileChannel lock;

    private DataDirectory(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Makes the directory if need be, and locks it.
     *
     * @throws IOException if it cannot be written or another node uses it
     */
    @SuppressWarnings("StreamResourceLeak") // The lock lives as long as the channel.
    static DataDirectory open(Path directory) throws IOException {
        FileChannel channel;
        try {
            var ownerOnly = PosixFilePermissions.fromString("rwx------");
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(ownerOnly));
            channel =
                    FileChannel.open(
                            directory.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
        } catch (IOException unwritable) {
            throw new IOException("cannot write to data directory " + directory, unwritable);
        }
        if (lock(channel) == null) {
            channel.close();
            throw new IOException("data directory " + directory + " is in use by another node");
        }
        return new DataDirectory(directory, channel);
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            return null;
        }
    }

    /** What the node begins with if it is new. */
    Seed seed() {
        return new Seed(directory);
    }

    Path raft() {
        return directory.resolve("raft");
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
