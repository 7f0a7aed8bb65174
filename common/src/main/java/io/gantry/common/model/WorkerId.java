package io.gantry.common.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A container instance: one machine that runs tasks, for as long as it stays registered. */
public record WorkerId(long high, long low) implements Comparable<WorkerId> {

    /**
     * The id that {@code text} spells.
     *
     * @throws IllegalArgumentException unless it is 32 hex digits
     */
    @JsonCreator
    public static WorkerId parse(String text) {
        return new WorkerId(Id128.high(text), Id128.low(text));
    }

    /** Whether {@link #parse} would take {@code text}. */
    public static boolean matches(String text) {
        return Id128.matches(text);
    }

    @Override
    public int compareTo(WorkerId other) {
        return Id128.compare(high, low, other.high, other.low);
    }

    @Override
    @JsonValue
    public String toString() {
        return Id128.text(high, low);
    }
}
