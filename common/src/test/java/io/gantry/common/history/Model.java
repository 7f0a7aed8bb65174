package io.gantry.common.history;

import org.jspecify.annotations.Nullable;

/**
 * An object that does one thing at a time: what a system has to look like from outside.
 *
 * @param <S> its state; compared by equals
 * @param <A> what can be asked of it
 * @param <R> what it answers
 */
public interface Model<S, A, R> {

    S initial();

    /** Whether the action changes nothing when it answers what is there. */
    boolean isRead(A action);

    /** The state after the action; null if this answer to it is impossible in {@code state}. */
    @Nullable S after(S state, A action, R answer);

    /**
     * The state after an action of unknown outcome, taken because of an answer that is impossible
     * without; null if that is no step towards the answer. An unknown action that explains nothing
     * might as well never have happened, which is what keeps the search small.
     */
    @Nullable S explained(S state, A unknown, A action, R answer);
}
