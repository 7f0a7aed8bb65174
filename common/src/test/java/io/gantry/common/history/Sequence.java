package io.gantry.common.history;

import io.gantry.common.history.Sequence.Action;
import org.jspecify.annotations.Nullable;

/**
 * Numbers that are handed out, each greater than all before. Gaps are allowed: an attempt whose
 * answer was lost, and which the client's library repeated by itself, has taken a number too.
 */
public record Sequence() implements Model<Integer, Action, Integer> {

    /** What can be done with it. */
    public enum Action {
        /** Asks for the next number. */
        NEXT,
        /** Asks which number is the latest. */
        LATEST
    }

    @Override
    public Integer initial() {
        return 0;
    }

    @Override
    public boolean isRead(Action action) {
        return action == Action.LATEST;
    }

    @Override
    public @Nullable Integer after(Integer state, Action action, Integer answer) {
        boolean isPossible =
                switch (action) {
                    case NEXT -> answer > state;
                    case LATEST -> answer >= state;
                };
        return isPossible ? answer : null;
    }

    /** Numbers may be left out anyway. */
    @Override
    public @Nullable Integer explained(
            Integer state, Action unknown, Action action, Integer answer) {
        return null;
    }
}
