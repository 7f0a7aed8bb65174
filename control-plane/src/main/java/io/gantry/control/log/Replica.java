package io.gantry.control.log;

import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.transition.Touched;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** This node's copy of the state. */
public interface Replica {

    /** The latest state that this node has applied; possibly behind what others have. */
    ClusterState state();

    /** Index of the latest entry that this node has applied. */
    long appliedIndex();

    /**
     * Completes when this node has applied {@code index}; exceptionally with {@link LogUnavailable}
     * if that takes too long.
     */
    CompletableFuture<Void> await(long index);

    /**
     * Completes when this node has applied everything that was committed anywhere before the call:
     * {@link #state()} is then linearizable. Callers that wait at the same time share one round.
     * Exceptionally with {@link LogUnavailable} without a quorum.
     */
    CompletableFuture<Void> catchUp();

    /**
     * Calls {@code listener} after each entry, on the thread that applies: it must only note what
     * it is told and return. A restored snapshot is announced by {@link Listener#restored}.
     */
    void addListener(Listener listener);

    /** Learns what has changed. */
    interface Listener {
        void applied(ClusterState state, Touched touched);

        /** Everything may have changed. */
        void restored(ClusterState state);
    }

    /** This node's part in the group. */
    Role role();

    /**
     * Calls {@code listener} whenever {@link #role()} changes, on a thread that must not be held.
     */
    void addRoleListener(Consumer<Role> listener);

    /**
     * Who leads, as far as this node knows.
     *
     * @param term the current term
     * @param leader id of the leader's node, empty while there is none
     * @param leading whether this node is the leader, ready to serve: it has applied everything
     *     committed in earlier terms
     */
    record Role(long term, String leader, boolean leading) {}
}
