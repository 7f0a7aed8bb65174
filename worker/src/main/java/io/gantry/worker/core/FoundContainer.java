package io.gantry.worker.core;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A container of this worker that the runtime has after a restart.
 *
 * @param facts set while it runs
 * @param exit set once it has ended
 */
public record FoundContainer(
        ContainerKey key, String runtimeId, @Nullable RuntimeFacts facts, @Nullable Exit exit) {

    /**
     * How a container ended.
     *
     * @param code null if nobody knows
     * @param reason set for an end that is worth a word, such as running out of memory
     * @param startedAtMillis when the run that ended had begun; null if nobody knows
     */
    public record Exit(
            @Nullable Integer code,
            @Nullable String reason,
            long atMillis,
            @Nullable Long startedAtMillis) {

        public Exit(@Nullable Integer code, @Nullable String reason, long atMillis) {
            this(code, reason, atMillis, null);
        }

        /** Whether both tell of one run. Not the order of times: clocks are set back. */
        boolean isOfSameRun(Exit other) {
            Long began = startedAtMillis;
            Long otherBegan = other.startedAtMillis;
            boolean known = began != null && otherBegan != null;
            return known ? Objects.equals(began, otherBegan) : atMillis == other.atMillis;
        }
    }
}
