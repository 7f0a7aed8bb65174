package io.gantry.control.raft;

import java.util.Map;

/**
 * How the log is doing on this node, at one moment.
 *
 * @param role in Ratis' words: LEADER, FOLLOWER or CANDIDATE
 * @param leader id of the leader, empty while there is none
 * @param snapshotIndex last entry in the latest snapshot, -1 without one
 * @param queuedCommands submitted here and not yet on their way
 * @param queuedBytes of those
 * @param followersLag entries that each other node is not yet known to have committed; only on the
 *     leader
 * @param entriesApplied since this node started
 * @param commandsApplied in those entries
 * @param applyNanos spent on them, on the applying thread
 * @param lastTerm term of the last entry, committed or not
 * @param lastIndex index of that entry
 * @param snapshot the latest one
 */
public record RaftStats(
        long term,
        String role,
        String leader,
        long commitIndex,
        long appliedIndex,
        long snapshotIndex,
        int queuedCommands,
        long queuedBytes,
        Map<String, Long> followersLag,
        long entriesApplied,
        long commandsApplied,
        long applyNanos,
        long lastTerm,
        long lastIndex,
        SnapshotStats snapshot) {
    public RaftStats {
        followersLag = Map.copyOf(followersLag);
    }
}
