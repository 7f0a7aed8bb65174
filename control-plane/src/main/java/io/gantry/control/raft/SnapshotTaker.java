package io.gantry.control.raft;

import io.gantry.common.time.Clock;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.raft.RaftConfig.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when a snapshot is due and writes it on a thread of its own. Ratis asks for one on the
 * thread that applies, after everything that it applies: one such call begins a snapshot, a later
 * one reports it.
 */
final class SnapshotTaker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SnapshotTaker.class);

    /** Lets some time pass after a failure, so that a full disk is not tried again at once. */
    private static final long RETRY_NANOS = Duration.ofSeconds(30).toNanos();

    private final SnapshotStore store;
    private final Limits limits;
    private final Clock clock;
    private final ExecutorService writer =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("raft-snapshot").factory());
    private volatile long finished = RaftLog.INVALID_LOG_INDEX;
    private volatile long retryNanos;
    private volatile boolean failing;
    private volatile boolean writing;
    private volatile SnapshotStats stats = SnapshotStats.NONE;
    private long reported = RaftLog.INVALID_LOG_INDEX;
    private long begunBytes;
    private long begunNanos;

    SnapshotTaker(SnapshotStore store, Limits limits, Clock clock) {
        this.store = store;
        this.limits = limits;
        this.clock = clock;
        this.begunNanos = clock.nanoTime();
    }

    /** Index of the latest snapshot that is on the disk, or -1. */
    long finished() {
        return finished;
    }

    SnapshotStats stats() {
        return stats;
    }

    /**
     * There is one already. Called while nothing is applied.
     *
     * @param bytes applied by this process so far
     */
    void restored(long index, Path file, long bytes) throws IOException {
        finished = Math.max(finished, index);
        reported = finished;
        begunBytes = bytes;
        begunNanos = clock.nanoTime();
        stats = stats.taken(index, Files.getLastModifiedTime(file).toMillis(), Files.size(file), 0);
    }

    /**
     * Begins a snapshot if one is due and none is being written.
     *
     * @param bytes of entries applied by this process so far
     * @return index of one that was finished since the last call, else -1
     */
    long take(TermIndex at, ClusterState state, Deliveries deliveries, long bytes) {
        if (finished > reported) {
            reported = finished;
            return reported;
        }
        if (!writing && isDue(at.getIndex(), bytes)) {
            writing = true;
            begunBytes = bytes;
            begunNanos = clock.nanoTime();
            writer.execute(() -> write(at, state, deliveries));
        }
        return RaftLog.INVALID_LOG_INDEX;
    }

    private boolean isDue(long index, long bytes) {
        long entries = index - finished;
        if (entries <= 0) {
            return false;
        }
        if (failing) {
            return clock.nanoTime() - retryNanos >= 0;
        }
        return entries >= limits.snapshotEntries()
                || bytes - begunBytes >= limits.snapshotBytes()
                || clock.nanoTime() - begunNanos >= limits.snapshotAge().toNanos();
    }

    private void write(TermIndex at, ClusterState state, Deliveries deliveries) {
        long began = clock.nanoTime();
        try {
            Path file = store.save(at, state, deliveries);
            long millis = Duration.ofNanos(clock.nanoTime() - began).toMillis();
            stats = stats.taken(at.getIndex(), clock.nowMillis(), Files.size(file), millis);
            failing = false;
            finished = Math.max(finished, at.getIndex());
        } catch (IOException | RuntimeException failed) {
            stats = stats.failed();
            retryNanos = clock.nanoTime() + RETRY_NANOS;
            failing = true;
            log.atError()
                    .setCause(failed)
                    .addKeyValue("index", at.getIndex())
                    .log("snapshot failed, the log grows on");
        } finally {
            writing = false;
        }
    }

    /** Lets the one being written end. */
    @Override
    public void close() {
        writer.shutdown();
    }
}
