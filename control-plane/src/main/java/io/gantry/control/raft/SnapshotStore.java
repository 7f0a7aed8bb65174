package io.gantry.control.raft;

import io.gantry.control.core.state.ClusterState;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of this node, one file each, where Ratis looks for them when it has to send one.
 * Files appear whole or not at all.
 */
final class SnapshotStore implements StateMachineStorage {

    /** The one before the latest may still be on its way to another node. */
    private static final SnapshotRetentionPolicy KEPT =
            new SnapshotRetentionPolicy() {
                @Override
                public int getNumSnapshotsRetained() {
                    return 2;
                }
            };

    private final SimpleStateMachineStorage files = new SimpleStateMachineStorage();
    private volatile @Nullable RaftStorage storage;

    @Override
    public void init(RaftStorage raftStorage) throws IOException {
        storage = raftStorage;
        files.init(raftStorage);
    }

    @Override
    public @Nullable SingleFileSnapshotInfo getLatestSnapshot() {
        return files.getLatestSnapshot();
    }

    /** Looks at the disk again, after another node has sent a snapshot. */
    @Nullable SingleFileSnapshotInfo reload() {
        return files.loadLatestSnapshot();
    }

    @Override
    public void format() {
        // The directory that Ratis has just made is all there is to it.
    }

    @Override
    public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) {
        // Called on the thread that applies, which must not wait for the disk; see save().
    }

    /** Writes a snapshot, tells its file, and forgets those that are not needed any more. */
    Path save(TermIndex at, ClusterState state, Deliveries deliveries) throws IOException {
        RaftStorage place = storage;
        if (place == null) {
            throw new IOException("no storage yet");
        }
        long term = at.getTerm();
        long index = at.getIndex();
        Path file = files.getSnapshotFile(term, index).toPath();
        Path temporary =
                place.getStorageDir().getTmpDir().toPath().resolve("making-" + file.getFileName());
        Files.createDirectories(temporary.getParent());
        Files.deleteIfExists(temporary);
        var md5 =
                MD5Hash.newInstance(SnapshotFile.write(temporary, term, index, state, deliveries));
        // Without its digest a snapshot cannot be sent, so the digest is there first.
        MD5FileUtil.saveMD5File(file.toFile(), md5);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
        files.updateLatestSnapshot(
                new SingleFileSnapshotInfo(new FileInfo(file, md5), term, index));
        files.cleanupOldSnapshots(KEPT);
        return file;
    }
}
