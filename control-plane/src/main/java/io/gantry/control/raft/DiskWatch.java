package io.gantry.control.raft;

import io.gantry.common.disk.DirectoryCheck;
import io.gantry.common.disk.DiskException;
import io.gantry.common.disk.DiskTrouble;
import io.gantry.common.time.Timers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches how much room is left on the disk, so that a node stops before it is full: Ratis may
 * leave empty files in the place of sound ones then. A leader hands over while there is still room.
 * Runs on the loop.
 */
final class DiskWatch {
    private static final Logger log = LoggerFactory.getLogger(DiskWatch.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final int STOP_SHARE = 4;
    private static final long MIB = 1 << 20;

    private final Path directory;
    private final long enough;
    private final Timers loop;
    private final Runnable handOver;
    private final Runnable checkVote;
    private final Consumer<Throwable> failed;
    private volatile long freeBytes;
    private volatile boolean closed;
    private boolean low;

    /**
     * A watch that does not look yet.
     *
     * @param enough free bytes; below it leadership is handed over, and below a quarter of it this
     *     node stops
     * @param handOver is called once whenever free space falls below {@code enough}; must not block
     * @param checkVote finds out whether Ratis could write to the disk
     * @param failed is told when this node must stop
     */
    DiskWatch(
            Path directory,
            long enough,
            Timers loop,
            Runnable handOver,
            Runnable checkVote,
            Consumer<Throwable> failed) {
        this.directory = directory;
        this.enough = enough;
        this.loop = loop;
        this.handOver = handOver;
        this.checkVote = checkVote;
        this.failed = failed;
    }

    void start() {
        loop.run(this::look);
    }

    void close() {
        closed = true;
    }

    /** What was free at the last look. */
    long freeBytes() {
        return freeBytes;
    }

    private void look() {
        if (closed) {
            return;
        }
        try {
            judge(DirectoryCheck.freeBytes(directory));
        } catch (IOException unreadable) {
            failed.accept(new DiskException(DiskTrouble.OTHER.sentence(directory), unreadable));
            return;
        }
        checkVote.run();
        loop.after(BETWEEN_LOOKS, this::look);
    }

    private void judge(long free) {
        freeBytes = free;
        if (free < enough / STOP_SHARE) {
            failed.accept(
                    new DiskException(
                            "%s has %d MiB left, too few to go on; this node starts again once there are %d MiB (setting min-free-space)"
                                    .formatted(directory, free / MIB, enough / MIB)));
        } else if (free < enough && !low) {
            low = true;
            log.atWarn()
                    .addKeyValue("directory", directory)
                    .addKeyValue("freeBytes", free)
                    .addKeyValue("stopsBelow", enough / STOP_SHARE)
                    .log("the disk is almost full; this node hands leadership over if it leads");
            handOver.run();
        } else if (free >= enough && low) {
            low = false;
            log.atInfo().addKeyValue("freeBytes", free).log("the disk has room again");
        }
    }
}
