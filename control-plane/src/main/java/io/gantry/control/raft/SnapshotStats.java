package io.gantry.control.raft;

/**
 * The latest snapshot on a node's disk, and how taking snapshots goes.
 *
 * @param index of the last entry in it, -1 without one
 * @param takenAtMillis when it was written here, since the epoch; 0 without one
 * @param bytes of its file
 * @param tookMillis to write it; 0 if it was there when the node started, or came from another node
 * @param failures to write one since the node started
 */
public record SnapshotStats(
        long index, long takenAtMillis, long bytes, long tookMillis, long failures) {
    static final SnapshotStats NONE = new SnapshotStats(-1, 0, 0, 0, 0);

    SnapshotStats taken(long atIndex, long atMillis, long fileBytes, long millis) {
        return new SnapshotStats(atIndex, atMillis, fileBytes, millis, failures);
    }

    SnapshotStats failed() {
        return new SnapshotStats(index, takenAtMillis, bytes, tookMillis, failures + 1);
    }
}
