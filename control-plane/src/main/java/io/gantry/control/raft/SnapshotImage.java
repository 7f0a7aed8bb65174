package io.gantry.control.raft;

import io.gantry.control.core.state.ClusterState;
import io.gantry.control.raft.SnapshotFile.Header;
import java.io.IOException;
import java.io.OutputStream;
import tools.jackson.core.JacksonException;

/** What a node had applied at one entry of the log, ready to be written to wherever it is kept. */
public final class SnapshotImage {
    private final long term;
    private final long index;
    private final ClusterState state;

    SnapshotImage(long term, long index, ClusterState state) {
        this.term = term;
        this.index = index;
        this.state = state;
    }

    /** The last entry that is in it. */
    public long index() {
        return index;
    }

    /**
     * Writes the image in the form that {@link Backup} reads, a row at a time.
     *
     * @param savedAtMillis now, since the epoch
     * @throws IOException if {@code out} does not take it
     */
    public void writeTo(OutputStream out, long savedAtMillis) throws IOException {
        // Batches under way belong to this installation and not to one that is made of the image.
        Header header = Header.of(term, index, state, Deliveries.NONE).savedAt(savedAtMillis);
        try {
            SnapshotFile.write(out, header, state);
        } catch (JacksonException failed) {
            throw new IOException("cannot write the snapshot", failed);
        }
    }
}
