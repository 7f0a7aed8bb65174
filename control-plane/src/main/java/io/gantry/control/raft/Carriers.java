package io.gantry.control.raft;

import io.gantry.common.time.Clock;
import io.gantry.control.core.command.Command;
import io.gantry.control.log.CommandLog.Committed;
import io.gantry.control.log.LogUnavailable;
import io.gantry.control.raft.CommandQueue.Submitted;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.RaftPeerId;

/** What takes commands to the leader: a queue, and a few carriers that empty it. */
final class Carriers {
    /** Entries under way to the leader: enough to hide the disk, few enough for large batches. */
    private static final int COUNT = 4;

    private final CommandQueue queue;
    private final int mostBytes;
    private final List<PeerLink> links = new ArrayList<>();
    private final List<Carrier> carriers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** Carriers that do not run yet. */
    Carriers(Group group, RaftConfig.Limits limits, RaftProperties properties, Clock clock) {
        this.queue = new CommandQueue(limits);
        // Leaves room for the rest of a batch, which may be a byte short of full.
        this.mostBytes = RatisSettings.ENTRY_BYTES - 2 * limits.batchBytes();
        for (int i = 0; i < COUNT; i++) {
            var link = new PeerLink(group, properties);
            links.add(link);
            carriers.add(new Carrier(group, link, queue, clock));
        }
    }

    void start(String nodeId) {
        for (int i = 0; i < COUNT; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .name("raft-carrier-" + nodeId + '-' + i)
                            .start(carriers.get(i)));
        }
    }

    /**
     * Takes a command to the leader.
     *
     * @param level the feature level of the installation; a command of a higher one is refused
     * @param deadlineNanos when to give up, on the monotonic clock
     */
    CompletableFuture<Committed> submit(Command command, int level, long deadlineNanos) {
        int needed = LogCodec.levelOf(command);
        if (needed > level) {
            return CompletableFuture.failedFuture(
                    new LogUnavailable(
                            "this needs feature level %d; the installation is at %d until all nodes run a release that knows more"
                                    .formatted(needed, level)));
        }
        byte[] encoded = LogCodec.encode(command);
        if (encoded.length > mostBytes) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException(
                            "command of %d bytes, at most %d fit into the log"
                                    .formatted(encoded.length, mostBytes)));
        }
        var submitted = new Submitted(encoded, deadlineNanos);
        queue.add(submitted);
        return submitted.done();
    }

    /** Stops waiting for nodes that do not lead any more. */
    void leaderIs(RaftPeerId leader) {
        carriers.forEach(carrier -> carrier.leaderIs(leader));
    }

    /** Fails whatever waits. */
    void drain(LogUnavailable reason) {
        queue.drain(reason);
    }

    /** Ends the carriers; their connections stay until {@link #disconnect}. */
    void stop() {
        carriers.forEach(Carrier::close);
        threads.forEach(Thread::interrupt);
    }

    void disconnect() {
        links.forEach(PeerLink::close);
    }

    /** Commands that wait. */
    int waiting() {
        return queue.size();
    }

    /** Bytes of the commands that wait. */
    long waitingBytes() {
        return queue.bytes();
    }
}
