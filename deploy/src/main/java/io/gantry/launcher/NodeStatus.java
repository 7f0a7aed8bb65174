package io.gantry.launcher;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of itself at {@code /status}.
 *
 * @param leader whom it follows; null while there is none
 * @param workers how many are connected
 * @param tasks how many there are by status
 */
record NodeStatus(
        String node,
        String role,
        @Nullable String leader,
        long term,
        long appliedIndex,
        int workers,
        @Nullable Map<String, Integer> tasks) {}
