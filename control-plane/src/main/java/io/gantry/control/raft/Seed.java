package io.gantry.control.raft;

import io.gantry.control.raft.SnapshotFile.Loaded;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A saved snapshot in the directory of a node that has not run yet: what its installation begins
 * with. The node takes it for its own at its first start, in a term before all others, so that
 * equal seeds make equal beginnings on all nodes.
 *
 * @param directory of the node
 */
record Seed(Path directory) {
    private static final Logger log = LoggerFactory.getLogger(Seed.class);
    private static final String NAME = "restore.snapshot";
    private static final long FIRST_TERM = 1;

    private Path file() {
        return directory.resolve(NAME);
    }

    boolean isPlanted() {
        return Files.exists(file());
    }

    /**
     * Complains if the directory has data of a node, or a seed already.
     *
     * @throws IOException that says what is there
     */
    void checkEmpty() throws IOException {
        if (isPlanted()) {
            throw new IOException(
                    "%s is there already: a snapshot waits for the node's first start"
                            .formatted(file()));
        }
        for (String name : List.of("raft", "raft.recovered")) {
            checkEmpty(directory.resolve(name));
        }
    }

    private void checkEmpty(Path raft) throws IOException {
        if (Files.exists(raft)) {
            try (Stream<Path> entries = Files.list(raft)) {
                if (entries.findAny().isPresent()) {
                    throw new IOException(
                            "%s holds the data of a node; a snapshot is restored into an empty directory only"
                                    .formatted(directory));
                }
            }
        }
    }

    /** Complains if a node that is sent the state of another group has a seed. */
    void checkFounds(RaftConfig config) throws IOException {
        if (config.joins() != null && isPlanted()) {
            throw new IOException(
                    "%s is for a node of a new group, but this one is to join another; remove the file or the setting join"
                            .formatted(file()));
        }
    }

    /** Copies a file that was found to be sound; it is there as a whole or not at all. */
    void plant(Path snapshot) throws IOException {
        checkEmpty();
        var ownerOnly = PosixFilePermissions.fromString("rwx------");
        Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(ownerOnly));
        Path copy = directory.resolve(NAME + ".new");
        Files.deleteIfExists(copy);
        Files.createFile(
                copy,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            try (OutputStream out = Files.newOutputStream(copy)) {
                Files.copy(snapshot, out);
            }
            force(copy, StandardOpenOption.WRITE);
            Files.move(copy, file(), StandardCopyOption.ATOMIC_MOVE);
            force(directory, StandardOpenOption.READ);
        } catch (IOException failed) {
            Files.deleteIfExists(copy);
            throw failed;
        }
    }

    private static void force(Path path, StandardOpenOption option) throws IOException {
        try (FileChannel channel = FileChannel.open(path, option)) {
            channel.force(true);
        }
    }

    /** Makes the seed, if there is one, the first snapshot of a new node. */
    void sow(SnapshotStore snapshots, RaftStorage storage) throws IOException {
        if (!isPlanted()) {
            return;
        }
        Loaded seed = SnapshotFile.read(file());
        long index = Math.max(0, seed.index());
        SingleFileSnapshotInfo present = snapshots.reload();
        if (present == null) {
            checkNoLog(storage);
            snapshots.save(
                    TermIndex.valueOf(FIRST_TERM, index),
                    seed.state().asRestored(),
                    Deliveries.NONE);
            log.atInfo()
                    .addKeyValue("index", index)
                    .addKeyValue("tasks", seed.state().tasks().size())
                    .log("this node begins with a restored snapshot");
        } else if (present.getTerm() != FIRST_TERM || present.getIndex() != index) {
            throw new IOException(
                    "%s is beside the data of a node that has run already; remove it"
                            .formatted(file()));
        }
        // If it was there, this node crashed between these two steps.
        Files.delete(file());
        force(directory, StandardOpenOption.READ);
    }

    private void checkNoLog(RaftStorage storage) throws IOException {
        Path current = storage.getStorageDir().getCurrentDir().toPath();
        try (Stream<Path> files = Files.list(current)) {
            if (files.anyMatch(each -> each.getFileName().toString().startsWith("log_"))) {
                throw new IOException(
                        "%s is beside the log of a node that has run already; remove it"
                                .formatted(file()));
            }
        } catch (UncheckedIOException unreadable) {
            throw unreadable.getCause();
        }
    }
}
