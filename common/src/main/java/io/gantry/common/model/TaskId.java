package io.gantry.common.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** One run of a task definition on one worker. Ids made later sort later, to the millisecond. */
public record TaskId(long high, long low) implements Comparable<TaskId> {

    /**
     * The id that {@code text} spells.
     *
     * @throws IllegalArgumentException unless it is 32 hex digits
     */
    @JsonCreator
    public static TaskId parse(String text) {
        return new TaskId(Id128.high(text), Id128.low(text));
    }

    /** Whether {@link #parse} would take {@code text}. */
    public static boolean matches(String text) {
        return Id128.matches(text);
    }

    @Override
    public int compareTo(TaskId other) {
        return Id128.compare(high, low, other.high, other.low);
    }

    @Override
    @JsonValue
    public String toString() {
        return Id128.text(high, low);
    }
}
