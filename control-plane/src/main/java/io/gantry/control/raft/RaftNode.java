package io.gantry.control.raft;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.log.CommandLog;
import io.gantry.control.log.LogUnavailable;
import io.gantry.control.log.Replica;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
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

    private static final Duration RATIS_CLOSES = Duration.ofMillis(500);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

    private final RaftConfig config;
    private final DataDirectory directory;
    private final NodeParts parts;
    private final Group group;
    private final AppliedIndex applied;
    private final ReplicaStateMachine machine;
    private final List<PeerLink> links = new ArrayList<>();
    private final Carriers carriers;
    private final ReadBarrier barrier;
    private final Removal removal;
    private final Handover handover;
    private final Membership membership;
    private final LevelPoll levels;
    private final RoleWatch roles;
    private final DiskWatch disk;
    private final Founding founding;
    private final AtomicBoolean closed = new AtomicBoolean();

    private RaftNode(RaftConfig config, DataDirectory directory, NodeParts parts)
            throws IOException {
        this.config = config;
        this.directory = directory;
        this.parts = parts;
        this.applied = parts.applied;
        this.machine = parts.machine;
        this.group = new Group(parts.server, parts.initial.getGroupId());
        RaftProperties properties = parts.server.getProperties();
        this.carriers = new Carriers(group, config.limits(), properties, config.clock());
        PeerLink questions = link(properties);
        this.levels = new LevelPoll(group, questions, config.release());
        this.barrier =
                new ReadBarrier(
                        parts.loop,
                        config.clock(),
                        group,
                        questions,
                        machine::tip,
                        applied,
                        config.timing().submit());
        var rollCall = new RollCall(group, link(properties), machine::standing);
        this.removal = new Removal(group, parts.files, rollCall, config.clock(), parts.loop);
        this.handover = new Handover(group, rollCall, machine::takeCommands, config.clock());
        this.membership = new Membership(group, rollCall, handover);
        this.roles = new RoleWatch(group, removal, config.clock(), parts.loop, parts.failure);
        this.founding =
                new Founding(
                        group,
                        questions,
                        parts.founders,
                        parts.gate,
                        config.clock(),
                        parts.loop,
                        parts::failed);
        this.disk =
                new DiskWatch(
                        config.dataDirectory(),
                        config.limits().freeBytes(),
                        parts.loop,
                        () -> Thread.ofVirtual().start(handover::leave),
                        () -> parts.gate.look(group.division().getInfo().getCurrentTerm()),
                        parts::failed);
    }

    private PeerLink link(RaftProperties properties) {
        var link = new PeerLink(group, properties);
        links.add(link);
        return link;
    }

    /**
     * Starts a node. It takes part in the group at once, but may not know a leader yet.
     *
     * @throws IOException if the directory is in use, damaged or cannot be written, or the port is
     *     taken
     */
    public static RaftNode start(RaftConfig config) throws IOException {
        DataDirectory directory =
                DataDirectory.open(config.dataDirectory(), config.limits().freeBytes());
        NodeParts parts = null;
        try {
            LevelMark mark = LevelMark.check(config.dataDirectory(), config.release());
            parts = new NodeParts(config, directory);
            parts.server.start();
            var node = new RaftNode(config, directory, parts);
            node.group.compare(config);
            node.addListener(mark);
            mark.note(node.state());
            node.begin();
            return node;
        } catch (RemovedException removed) {
            directory.close();
            throw removed;
        } catch (IOException | RuntimeException failed) {
            if (parts != null) {
                parts.close();
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

    private void begin() {
        var _ = parts.failure.thenAccept(this::fail);
        parts.listen(this::onLeader);
        carriers.start(config.id());
        roles.start();
        disk.start();
        if (parts.founds) {
            founding.start();
        }
    }

    @Override
    public CompletableFuture<Committed> submit(Command command) {
        long deadline = config.clock().nanoTime() + config.timing().submit().toNanos();
        CompletableFuture<Committed> committed =
                carriers.submit(command, state().level(), deadline);
        if (closed.get()) {
            carriers.drain(closing());
        }
        return committed;
    }

    private LogUnavailable closing() {
        Throwable cause = parts.failure.getNow(null);
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
        return roles.role();
    }

    @Override
    public void addRoleListener(Consumer<Role> listener) {
        roles.addRoleListener(listener);
    }

    /**
     * Completes with the cause once this replica had to stop: its log cannot be written, or an
     * entry cannot be applied. It serves nothing from then on; the process should end.
     */
    public CompletableFuture<Throwable> failure() {
        return parts.failure.copy();
    }

    /** By which this node makes another one the leader. */
    public Handover handover() {
        return handover;
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
        roles.addMembersListener(() -> listener.accept(membership.peers()));
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
                carriers.waiting(),
                carriers.waitingBytes(),
                info.isLeader() ? group.lag() : Map.of(),
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

    /** Bytes that this node may still write to its disk, as of a second ago. */
    public long freeBytes() {
        return disk.freeBytes();
    }

    /** Whether this node is new and waits for others with whom to found its group. */
    public boolean isFounding() {
        return parts.gate.isShut();
    }

    private void onLeader(@Nullable RaftPeerId leader) {
        if (leader != null) {
            carriers.leaderIs(leader);
        }
        roles.update();
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
        long patience = config.clock().nanoTime() + RATIS_CLOSES.toNanos();
        while (group.division().getInfo().isAlive() && config.clock().nanoTime() - patience < 0) {
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
        crash();
    }

    /**
     * Hands leadership to another node if this one leads, then stops. Takes at most a few seconds.
     */
    @Override
    public void close() {
        if (!closed.get()) {
            handover.leave();
        }
        stop();
    }

    /** Stops without a word to the others. */
    void crash() {
        stop();
    }

    private void stop() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        carriers.stop();
        carriers.drain(closing());
        barrier.close();
        applied.close();
        roles.close();
        disk.close();
        founding.close();
        try {
            parts.server.close();
            parts.gate.mend(group.division().getInfo().getCurrentTerm());
            carriers.disconnect();
            links.forEach(PeerLink::close);
            parts.loop.close();
            directory.close();
        } catch (IOException failed) {
            log.atWarn().setCause(failed).log("node did not close cleanly");
        }
    }
}
