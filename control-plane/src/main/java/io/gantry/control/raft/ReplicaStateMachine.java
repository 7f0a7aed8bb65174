package io.gantry.control.raft;

import io.gantry.common.time.Clock;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.transition.Outcome;
import io.gantry.control.core.transition.Touched;
import io.gantry.control.core.transition.Transitions;
import io.gantry.control.log.LogUnavailable;
import io.gantry.control.log.Replica.Listener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * What Ratis calls: makes entries of batches on the leader, applies committed entries in order, and
 * takes and restores snapshots. One thread of Ratis applies; it alone writes the state, which
 * anybody may read.
 */
final class ReplicaStateMachine extends BaseStateMachine {
    private final Clock clock;
    private final AppliedIndex applied;
    private final Events events;
    private final SnapshotStore snapshots = new SnapshotStore();
    private final SnapshotTaker taker;
    private final Seed seed;
    private final FounderFiles founders;
    private final Release release;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    private volatile ClusterState state = ClusterState.EMPTY;
    private volatile SnapshotImage image = new SnapshotImage(0, -1, ClusterState.EMPTY);
    private Deliveries deliveries = Deliveries.NONE;
    private long bytesApplied;
    private volatile TermIndex lastCommands = TermIndex.INITIAL_VALUE;
    private volatile boolean takesCommands = true;
    private final LongAdder entriesApplied = new LongAdder();
    private final LongAdder commandsApplied = new LongAdder();
    private final LongAdder applyNanos = new LongAdder();

    ReplicaStateMachine(RaftConfig config, Seed seed, AppliedIndex applied, Events events) {
        this(config.clock(), config.limits(), config.release(), seed, applied, events);
    }

    ReplicaStateMachine(
            Clock clock,
            RaftConfig.Limits limits,
            Release release,
            Seed seed,
            AppliedIndex applied,
            Events events) {
        this.clock = clock;
        this.release = release;
        this.seed = seed;
        this.founders = new FounderFiles(seed.directory());
        this.applied = applied;
        this.events = events;
        this.taker = new SnapshotTaker(snapshots, limits, clock);
    }

    /** What the node around this must know. Called on threads of Ratis that must not be held. */
    interface Events {

        /** This or another node has begun or ceased to lead. */
        void leaderMayHaveChanged(@Nullable RaftPeerId leader);

        /** This replica must not go on. */
        void failed(Throwable cause);
    }

    ClusterState state() {
        return state;
    }

    void addListener(Listener listener) {
        listeners.add(listener);
    }

    long entriesApplied() {
        return entriesApplied.sum();
    }

    long commandsApplied() {
        return commandsApplied.sum();
    }

    long applyNanos() {
        return applyNanos.sum();
    }

    LogTip tip() {
        try {
            RaftServer.Division division = getServer().join().getDivision(getGroupId());
            return LogTip.of(division, lastCommands);
        } catch (IOException closed) {
            throw new IllegalStateException("this node is closing", closed);
        }
    }

    Standing standing() {
        try {
            RaftServer.Division division = getServer().join().getDivision(getGroupId());
            return Standing.of(division, getLastAppliedTermIndex());
        } catch (IOException closed) {
            throw new IllegalStateException("this node is closing", closed);
        }
    }

    /** Read only while nothing is applied. */
    Deliveries deliveries() {
        return deliveries;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage)
            throws IOException {
        getLifeCycle()
                .startAndTransition(
                        () -> {
                            super.initialize(server, group, storage);
                            snapshots.init(storage);
                            seed.sow(snapshots, storage);
                            restore(snapshots.reload());
                        },
                        IOException.class);
    }

    /** Takes the state from the latest snapshot. */
    void load(RaftStorage storage) throws IOException {
        snapshots.init(storage);
        restore(snapshots.reload());
    }

    @Override
    public void pause() {
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    /** After another node has sent its state. Runs on the thread that applies. */
    @Override
    public void reinitialize() throws IOException {
        getLifeCycle().transition(LifeCycle.State.STARTING);
        try {
            restore(snapshots.reload());
        } catch (IOException | RuntimeException | AssertionError damaged) {
            events.failed(damaged);
            throw damaged;
        }
        getLifeCycle().transition(LifeCycle.State.RUNNING);
        ClusterState restored = state;
        listeners.forEach(listener -> listener.restored(restored));
    }

    private void restore(@Nullable SingleFileSnapshotInfo snapshot) throws IOException {
        if (snapshot == null) {
            return;
        }
        SnapshotFile.Loaded loaded = SnapshotFile.read(snapshot.getFile().getPath());
        release.checkKnows(loaded.state().level());
        TermIndex at = TermIndex.valueOf(loaded.term(), loaded.index());
        state = loaded.state();
        image = new SnapshotImage(at.getTerm(), at.getIndex(), loaded.state());
        deliveries = loaded.deliveries();
        lastCommands = at;
        setLastAppliedTermIndex(at);
        taker.restored(at.getIndex(), snapshot.getFile().getPath(), bytesApplied);
        applied.set(at.getIndex());
    }

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) {
        if (!takesCommands) {
            return refused(request, new LogUnavailable("leadership is being handed over"));
        }
        var batch = request.getMessage().getContent().asReadOnlyByteBuffer();
        try {
            long now = clock.nowMillis();
            var entry = new LogCodec.Entry(now, LogCodec.decodeBatch(batch));
            return TransactionContext.newBuilder()
                    .setStateMachine(this)
                    .setClientRequest(request)
                    .setLogData(UnsafeByteOperations.unsafeWrap(LogCodec.entry(now, batch)))
                    .setStateMachineContext(entry)
                    .build();
        } catch (UndecodableException unknown) {
            // Ours is the older release, or the sender is broken: nothing of it may enter the log.
            return refused(request, unknown);
        }
    }

    private TransactionContext refused(RaftClientRequest request, Exception why) {
        TransactionContext refused =
                TransactionContext.newBuilder()
                        .setStateMachine(this)
                        .setClientRequest(request)
                        .setLogData(request.getMessage().getContent())
                        .build();
        refused.setException(why);
        return refused;
    }

    /** Whether this node, while it leads, shall append what is submitted; it does at first. */
    void takeCommands(boolean now) {
        takesCommands = now;
    }

    /** On a follower, when the entry is appended: spares the thread that applies the decoding. */
    @Override
    public TransactionContext startTransaction(LogEntryProto entry, RaftPeerRole role) {
        TransactionContext context = super.startTransaction(entry, role);
        try {
            context.setStateMachineContext(decode(entry));
        } catch (UndecodableException unknown) {
            // The entry may never be committed. If it is, applying it fails.
            context.setStateMachineContext(null);
        }
        return context;
    }

    private static LogCodec.Entry decode(LogEntryProto entry) {
        return LogCodec.decodeEntry(
                entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer());
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto logged = transaction.getLogEntry();
        try {
            StateMachineLogEntryProto batch = logged.getStateMachineLogEntry();
            TermIndex at = TermIndex.valueOf(logged);
            Replies answered = deliveries.answered(batch);
            if (answered != null) {
                lastCommands = at;
                updateLastAppliedTermIndex(at);
                applied.set(at.getIndex());
                return CompletableFuture.completedFuture(answered);
            }
            LogCodec.Entry entry =
                    transaction.getStateMachineContext() instanceof LogCodec.Entry decoded
                            ? decoded
                            : decode(logged);
            long began = clock.nanoTime();
            Replies replies = apply(at, batch, entry);
            applyNanos.add(clock.nanoTime() - began);
            return CompletableFuture.completedFuture(replies);
        } catch (RuntimeException | AssertionError bug) {
            events.failed(bug);
            // Ratis closes its server when this is thrown.
            throw new IllegalStateException("cannot apply entry " + logged.getIndex(), bug);
        }
    }

    private Replies apply(TermIndex at, StateMachineLogEntryProto batch, LogCodec.Entry entry) {
        ClusterState next = state;
        var replies = new ArrayList<Reply>(entry.commands().size());
        var touched = new MergedTouches();
        for (Command command : entry.commands()) {
            Outcome outcome = Transitions.apply(next, command, entry.proposedAtMillis());
            next = outcome.state();
            replies.add(outcome.reply());
            touched.add(outcome.touched());
        }
        var answer = new Replies(replies);
        checkLevel(next);
        deliveries = deliveries.plus(batch, next.nowMillis(), answer);
        // The state before the index: whoever has waited for the index finds the state.
        state = next;
        image = new SnapshotImage(at.getTerm(), at.getIndex(), next);
        bytesApplied += batch.getLogData().size();
        lastCommands = at;
        updateLastAppliedTermIndex(at);
        entriesApplied.increment();
        commandsApplied.add(replies.size());
        applied.set(at.getIndex());
        ClusterState after = next;
        Touched all = touched.all();
        listeners.forEach(listener -> listener.applied(after, all));
        return answer;
    }

    /** Whatever comes next may be more than this release understands. */
    private void checkLevel(ClusterState next) {
        try {
            release.checkKnows(next.level());
        } catch (IOException unknown) {
            throw new UndecodableException(String.valueOf(unknown.getMessage()), unknown);
        }
    }

    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        super.notifyTermIndexUpdated(term, index);
        applied.set(index);
    }

    @Override
    public long takeSnapshot() {
        return taker.take(getLastAppliedTermIndex(), state, deliveries, bytesApplied);
    }

    long snapshotIndex() {
        return taker.finished();
    }

    SnapshotStats snapshotStats() {
        return taker.stats();
    }

    /** What was applied last, as a whole. */
    SnapshotImage image() {
        return image;
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return snapshots;
    }

    @Override
    public CompletableFuture<Message> queryStale(Message question, long minIndex) {
        return CompletableFuture.completedFuture(answer(question));
    }

    private Message answer(Message question) {
        if (question.getContent().equals(Standing.QUESTION.getContent())) {
            return standing().toMessage();
        }
        if (question.getContent().equals(Founder.QUESTION.getContent())) {
            return founder();
        }
        return LevelPoll.isAsked(question) ? LevelPoll.answer(release) : tip().toMessage();
    }

    private Message founder() {
        try {
            return founders.read().toMessage();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public CompletableFuture<Message> query(Message question) {
        return CompletableFuture.failedFuture(
                new UnsupportedOperationException("reads go through the read barrier"));
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
        events.leaderMayHaveChanged(leader);
    }

    @Override
    public void notifyLeaderReady() {
        events.leaderMayHaveChanged(null);
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        events.leaderMayHaveChanged(null);
    }

    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto entry) {
        events.failed(cause);
    }

    @Override
    public void close() {
        taker.close();
    }
}
