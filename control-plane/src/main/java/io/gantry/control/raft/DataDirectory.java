package io.gantry.control.raft;

import io.gantry.common.disk.DirectoryCheck;
import io.gantry.common.disk.DirectoryLock;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The directory of one node, locked for as long as the node runs. Only its owner may look inside.
 */
final class DataDirectory implements AutoCloseable {
    private final Path directory;
    private final DirectoryLock lock;

    private DataDirectory(Path directory, DirectoryLock lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Makes the directory if need be, finds out whether it can be trusted, and locks it.
     *
     * @param neededBytes of free space, 0 for who only reads
     * @throws io.gantry.common.disk.DiskException that says what is wrong and what to do
     */
    static DataDirectory open(Path directory, long neededBytes) throws IOException {
        DirectoryCheck.check(directory, neededBytes, "min-free-space");
        return new DataDirectory(directory, DirectoryLock.take(directory, "node"));
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
