package io.gantry.worker.core;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the runtime decided about a container that runs.
 *
 * @param runtimeId the runtime's own name for it, in full
 * @param ipv4 its address on a bridge, if it has one
 * @param details null if the runtime tells none
 */
public record RuntimeFacts(
        String runtimeId,
        @Nullable String runtimeName,
        @Nullable String imageId,
        List<PortBinding> bindings,
        @Nullable String ipv4,
        long startedAtMillis,
        @Nullable Details details) {
    public RuntimeFacts {
        bindings = List.copyOf(bindings);
    }

    /** The same by a clock that is {@code millis} ahead of the old one. */
    RuntimeFacts shifted(long millis) {
        return new RuntimeFacts(
                runtimeId, runtimeName, imageId, bindings, ipv4, startedAtMillis + millis, details);
    }

    /** Facts without anything that only task metadata shows. */
    public RuntimeFacts(
            String runtimeId,
            @Nullable String runtimeName,
            @Nullable String imageId,
            List<PortBinding> bindings,
            @Nullable String ipv4,
            long startedAtMillis) {
        this(runtimeId, runtimeName, imageId, bindings, ipv4, startedAtMillis, null);
    }

    /**
     * What task metadata shows besides.
     *
     * @param createdAt RFC 3339, as precise as the runtime tells
     * @param startedAt likewise
     * @param labels all but those that only we need
     */
    public record Details(
            @Nullable String createdAt,
            @Nullable String startedAt,
            Map<String, String> labels,
            List<Mount> mounts,
            @Nullable String ipv6) {
        public Details {
            labels = Map.copyOf(labels);
            mounts = List.copyOf(mounts);
        }
    }

    /**
     * Something of the machine that a container sees.
     *
     * @param name of a volume; null for a directory
     */
    public record Mount(
            @Nullable String name, @Nullable String source, @Nullable String destination) {}
}
