package io.gantry.common.history;

import io.gantry.common.history.Register.Action;
import org.jspecify.annotations.Nullable;

/**
 * A value that is written and read as a whole. A write answers what it has written.
 *
 * @param initial what it holds before the first write
 */
public record Register<V>(V initial) implements Model<V, Action<V>, V> {

    /** What can be done with it. */
    public sealed interface Action<V> {}

    /** Replaces the value. */
    public record Write<V>(V value) implements Action<V> {}

    /** Asks for the value. */
    public record Read<V>() implements Action<V> {}

    @Override
    public boolean isRead(Action<V> action) {
        return action instanceof Read;
    }

    @Override
    public @Nullable V after(V state, Action<V> action, V answer) {
        V next =
                switch (action) {
                    case Write<V>(var value) -> value;
                    case Read<V> _ -> state;
                };
        return next.equals(answer) ? next : null;
    }

    @Override
    public @Nullable V explained(V state, Action<V> unknown, Action<V> action, V answer) {
        boolean isSeen =
                action instanceof Read
                        && unknown instanceof Write<V>(var value)
                        && value.equals(answer);
        return isSeen ? answer : null;
    }
}
