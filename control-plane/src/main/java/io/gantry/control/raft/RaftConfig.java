package io.gantry.control.raft;

import io.gantry.common.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a node of the group needs to know.
 *
 * @param id of this node, one of the peers'
 * @param peers who founds the group, this node included; later the group's log says who is in it
 * @param bindHost address to listen on; {@code 0.0.0.0} for all. Whoever reaches it can write to
 *     the log: the transport knows neither encryption nor identities.
 * @param dataDirectory where log and snapshots are, of this node alone
 * @param clock of this machine; a leader stamps entries with it
 * @param joins the group that a new node waits to be added to, instead of founding one
 * @param release what this node's program is
 */
public record RaftConfig(
        String id,
        List<Peer> peers,
        String bindHost,
        Path dataDirectory,
        Timing timing,
        Limits limits,
        Clock clock,
        @Nullable UUID joins,
        Release release) {

    public RaftConfig {
        peers = List.copyOf(peers);
        String self = id;
        if (peers.stream().noneMatch(peer -> peer.id().equals(self))) {
            throw new IllegalArgumentException("node " + id + " is not one of the peers " + peers);
        }
        if (peers.stream().map(Peer::id).distinct().count() < peers.size()) {
            throw new IllegalArgumentException("two peers have the same id: " + peers);
        }
    }

    /** A node that founds its group with the others, unless its directory knows of one. */
    public RaftConfig(
            String id,
            List<Peer> peers,
            String bindHost,
            Path dataDirectory,
            Timing timing,
            Limits limits,
            Clock clock) {
        this(id, peers, bindHost, dataDirectory, timing, limits, clock, null, Release.OWN);
    }

    /** A node with usual timing and limits that listens on all addresses. */
    public static RaftConfig of(String id, List<Peer> peers, Path dataDirectory) {
        return new RaftConfig(
                id, peers, "0.0.0.0", dataDirectory, Timing.LAN, Limits.USUAL, Clock.system());
    }

    Peer self() {
        return peers.stream().filter(peer -> peer.id().equals(id)).findFirst().orElseThrow();
    }

    /** A node of the group and where it listens. */
    public record Peer(String id, String host, int port) {

        String address() {
            return host + ':' + port;
        }
    }

    /**
     * How long to wait for what.
     *
     * @param electionMin shortest silence of the leader after which a node wants to be elected
     * @param electionMax longest such silence
     * @param submit bound of {@code submit}, {@code await} and {@code catchUp}
     */
    public record Timing(Duration electionMin, Duration electionMax, Duration submit) {

        /**
         * For nodes in one data centre. Longer silences did not pay where processors were scarce:
         * 250 to 500 ms made the median of the time without a leader a third longer, and the worst
         * no shorter.
         */
        public static final Timing LAN =
                new Timing(
                        Duration.ofMillis(150), Duration.ofMillis(300), Duration.ofMillis(4_500));
    }

    /**
     * How much of what.
     *
     * @param queuedCommands commands that may wait on this node; more are refused at once
     * @param queuedBytes their bytes, encoded
     * @param batchCommands most commands in one entry
     * @param batchBytes an entry is closed once it has as many bytes
     * @param snapshotEntries entries after which a snapshot is taken
     * @param keptEntries entries that stay in the log behind a snapshot, so that a node that was
     *     away for a moment need not be sent the whole state
     * @param segmentBytes size of the log's files; only whole ones are deleted
     * @param snapshotBytes of the log after which a snapshot is taken, however few entries they are
     * @param snapshotAge after which one is taken if anything has been applied since the last
     * @param freeBytes of the disk, without which a node does not start; below it a leader hands
     *     over, and below a quarter of it a node stops
     */
    public record Limits(
            int queuedCommands,
            int queuedBytes,
            int batchCommands,
            int batchBytes,
            int snapshotEntries,
            int keptEntries,
            int segmentBytes,
            long snapshotBytes,
            Duration snapshotAge,
            long freeBytes) {
        private static final int MIB = 1 << 20;
        private static final long USUAL_BYTES = 64L * MIB;
        private static final Duration USUAL_AGE = Duration.ofHours(1);

        /** Enough for a few files of the log and a snapshot. */
        public static final long USUAL_FREE_BYTES = 64L * MIB;

        /** With usual bounds of what a snapshot leaves to the log. */
        public Limits(
                int queuedCommands,
                int queuedBytes,
                int batchCommands,
                int batchBytes,
                int snapshotEntries,
                int keptEntries,
                int segmentBytes) {
            this(
                    queuedCommands,
                    queuedBytes,
                    batchCommands,
                    batchBytes,
                    snapshotEntries,
                    keptEntries,
                    segmentBytes,
                    USUAL_BYTES,
                    USUAL_AGE,
                    USUAL_FREE_BYTES);
        }

        public Limits withFreeBytes(long bytes) {
            return new Limits(
                    queuedCommands,
                    queuedBytes,
                    batchCommands,
                    batchBytes,
                    snapshotEntries,
                    keptEntries,
                    segmentBytes,
                    snapshotBytes,
                    snapshotAge,
                    bytes);
        }

        public static final Limits USUAL =
                new Limits(50_000, 64 * MIB, 1_000, MIB / 2, 20_000, 5_000, 16 * MIB);
    }
}
