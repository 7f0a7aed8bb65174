package io.gantry.common.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether a directory can be trusted with what must not be lost. A file is written to it,
 * forced to the disk and removed, since modes and mount options do not tell the whole truth.
 */
public final class DirectoryCheck {
    private static final Logger log = LoggerFactory.getLogger(DirectoryCheck.class);
    private static final String PROBE = "write-probe";
    private static final int PROBE_BYTES = 4096;
    private static final long MIB = 1 << 20;

    private DirectoryCheck() {}

    /**
     * Makes the directory if need be, for its owner alone, and complains if it is of no use.
     *
     * @param neededBytes of free space, for a process that is to start
     * @param setting by which an operator chooses {@code neededBytes}; empty if there is none
     * @throws DiskException that says what is wrong and what to do
     */
    public static void check(Path directory, long neededBytes, String setting)
            throws DiskException {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new DiskException(
                    "cannot write to data directory %s, as it is a file; remove it or set data-dir to a directory"
                            .formatted(directory));
        }
        try {
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } catch (IOException refused) {
            throw cannotWrite(directory, refused);
        }
        checkMode(directory);
        checkSpace(directory, neededBytes, setting);
        checkOwner(directory, probe(directory));
    }

    /** The user of this process, as its files show. */
    private static int probe(Path directory) throws DiskException {
        Path probe = directory.resolve(PROBE);
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            probe,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.allocate(PROBE_BYTES);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            int user = owner(probe);
            Files.delete(probe);
            sync(directory);
            return user;
        } catch (IOException refused) {
            forget(probe, refused);
            throw cannotWrite(directory, refused);
        }
    }

    private static void forget(Path probe, IOException refused) {
        try {
            Files.deleteIfExists(probe);
        } catch (IOException also) {
            refused.addSuppressed(also);
        }
    }

    /** Forces what a directory says about its files to the disk: a rename, or a new file. */
    public static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Forces what the directory of {@code file} says about it to the disk. */
    public static void syncParent(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            sync(parent);
        }
    }

    /** Forces all files of a directory to the disk, and what it says about them. */
    public static void syncAll(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.toList()) {
                sync(entry);
            }
        }
        sync(directory);
    }

    /**
     * Whoever may write here could put other files in place of the log and of the keys. Not
     * refused: empty volumes of container platforms, and small disks in memory, are made like that.
     */
    private static void checkMode(Path directory) throws DiskException {
        Set<PosixFilePermission> mode;
        try {
            mode = Files.getPosixFilePermissions(directory);
        } catch (IOException refused) {
            throw cannotWrite(directory, refused);
        }
        if (mode.contains(PosixFilePermission.OTHERS_WRITE)) {
            log.atWarn()
                    .addKeyValue("directory", directory)
                    .addKeyValue("mode", PosixFilePermissions.toString(mode))
                    .log(
                            "every user of this machine may write to the data directory; chmod o-w it");
        }
    }

    /**
     * Not refused: root may write anywhere, and others are let in by their group, as volumes of
     * container platforms do it. But what root leaves behind, the directory's own user cannot use.
     */
    private static void checkOwner(Path directory, int user) throws DiskException {
        try {
            int owner = owner(directory);
            if (owner != user) {
                log.atWarn()
                        .addKeyValue("directory", directory)
                        .addKeyValue("owner", owner)
                        .addKeyValue("user", user)
                        .log("the data directory belongs to another user than this process");
            }
        } catch (IOException unreadable) {
            throw cannotWrite(directory, unreadable);
        }
    }

    private static int owner(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    private static void checkSpace(Path directory, long neededBytes, String setting)
            throws DiskException {
        long free;
        try {
            free = freeBytes(directory);
        } catch (IOException unreadable) {
            throw cannotWrite(directory, unreadable);
        }
        if (free < neededBytes) {
            throw new DiskException(
                    "data directory %s has %d MiB left, fewer than the %d MiB that are needed to start%s; make room and start again"
                            .formatted(
                                    directory,
                                    free / MIB,
                                    neededBytes / MIB,
                                    setting.isEmpty() ? "" : " (setting " + setting + ")"));
        }
    }

    /** What this user may still write to the file system of {@code directory}. */
    public static long freeBytes(Path directory) throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    private static DiskException cannotWrite(Path directory, IOException refused) {
        DiskTrouble trouble = DiskTrouble.of(refused);
        return new DiskException(
                "cannot write to data directory %s: %s"
                        .formatted(
                                directory,
                                trouble == null || trouble == DiskTrouble.OTHER
                                        ? String.valueOf(refused)
                                        : trouble.sentence(directory)),
                refused);
    }
}
