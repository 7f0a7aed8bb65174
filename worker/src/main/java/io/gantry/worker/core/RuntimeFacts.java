package io.gantry.worker.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the runtime decided about a container that runs.
 *
 * @param runtimeId the runtime's own name for it, in full
 * @param ipv4 its address on a bridge, if it has one
 */
public record RuntimeFacts(
        String runtimeId,
        @Nullable String runtimeName,
        @Nullable String imageId,
        List<PortBinding> bindings,
        @Nullable String ipv4,
        long startedAtMillis) {
    public RuntimeFacts {
        bindings = List.copyOf(bindings);
    }

    /** The same by a clock that is {@code millis} ahead of the old one. */
    RuntimeFacts shifted(long millis) {
        return new RuntimeFacts(
                runtimeId, runtimeName, imageId, bindings, ipv4, startedAtMillis + millis);
    }
}
