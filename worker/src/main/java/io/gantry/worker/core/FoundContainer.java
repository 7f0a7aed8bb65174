package io.gantry.worker.core;

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
     */
    public record Exit(@Nullable Integer code, @Nullable String reason, long atMillis) {}
}
