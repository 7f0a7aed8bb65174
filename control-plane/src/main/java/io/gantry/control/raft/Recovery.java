package io.gantry.control.raft;

import io.gantry.common.disk.DirectoryCheck;
import io.gantry.common.time.Clock;
import io.gantry.common.time.LoopThread;
import io.gantry.control.core.state.ClusterState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.LogProtoUtils;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.server.storage.RaftStorageImpl;
import org.apache.ratis.server.storage.RaftStorageMetadata;
import org.apache.ratis.server.storage.StorageImplUtils;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.util.SizeInBytes;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a group that has lost its majority for good, on one of its nodes, which must not
 * run. All of that node's log is applied, also what it does not know to be committed, since it may
 * have been acknowledged. The result can be made the beginning of another group with this node as
 * its only member: the others of the old one can neither vote in it nor be taken for members.
 */
public final class Recovery implements AutoCloseable {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final SizeInBytes LARGEST_RECORD =
            SizeInBytes.valueOf(2L * RatisSettings.ENTRY_BYTES);

    private final Path dataDirectory;
    private final DataDirectory lock;
    private final GroupFiles files;
    private final LoopThread loop = new LoopThread("recovery");
    private final ReplicaStateMachine machine;
    private RaftGroupId group = Group.FOUNDED;
    private TermIndex last = TermIndex.INITIAL_VALUE;
    private long term;
    private @Nullable Members members;

    private Recovery(Path dataDirectory, DataDirectory lock) {
        this.dataDirectory = dataDirectory;
        this.lock = lock;
        this.files = new GroupFiles(dataDirectory);
        this.machine =
                new ReplicaStateMachine(
                        Clock.system(),
                        RaftConfig.Limits.USUAL,
                        Release.OWN,
                        new Seed(dataDirectory),
                        new AppliedIndex(loop),
                        new StoppedEvents());
    }

    /**
     * What was found.
     *
     * @param group of which this node was a member
     * @param members of that group, as this node's log says; with both sides of a change under way
     * @param term the highest that this node has seen
     * @param lastTerm term of the last entry
     * @param lastIndex index of the last entry; of two nodes of a group, the one with the greater
     *     term, then index, has everything that the other has
     * @param snapshotIndex last entry in a snapshot, -1 without one
     * @param latest time of the last command
     */
    public record Findings(
            String group,
            List<String> members,
            long term,
            long lastTerm,
            long lastIndex,
            long snapshotIndex,
            Instant latest,
            int clusters,
            int services,
            int tasks,
            int workers) {
        public Findings {
            members = List.copyOf(members);
        }
    }

    /**
     * Reads everything that a node has.
     *
     * @throws IOException if the node runs, or there is nothing, or it is damaged
     */
    public static Recovery open(Path dataDirectory) throws IOException {
        if (!Files.isDirectory(dataDirectory)) {
            throw new IOException("there is no directory " + dataDirectory);
        }
        var recovery = new Recovery(dataDirectory, DataDirectory.open(dataDirectory, 0));
        try {
            recovery.read();
            return recovery;
        } catch (IOException | RuntimeException | AssertionError failed) {
            recovery.close();
            throw failed;
        }
    }

    private void read() throws IOException {
        files.checkNotRemoved();
        files.settle();
        RaftGroupId present = files.id();
        if (present == null || files.isBlank()) {
            throw new IOException("there is no log in " + dataDirectory);
        }
        group = present;
        LogCheck.check(files.group(group));
        try (RaftStorageImpl storage = storage(files.group(group), StartupOption.RECOVER)) {
            storage.initialize();
            machine.load(storage);
            last = machine.getLastAppliedTermIndex();
            var remembered = storage.readRaftConfiguration();
            members = remembered == null ? null : Members.of(remembered);
            for (LogSegmentPath segment : LogSegmentPath.getLogSegmentPaths(storage)) {
                LogSegment.readSegmentFile(
                        segment.getPath().toFile(),
                        segment.getStartEnd(),
                        LARGEST_RECORD,
                        CorruptionPolicy.EXCEPTION,
                        null,
                        this::replay);
            }
            term = Math.max(storage.getMetadataFile().getMetadata().getTerm(), last.getTerm());
        }
        if (last.getIndex() < 0) {
            throw new IOException("the log in %s is empty".formatted(dataDirectory));
        }
    }

    private void replay(LogEntryProto entry) {
        if (entry.getIndex() <= last.getIndex()) {
            return;
        }
        if (entry.getIndex() != last.getIndex() + 1) {
            throw new UndecodableException(
                    "entries from %d to %d are missing"
                            .formatted(last.getIndex() + 1, entry.getIndex() - 1));
        }
        if (entry.hasConfigurationEntry()) {
            members = Members.of(LogProtoUtils.toRaftConfiguration(entry));
        } else if (entry.hasStateMachineLogEntry()) {
            var _ =
                    machine.applyTransaction(
                            TransactionContext.newBuilder()
                                    .setStateMachine(machine)
                                    .setServerRole(RaftPeerRole.FOLLOWER)
                                    .setLogEntry(entry)
                                    .build());
        }
        last = TermIndex.valueOf(entry);
    }

    private static RaftStorageImpl storage(Path directory, StartupOption option) {
        return StorageImplUtils.newRaftStorage(
                directory.toFile(), SizeInBytes.valueOf(0), option, CorruptionPolicy.EXCEPTION);
    }

    /** What there is to recover. */
    public Findings findings() {
        ClusterState state = machine.state();
        return new Findings(
                group.getUuid().toString(),
                members == null
                        ? List.of()
                        : members.others(RaftPeerId.valueOf("")).stream()
                                .map(RaftPeer::getId)
                                .map(Object::toString)
                                .toList(),
                term,
                last.getTerm(),
                last.getIndex(),
                machine.snapshotIndex(),
                Instant.ofEpochMilli(state.nowMillis()),
                state.clusters().size(),
                state.services().size(),
                state.tasks().size(),
                state.workers().size());
    }

    /**
     * Makes what was found the beginning of a new group of which {@code self} is the only member.
     *
     * @return where the old log is now
     * @throws IOException if that cannot be written; then everything is as it was
     */
    public Path found(RaftConfig.Peer self) throws IOException {
        GroupFiles.delete(files.recovered());
        RaftGroupId id = RaftGroupId.randomId();
        Path directory = files.recovered().resolve(id.getUuid().toString());
        Files.createDirectories(directory);
        try (RaftStorageImpl storage = storage(directory, StartupOption.FORMAT)) {
            storage.initialize();
            var snapshots = new SnapshotStore();
            snapshots.init(storage);
            snapshots.save(last, machine.state(), machine.deliveries());
            storage.getMetadataFile()
                    .persist(RaftStorageMetadata.valueOf(term, RaftPeerId.valueOf("")));
            storage.writeRaftConfiguration(only(self));
            if (storage.readRaftConfiguration() == null) {
                throw new IOException("cannot write to " + directory);
            }
        }
        Path aside =
                dataDirectory.resolve("raft.before-recovery-" + STAMP.format(Clock.system().now()));
        Files.move(files.raft(), aside, StandardCopyOption.ATOMIC_MOVE);
        DirectoryCheck.sync(dataDirectory);
        files.settle();
        return aside;
    }

    private LogEntryProto only(RaftConfig.Peer self) {
        var conf =
                RaftConfigurationProto.newBuilder().addPeers(Group.peer(self).getRaftPeerProto());
        return LogEntryProto.newBuilder()
                .setTerm(last.getTerm())
                .setIndex(last.getIndex())
                .setConfigurationEntry(conf)
                .build();
    }

    @Override
    public void close() throws IOException {
        machine.close();
        loop.close();
        lock.close();
    }

    /** Nobody leads, and what fails is thrown. */
    private static final class StoppedEvents implements ReplicaStateMachine.Events {
        @Override
        public void leaderMayHaveChanged(@Nullable RaftPeerId leader) {
            // Nobody serves.
        }

        @Override
        public void failed(Throwable cause) {
            // The entry that cannot be applied ends the reading.
        }
    }
}
