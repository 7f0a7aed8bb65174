package io.gantry.control.log;

import io.gantry.common.time.VirtualTime;
import io.gantry.control.core.Audit;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.transition.Outcome;
import io.gantry.control.core.transition.Transitions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A log and its only replica in virtual time: commands take a while, and may be made to fail. */
public final class VirtualLog implements CommandLog, Replica {
    private static final Duration DELAY = Duration.ofMillis(3);

    private final VirtualTime time;
    private final List<Listener> listeners = new ArrayList<>();
    private final List<Consumer<Role>> roleListeners = new ArrayList<>();
    private final List<Command> applied = new ArrayList<>();
    private ClusterState state = ClusterState.EMPTY;
    private Role role = new Role(1, "n1", true);
    private boolean failing;

    public VirtualLog(VirtualTime time) {
        this.time = time;
    }

    /** Everything applied so far, in order. */
    public List<Command> applied() {
        return applied;
    }

    /** From now on commands are lost, or no longer. */
    public void fail(boolean now) {
        failing = now;
    }

    public void become(Role next) {
        role = next;
        roleListeners.forEach(listener -> listener.accept(next));
    }

    @Override
    public CompletableFuture<Committed> submit(Command command) {
        var done = new CompletableFuture<Committed>();
        time.after(
                DELAY,
                () -> {
                    if (failing) {
                        done.completeExceptionally(new LogUnavailable("no quorum"));
                    } else {
                        done.complete(apply(command));
                    }
                });
        return done;
    }

    /** Applies at once. */
    public Committed apply(Command command) {
        Outcome outcome = Transitions.apply(state, command, time.nowMillis());
        state = outcome.state();
        Audit.check(state);
        applied.add(command);
        listeners.forEach(listener -> listener.applied(state, outcome.touched()));
        return new Committed(applied.size(), outcome.reply());
    }

    @Override
    public ClusterState state() {
        return state;
    }

    @Override
    public long appliedIndex() {
        return applied.size();
    }

    @Override
    public CompletableFuture<Void> await(long index) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> catchUp() {
        return failing
                ? CompletableFuture.failedFuture(new LogUnavailable("no quorum"))
                : CompletableFuture.completedFuture(null);
    }

    @Override
    public void addListener(Listener listener) {
        listeners.add(listener);
    }

    @Override
    public Role role() {
        return role;
    }

    @Override
    public void addRoleListener(Consumer<Role> listener) {
        roleListeners.add(listener);
    }
}
