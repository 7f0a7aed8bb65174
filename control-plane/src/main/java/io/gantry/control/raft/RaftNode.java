package io.gantry.control.raft;

import io.gantry.common.time.LoopThread;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.log.CommandLog;
import io.gantry.control.log.LogUnavailable;
import io.gantry.control.log.Replica;
import io.gantry.control.raft.CommandQueue.Submitted;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node of the group: its log, its copy of the state, and the way to the leader.
 *
 * <p>What the Netty transport of Ratis offers, and what this class makes of it:
 *
 * <ul>
 *   <li>A node that was away for longer than the others keep their log is sent the leader's
 *       snapshot, in chunks ({@code installSnapshot}); notifying it to fetch one by itself is not
 *       used.
 *   <li>Servers cannot ask each other for a read index. {@link ReadBarrier} does without.
 *   <li>A server blocks on one request per connection, hence a connection per {@link Carrier}.
 *   <li>Between servers there is neither encryption nor authentication: keep the port private.
 * </ul>
 *
 * <p>Commands submitted one after the other without waiting may be applied in another order.
 * Futures complete on threads of this class; what depends on them must not block.
 */
public final class RaftNode implements CommandLog, Replica, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RaftNode.class);

    /** Entries under way to the leader: enough to hide the disk, few enough for large batches. */
    private static final int CARRIERS = 4;

    private static final Duration ROLE_CHECK = Duration.ofMillis(100);
    private static final Duration REMOVAL_NOTICE = Duration.ofSeconds(4);
    private static final Duration TRANSFER = Duration.ofMillis(500);

    private final RaftConfig config;
    private final DataDirectory directory;
    private final RaftServer server;
    private final Group group;
    private final LoopThread loop;
    private final AppliedIndex applied;
    private final ReplicaStateMachine machine;
    private final CommandQueue queue;
    private final List<PeerLink> links = new ArrayList<>();
    private final List<Carrier> carriers = new ArrayList<>();
    private final List<Thread> carrierThreads = new ArrayList<>();
    private final ReadBarrier barrier;
    private final Removal removal;
    private final Membership membership;
    private final LevelPoll levels;
    private final List<Consumer<Role>> roleListeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Throwable> failure;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Role role = new Role(0, "", false);
    private long aliveNanos;
    private int toldMembers;
    private final List<Consumer<List<RaftConfig.Peer>>> memberListeners =
            new CopyOnWriteArrayList<>();

    private RaftNode(RaftConfig config, DataDirectory directory, Parts parts) throws IOException {
        this.config = config;
        this.directory = directory;
        this.server = parts.server;
        this.loop = parts.loop;
        this.applied = parts.applied;
        this.machine = parts.machine;
        this.failure = parts.failure;
        this.group = new Group(server, parts.initial.getGroupId());
        this.queue = new CommandQueue(config.limits());
        RaftProperties properties = server.getProperties();
        for (int i = 0; i < CARRIERS; i++) {
            var link = new PeerLink(group, properties);
            links.add(link);
            carriers.add(new Carrier(group, link, queue, config.clock()));
        }
        var questions = new PeerLink(group, properties);
        links.add(questions);
        this.levels = new LevelPoll(group, questions, config.release());
        this.barrier =
                new ReadBarrier(
                        loop,
                        config.clock(),
                        group,
                        questions,
                        machine::tip,
                        applied,
                        config.timing().submit());
        var calls = new PeerLink(group, properties);
        links.add(calls);
        var rollCall = new RollCall(group, calls, machine::standing);
        this.removal = new Removal(group, parts.files, rollCall, config.clock(), loop);
        this.membership = new Membership(group, rollCall, this::transferLeadership);
    }

    /** What exists before the node itself does. */
    private static final class Parts implements ReplicaStateMachine.Events {
        private final LoopThread loop;
        private final AppliedIndex applied;
        private final ReplicaStateMachine machine;
        private final RaftServer server;
        private final GroupFiles files;
        private final RaftGroup initial;
        private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
        private volatile @Nullable RaftNode node;

        Parts(RaftConfig config, DataDirectory directory) throws IOException {
            files = new GroupFiles(config.dataDirectory());
            files.checkNotRemoved();
            files.settle();
            directory.seed().checkFounds(config);
            initial = files.start(config);
            loop = new LoopThread("raft-" + config.id());
            applied = new AppliedIndex(loop);
            machine = new ReplicaStateMachine(config, directory.seed(), applied, this);
            try {
                server =
                        RaftServer.newBuilder()
                                .setServerId(RaftPeerId.valueOf(config.id()))
                                .setGroup(initial)
                                .setStateMachine(machine)
                                .setProperties(RatisSettings.of(config, directory.raft()))
                                .setOption(RaftStorage.StartupOption.RECOVER)
                                .build();
            } catch (IOException | RuntimeException failed) {
                loop.close();
                throw failed;
            }
        }

        @Override
        public void leaderMayHaveChanged(@Nullable RaftPeerId leader) {
            RaftNode current = node;
            if (current != null) {
                current.loop.run(() -> current.onLeader(leader));
            }
        }

        @Override
        public void failed(Throwable cause) {
            failure.complete(cause);
        }
    }

    /**
     * Starts a node. It takes part in the group at once, but may not know a leader yet.
     *
     * @throws IOException if the directory is in use, damaged or cannot be written, or the port is
     *     taken
     */
    public static RaftNode start(RaftConfig config) throws IOException {
        DataDirectory directory = DataDirectory.open(config.dataDirectory());
        Parts parts = null;
        try {
            LevelMark mark = LevelMark.check(config.dataDirectory(), config.release());
            parts = new Parts(config, directory);
            parts.server.start();
            var node = new RaftNode(config, directory, parts);
            node.comparePeers();
            node.addListener(mark);
            mark.note(node.state());
            parts.node = node;
            node.begin();
            return node;
        } catch (RemovedException removed) {
            directory.close();
            throw removed;
        } catch (IOException | RuntimeException failed) {
            if (parts != null) {
                parts.server.close();
                parts.loop.close();
            }
            directory.close();
            throw new IOException(
                    "node %s cannot start: %s".formatted(config.id(), failed.getMessage()), failed);
        }
    }

    /**
     * The group whose log a directory holds; null if it holds none, or only one that nobody has
     * told anything yet, which is removed.
     *
     * @throws IOException if the directory cannot be read, or is that of a node that was removed
     */
    public static @Nullable UUID groupOf(Path dataDirectory) throws IOException {
        var files = new GroupFiles(dataDirectory);
        files.checkNotRemoved();
        files.settle();
        files.clearBlank();
        RaftGroupId id = files.id();
        return id == null ? null : id.getUuid();
    }

    /** The log remembers its members; those of the configuration founded the group. */
    private void comparePeers() {
        if (config.joins() != null) {
            return;
        }
        var configured = new HashMap<String, String>();
        config.peers().forEach(peer -> configured.put(peer.id(), peer.address()));
        var remembered = new HashMap<String, String>();
        group.division()
                .getRaftConf()
                .getAllPeers()
                .forEach(peer -> remembered.put(peer.getId().toString(), peer.getAddress()));
        if (!configured.equals(remembered)) {
            log.atWarn()
                    .addKeyValue("peers", configured)
                    .addKeyValue("members", remembered)
                    .log("the setting peers is out of date; the members in the log count");
        }
    }

    private void begin() {
        var _ = failure.thenAccept(this::fail);
        aliveNanos = config.clock().nanoTime();
        for (int i = 0; i < CARRIERS; i++) {
            carrierThreads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .name("raft-carrier-" + config.id() + '-' + i)
                            .start(carriers.get(i)));
        }
        loop.run(this::checkRole);
    }

    @Override
    public CompletableFuture<Committed> submit(Command command) {
        int level = Kinds.COMMANDS.levelOf(command.getClass());
        if (level > state().level()) {
            return CompletableFuture.failedFuture(
                    new LogUnavailable(
                            "this needs feature level %d; the installation is at %d until all nodes run a release that knows more"
                                    .formatted(level, state().level())));
        }
        byte[] encoded = LogCodec.encode(command);
        // Leaves room for the rest of a batch, which may be a byte short of full.
        int most = RatisSettings.ENTRY_BYTES - 2 * config.limits().batchBytes();
        if (encoded.length > most) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException(
                            "command of %d bytes, at most %d fit into the log"
                                    .formatted(encoded.length, most)));
        }
        long deadline = config.clock().nanoTime() + config.timing().submit().toNanos();
        var submitted = new Submitted(encoded, deadline);
        queue.add(submitted);
        if (closed.get()) {
            queue.drain(closing());
        }
        return submitted.done();
    }

    private LogUnavailable closing() {
        Throwable cause = failure.getNow(null);
        return cause == null
                ? new LogUnavailable("this node is closing")
                : new LogUnavailable("this replica has stopped", cause);
    }

    @Override
    public ClusterState state() {
        return machine.state();
    }

    @Override
    public long appliedIndex() {
        return applied.get();
    }

    @Override
    public CompletableFuture<Void> await(long index) {
        return closed.get() && index > applied.get()
                ? CompletableFuture.failedFuture(closing())
                : applied.await(index, config.timing().submit());
    }

    @Override
    public CompletableFuture<Void> catchUp() {
        return closed.get() ? CompletableFuture.failedFuture(closing()) : barrier.pass();
    }

    @Override
    public void addListener(Listener listener) {
        machine.addListener(listener);
    }

    @Override
    public Role role() {
        return role;
    }

    @Override
    public void addRoleListener(Consumer<Role> listener) {
        roleListeners.add(listener);
    }

    /**
     * Completes with the cause once this replica had to stop: its log cannot be written, or an
     * entry cannot be applied. It serves nothing from then on; the process should end.
     */
    public CompletableFuture<Throwable> failure() {
        return failure.copy();
    }

    /**
     * Hands leadership over, for a planned stop. Completes once {@code nodeId} leads; exceptionally
     * with {@link LogUnavailable} if it does not within half a second, or this node does not lead.
     */
    public CompletableFuture<Void> transferLeadership(String nodeId) {
        return group.transfer(RaftPeerId.valueOf(nodeId), TRANSFER.toMillis())
                .thenAccept(
                        reply -> {
                            if (!reply.isSuccess()) {
                                throw new LogUnavailable(
                                        "leadership was not taken over by " + nodeId,
                                        reply.getException());
                            }
                        });
    }

    /**
     * Completes with a sentence once this node has been removed from its group. It serves nothing
     * useful from then on, and cannot start again from its directory.
     */
    public CompletableFuture<String> removed() {
        return removal.removed().copy();
    }

    /** Calls {@code listener} when the members have changed, on a thread that must not be held. */
    public void addMembersListener(Consumer<List<RaftConfig.Peer>> listener) {
        memberListeners.add(listener);
    }

    /** Who is in the group. */
    public Membership membership() {
        return membership;
    }

    /** How the log is doing. Cheap. */
    public RaftStats stats() {
        DivisionInfo info = group.division().getInfo();
        RaftPeerId leader = info.getLeaderId();
        Standing standing = machine.standing();
        return new RaftStats(
                info.getCurrentTerm(),
                info.getCurrentRole().name(),
                leader == null ? "" : leader.toString(),
                group.division().getRaftLog().getLastCommittedIndex(),
                applied.get(),
                machine.snapshotIndex(),
                queue.size(),
                queue.bytes(),
                info.isLeader() ? lag() : Map.of(),
                machine.entriesApplied(),
                machine.commandsApplied(),
                machine.applyNanos(),
                standing.lastTerm(),
                standing.lastIndex(),
                machine.snapshotStats());
    }

    /**
     * Everything that this node has applied, as of one entry. After {@link #catchUp} it holds
     * whatever was acknowledged anywhere before. Cheap; holding it keeps that state in memory.
     */
    public SnapshotImage snapshot() {
        return machine.image();
    }

    /**
     * The highest feature level that every node of the group knows. Exceptionally with {@link
     * LogUnavailable} while one of them does not answer.
     */
    public CompletableFuture<Integer> commonLevel() {
        return closed.get() ? CompletableFuture.failedFuture(closing()) : levels.common();
    }

    private Map<String, Long> lag() {
        long committed = group.division().getRaftLog().getLastCommittedIndex();
        var lag = new HashMap<String, Long>();
        Members members = group.members();
        for (CommitInfoProto info : group.division().getCommitInfos()) {
            String peer = info.getServer().getId().toStringUtf8();
            if (!peer.equals(config.id()) && members.contains(RaftPeerId.valueOf(peer))) {
                lag.put(peer, Math.max(0, committed - info.getCommitIndex()));
            }
        }
        return lag;
    }

    private void onLeader(@Nullable RaftPeerId leader) {
        if (leader != null) {
            carriers.forEach(carrier -> carrier.leaderIs(leader));
        }
        updateRole();
    }

    /** Ratis does not tell when there is no leader any more, nor when it has closed by itself. */
    private void checkRole() {
        if (closed.get()) {
            return;
        }
        loop.after(ROLE_CHECK, this::checkRole);
        updateRole();
        boolean alive = group.division().getInfo().isAlive();
        removal.check(alive);
        tellMembers();
        if (alive) {
            aliveNanos = config.clock().nanoTime();
        }
        // Ratis closes the server of a node that was removed, which takes a moment to find out.
        boolean overdue = config.clock().nanoTime() - aliveNanos > REMOVAL_NOTICE.toNanos();
        if (!alive && overdue && !removal.removed().isDone()) {
            failure.complete(new IllegalStateException("Ratis has closed its server"));
        }
    }

    private void tellMembers() {
        Members now = group.members();
        if (now.fingerprint() != toldMembers) {
            toldMembers = now.fingerprint();
            List<RaftConfig.Peer> peers = membership.peers();
            memberListeners.forEach(listener -> listener.accept(peers));
        }
    }

    private void updateRole() {
        DivisionInfo info = group.division().getInfo();
        RaftPeerId leader = info.getLeaderId();
        var now =
                new Role(
                        info.getCurrentTerm(),
                        leader == null ? "" : leader.toString(),
                        !closed.get() && info.isLeader() && info.isLeaderReady());
        if (!now.equals(role)) {
            role = now;
            roleListeners.forEach(listener -> listener.accept(now));
        }
    }

    private void fail(Throwable cause) {
        log.atError()
                .setCause(cause)
                .addKeyValue("node", config.id())
                .addKeyValue("applied", applied.get())
                .log("replica stops");
        // On a thread of its own: the one that failed is one that closing waits for.
        Thread.ofPlatform().daemon().name("raft-stop").start(this::crashAfterRatis);
    }

    /**
     * Ratis closes a server whose applying thread has failed, on that thread. Whoever closes it
     * before waits for entries that are never applied.
     */
    private void crashAfterRatis() {
        long patience = config.clock().nanoTime() + TRANSFER.toNanos();
        while (group.division().getInfo().isAlive() && config.clock().nanoTime() - patience < 0) {
            LockSupport.parkNanos(ROLE_CHECK.toNanos() / 10);
        }
        crash();
    }

    /**
     * Hands leadership to another node if this one leads, then stops. Takes at most a few seconds.
     */
    @Override
    public void close() {
        if (!closed.get() && group.division().getInfo().isLeader()) {
            handOver();
        }
        stop();
    }

    private void handOver() {
        Map<String, Long> lag = lag();
        var successor = lag.entrySet().stream().min(Map.Entry.comparingByValue());
        if (successor.isEmpty()) {
            return;
        }
        try {
            transferLeadership(successor.get().getKey())
                    .get(2 * TRANSFER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException failed) {
            log.atInfo()
                    .addKeyValue("successor", successor.get().getKey())
                    .log("nobody took over leadership; the others will elect a leader");
        }
    }

    /** Stops without a word to the others. */
    void crash() {
        stop();
    }

    private void stop() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        carriers.forEach(Carrier::close);
        carrierThreads.forEach(Thread::interrupt);
        queue.drain(closing());
        barrier.close();
        applied.close();
        loop.run(this::updateRole);
        try {
            server.close();
            links.forEach(PeerLink::close);
            loop.close();
            directory.close();
        } catch (IOException failed) {
            log.atWarn().setCause(failed).log("node did not close cleanly");
        }
    }
}
