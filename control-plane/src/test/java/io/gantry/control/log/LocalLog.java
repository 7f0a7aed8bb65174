package io.gantry.control.log;

import io.gantry.common.time.Clock;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.transition.Outcome;
import io.gantry.control.core.transition.Transitions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A log and a replica in one, which applies each command at once on the caller's thread. */
public final class LocalLog implements CommandLog, Replica {
    private final Clock clock;
    private final List<Listener> listeners = new ArrayList<>();
    private final Queue<Command> before = new ArrayDeque<>();
    private volatile ClusterState state = ClusterState.EMPTY;
    private volatile boolean available = true;

    public LocalLog(Clock clock) {
        this.clock = clock;
    }

    /** Whether there is a quorum. */
    public void setAvailable(boolean now) {
        available = now;
    }

    /** Somebody else's command, which gets in before the next one that is submitted. */
    public void squeezeIn(Command command) {
        before.add(command);
    }

    @Override
    public synchronized CompletableFuture<Committed> submit(Command command) {
        if (!available) {
            return CompletableFuture.failedFuture(LogUnavailable.noQuorum("in this test"));
        }
        Command first = before.poll();
        if (first != null) {
            apply(first);
        }
        Outcome outcome = apply(command);
        return CompletableFuture.completedFuture(new Committed(state.sequence(), outcome.reply()));
    }

    private Outcome apply(Command command) {
        Outcome outcome = Transitions.apply(state, command, clock.nowMillis());
        state = outcome.state();
        listeners.forEach(each -> each.applied(state, outcome.touched()));
        return outcome;
    }

    @Override
    public ClusterState state() {
        return state;
    }

    @Override
    public long appliedIndex() {
        return state.sequence();
    }

    @Override
    public CompletableFuture<Void> await(long index) {
        return index <= appliedIndex()
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(new LogUnavailable("not applied: " + index));
    }

    @Override
    public CompletableFuture<Void> catchUp() {
        return available
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(LogUnavailable.noQuorum("in this test"));
    }

    @Override
    public synchronized void addListener(Listener listener) {
        listeners.add(listener);
    }

    @Override
    public Role role() {
        return new Role(1, "local", true);
    }

    @Override
    public void addRoleListener(Consumer<Role> listener) {
        listener.accept(role());
    }
}
