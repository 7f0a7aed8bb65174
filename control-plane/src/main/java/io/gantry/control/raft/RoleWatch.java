package io.gantry.control.raft;

import io.gantry.common.time.Clock;
import io.gantry.common.time.Timers;
import io.gantry.control.log.Replica.Role;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;

/**
 * Who leads, who is a member, and whether this node still takes part, as Ratis sees it. It does not
 * tell when there is no leader any more, nor when it has closed by itself, so it is asked time and
 * again. Runs on the loop.
 */
final class RoleWatch {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    /** Ratis closes the server of a node that was removed, which takes a moment to find out. */
    private static final Duration REMOVAL_NOTICE = Duration.ofSeconds(4);

    private final Group group;
    private final Removal removal;
    private final Clock clock;
    private final Timers loop;
    private final CompletableFuture<Throwable> failure;
    private final List<Consumer<Role>> roleListeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> memberListeners = new CopyOnWriteArrayList<>();
    private volatile boolean closed;
    private volatile Role role = new Role(0, "", false);
    private long aliveNanos;
    private int toldMembers;

    /**
     * A watch that does not look yet.
     *
     * @param failure completed if Ratis has closed although this node is still a member
     */
    RoleWatch(
            Group group,
            Removal removal,
            Clock clock,
            Timers loop,
            CompletableFuture<Throwable> failure) {
        this.group = group;
        this.removal = removal;
        this.clock = clock;
        this.loop = loop;
        this.failure = failure;
        this.aliveNanos = clock.nanoTime();
    }

    void start() {
        loop.run(this::look);
    }

    /** From now on this node leads nothing; listeners are told. */
    void close() {
        closed = true;
        loop.run(this::update);
    }

    Role role() {
        return role;
    }

    void addRoleListener(Consumer<Role> listener) {
        roleListeners.add(listener);
    }

    /** Calls {@code listener} on the loop when the members have changed. */
    void addMembersListener(Runnable listener) {
        memberListeners.add(listener);
    }

    private void look() {
        if (closed) {
            return;
        }
        loop.after(BETWEEN_LOOKS, this::look);
        update();
        boolean alive = group.division().getInfo().isAlive();
        removal.check(alive);
        tellMembers();
        if (alive) {
            aliveNanos = clock.nanoTime();
        }
        boolean overdue = clock.nanoTime() - aliveNanos > REMOVAL_NOTICE.toNanos();
        if (!alive && overdue && !removal.removed().isDone()) {
            failure.complete(new IllegalStateException("Ratis has closed its server"));
        }
    }

    private void tellMembers() {
        int now = group.members().fingerprint();
        if (now != toldMembers) {
            toldMembers = now;
            memberListeners.forEach(Runnable::run);
        }
    }

    /** Asks Ratis for the role at once. */
    void update() {
        DivisionInfo info = group.division().getInfo();
        RaftPeerId leader = info.getLeaderId();
        var now =
                new Role(
                        info.getCurrentTerm(),
                        leader == null ? "" : leader.toString(),
                        !closed && info.isLeader() && info.isLeaderReady());
        if (!now.equals(role)) {
            role = now;
            roleListeners.forEach(listener -> listener.accept(now));
        }
    }
}
