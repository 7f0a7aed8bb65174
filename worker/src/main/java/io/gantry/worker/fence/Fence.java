package io.gantry.worker.fence;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lease of this worker, and what ends when it is over. The lease counts from the moment at
 * which the last heartbeat was sent that has been answered; how long it lasts depends on the task.
 * It is in a file, so that the guard sees it, and the next worker after a restart. One thread at a
 * time.
 */
public final class Fence {
    private static final Logger log = LoggerFactory.getLogger(Fence.class);

    /** Longer than any lease. */
    private static final long NEVER_MILLIS = Long.MAX_VALUE / 2;

    private static final String RENEWED = "renewed";

    private final Path directory;
    private final BootTime time;
    private final Guard guard;
    private final Set<String> covered = new TreeSet<>();

    /** In hundredths of a second since the machine began to run; 0 for not since then. */
    private long renewedCentis;

    /**
     * Keeps its files in {@code directory}, where a worker before may have left some.
     *
     * @param guard that looks into the same directory
     */
    public Fence(Path directory, BootTime time, Guard guard) {
        this.directory = directory;
        this.time = time;
        this.guard = guard;
        try {
            Files.createDirectories(tasks());
            restore();
            try (Stream<Path> files = Files.list(tasks())) {
                files.forEach(file -> covered.add(file.getFileName().toString()));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The file that tells when the lease was renewed, beneath the directory of a fence. */
    public static Path renewed(Path directory) {
        return directory.resolve(RENEWED);
    }

    private Path tasks() {
        return directory.resolve("tasks");
    }

    /** Of an earlier run of the machine nothing holds any more, and nothing runs. */
    private void restore() throws IOException {
        Path boot = directory.resolve("boot");
        boolean same =
                Files.exists(boot)
                        && Files.exists(renewed(directory))
                        && Files.readString(boot).strip().equals(time.boot());
        if (same) {
            String text = Files.readString(renewed(directory)).strip();
            renewedCentis = text.matches("[0-9]{1,15}") ? Long.parseLong(text) : 0;
            return;
        }
        try (Stream<Path> files = Files.list(tasks())) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.deleteIfExists(directory.resolve("guard"));
        write(0);
        Files.writeString(boot, time.boot() + "\n");
    }

    /** The moment from which a lease counts whose heartbeat is sent now. */
    public long stamp() {
        return time.centis();
    }

    /**
     * A heartbeat was answered.
     *
     * @param stamp when it was sent; an older one changes nothing
     */
    public void renew(long stamp) {
        if (stamp <= renewedCentis) {
            return;
        }
        try {
            write(stamp);
        } catch (IOException failure) {
            // What the guard does not see does not hold.
            log.atError().setCause(failure).log("the lease could not be renewed");
        }
    }

    /** In place and always as long, so that a full disk does not keep it from being renewed. */
    private void write(long stamp) throws IOException {
        byte[] text = "%-15d%n".formatted(stamp).getBytes(StandardCharsets.US_ASCII);
        try (FileChannel file =
                FileChannel.open(
                        renewed(directory), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(text), 0);
        }
        renewedCentis = stamp;
    }

    /** How long ago the heartbeat was sent that renewed the lease. */
    public long ageMillis() {
        return renewedCentis == 0 ? NEVER_MILLIS : (time.centis() - renewedCentis) * 10;
    }

    /**
     * From when this returns, a container ends once its lease is over, whatever becomes of the
     * worker. Call it before the container begins.
     *
     * @param name of the container, usable as that of a file
     * @param target what to end, in the guard's words
     */
    public void cover(String name, long leaseMillis, String target) throws IOException {
        Path fresh = directory.resolve("task.new");
        Files.writeString(fresh, leaseMillis / 10 + " " + target + "\n");
        Files.move(fresh, tasks().resolve(name), StandardCopyOption.ATOMIC_MOVE);
        covered.add(name);
        guard.ensure();
    }

    /** The container has ended. */
    public void uncover(String name) {
        if (covered.remove(name)) {
            try {
                Files.deleteIfExists(tasks().resolve(name));
            } catch (IOException failure) {
                log.atWarn().setCause(failure).addKeyValue("container", name).log("still guarded");
            }
        }
    }

    /** Forgets containers that nobody knows any more. */
    public void retain(Set<String> known) {
        List.copyOf(covered).stream().filter(name -> !known.contains(name)).forEach(this::uncover);
    }

    /** Starts the guard anew if it is needed and has ended. */
    public void watch() {
        if (covered.isEmpty()) {
            return;
        }
        try {
            guard.ensure();
        } catch (IOException failure) {
            log.atError().setCause(failure).log("there is no guard");
        }
    }
}
