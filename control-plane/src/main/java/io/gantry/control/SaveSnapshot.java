package io.gantry.control;

import io.gantry.common.time.Clock;
import io.gantry.control.log.LogUnavailable;
import io.gantry.control.operator.OperatorDownload;
import io.gantry.control.operator.OperatorRefused;
import io.gantry.control.raft.RaftNode;
import io.gantry.control.raft.SnapshotImage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import tools.jackson.databind.JsonNode;

/**
 * Sends the installation's state as of one entry of the log, which is the latest or a later one
 * than all that were acknowledged before the call. One at a time: each holds on to a state while
 * the installation goes on.
 */
final class SaveSnapshot implements OperatorDownload, AutoCloseable {
    private final RaftNode raft;
    private final Clock clock;
    private final Semaphore turn = new Semaphore(1);
    // A platform thread: encoding is much work, which would hold up others on a virtual one.
    private final ExecutorService encoder =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("snapshot-save").factory());

    SaveSnapshot(RaftNode raft, Clock clock) {
        this.raft = raft;
        this.clock = clock;
    }

    @Override
    public Content open(JsonNode request) {
        try {
            raft.catchUp().join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof LogUnavailable unavailable ? unavailable : failed;
        }
        if (raft.state().realm() == null) {
            throw OperatorRefused.unavailable("The installation is being founded.");
        }
        SnapshotImage image = raft.snapshot();
        return out -> send(image, out);
    }

    private void send(SnapshotImage image, OutputStream out) throws IOException {
        if (!turn.tryAcquire()) {
            throw new IOException("another snapshot is being saved from this node");
        }
        try {
            encoder.submit(
                            () -> {
                                image.writeTo(out, clock.nowMillis());
                                return image.index();
                            })
                    .get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("this node is closing", interrupted);
        } catch (ExecutionException failed) {
            throw new IOException("the snapshot was not sent", failed.getCause());
        } finally {
            turn.release();
        }
    }

    @Override
    public void close() {
        encoder.shutdownNow();
    }
}
