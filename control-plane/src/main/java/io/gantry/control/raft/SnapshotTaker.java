package io.gantry.control.raft;

import io.gantry.control.core.state.ClusterState;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes snapshots on a thread of its own. Ratis asks for one on the thread that applies, again and
 * again until it is told of one: the first time begins it, a later one reports it.
 */
final class SnapshotTaker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SnapshotTaker.class);

    /**
     * Entries to let pass after a failure, so that a full disk is not tried again at every entry.
     */
    private static final long RETRY_ENTRIES = 1_000;

    private final SnapshotStore store;
    private final ExecutorService writer =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("raft-snapshot").factory());
    private volatile long finished = RaftLog.INVALID_LOG_INDEX;
    private volatile long notBefore;
    private volatile boolean writing;
    private long reported = RaftLog.INVALID_LOG_INDEX;

    SnapshotTaker(SnapshotStore store) {
        this.store = store;
    }

    /** Index of the latest snapshot that is on the disk, or -1. */
    long finished() {
        return finished;
    }

    /** There is one already. Called while nothing is applied. */
    void restored(long index) {
        finished = Math.max(finished, index);
        reported = finished;
    }

    /**
     * Begins a snapshot unless one is being written.
     *
     * @return index of one that was finished since the last call, else -1
     */
    long take(TermIndex at, ClusterState state, Deliveries deliveries) {
        if (finished > reported) {
            reported = finished;
            return reported;
        }
        if (!writing && at.getIndex() > finished && at.getIndex() >= notBefore) {
            writing = true;
            writer.execute(() -> write(at, state, deliveries));
        }
        return RaftLog.INVALID_LOG_INDEX;
    }

    private void write(TermIndex at, ClusterState state, Deliveries deliveries) {
        try {
            store.save(at, state, deliveries);
            finished = Math.max(finished, at.getIndex());
        } catch (IOException | RuntimeException failed) {
            notBefore = at.getIndex() + RETRY_ENTRIES;
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
