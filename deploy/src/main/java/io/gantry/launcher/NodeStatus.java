package io.gantry.launcher;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of itself at {@code /status}.
 *
 * @param leader whom it follows; null while there is none
 * @param workers how many are connected
 * @param tasks how many there are by status
 * @param group the control plane that it belongs to, or is to; empty while it looks for one
 * @param release of its program; null, like the levels, of a node too old to say
 * @param level feature level of the installation
 * @param knownLevel the highest that its program knows
 */
record NodeStatus(
        String node,
        String role,
        @Nullable String leader,
        long term,
        long appliedIndex,
        int workers,
        @Nullable Map<String, Integer> tasks,
        @Nullable String group,
        @Nullable String release,
        @Nullable Integer level,
        @Nullable Integer knownLevel) {

    /** Whether it is no member yet. */
    boolean isJoining() {
        return role.equals("JOINING");
    }

    /** Whether a node that waits to be added knows to what. */
    boolean applies() {
        return group != null && !group.isEmpty();
    }
}
