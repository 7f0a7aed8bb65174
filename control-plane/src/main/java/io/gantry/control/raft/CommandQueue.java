package io.gantry.control.raft;

import io.gantry.control.log.CommandLog.Committed;
import io.gantry.control.log.LogUnavailable;
import io.gantry.control.raft.RaftConfig.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Commands that wait to be taken to the leader, bounded by number and bytes. */
final class CommandQueue {
    private final Limits limits;
    private final BlockingQueue<Submitted> waiting;
    private final AtomicLong bytes = new AtomicLong();

    CommandQueue(Limits limits) {
        this.limits = limits;
        this.waiting = new LinkedBlockingQueue<>(limits.queuedCommands());
    }

    /** A command and whoever waits for it. */
    static final class Submitted {
        private final byte[] encoded;
        private final long deadlineNanos;
        private final CompletableFuture<Committed> done = new CompletableFuture<>();

        /**
         * A command that has just been submitted.
         *
         * @param deadlineNanos when to give up, on the monotonic clock
         */
        Submitted(byte[] encoded, long deadlineNanos) {
            this.encoded = encoded;
            this.deadlineNanos = deadlineNanos;
        }

        byte[] encoded() {
            return encoded;
        }

        long deadlineNanos() {
            return deadlineNanos;
        }

        CompletableFuture<Committed> done() {
            return done;
        }
    }

    /** Adds a command; one that finds no room fails at once. */
    void add(Submitted command) {
        int length = command.encoded().length;
        long total = bytes.addAndGet(length);
        if (total > limits.queuedBytes() || !waiting.offer(command)) {
            bytes.addAndGet(-length);
            command.done()
                    .completeExceptionally(
                            new LogUnavailable(
                                    "too many commands wait for the log: %d of %d bytes"
                                            .formatted(waiting.size(), total - length)));
        }
    }

    /** What has queued by now, at least one command and at most a batch. */
    List<Submitted> take() throws InterruptedException {
        var batch = new ArrayList<Submitted>();
        Submitted next = waiting.take();
        long length = 0;
        while (next != null) {
            batch.add(next);
            length += next.encoded().length;
            boolean full = length >= limits.batchBytes() || batch.size() >= limits.batchCommands();
            next = full ? null : waiting.poll();
        }
        bytes.addAndGet(-length);
        return batch;
    }

    /** Fails whatever waits. */
    void drain(LogUnavailable reason) {
        for (Submitted next = waiting.poll(); next != null; next = waiting.poll()) {
            bytes.addAndGet(-next.encoded().length);
            next.done().completeExceptionally(reason);
        }
    }

    int size() {
        return waiting.size();
    }

    long bytes() {
        return bytes.get();
    }
}
