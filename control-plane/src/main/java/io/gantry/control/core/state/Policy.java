package io.gantry.control.core.state;

/**
 * What an installation was configured to do and all nodes have to do alike. It comes through the
 * log, like time: the leader proposes what its configuration says.
 *
 * @param stoppedTaskRetentionMillis how long stopped tasks can still be described; counts for tasks
 *     that stop from then on
 */
public record Policy(long stoppedTaskRetentionMillis) {
    /** As ECS does at the least. */
    public static final Policy DEFAULT = new Policy(60L * 60 * 1000);

    public Policy {
        if (stoppedTaskRetentionMillis <= 0) {
            stoppedTaskRetentionMillis = 60L * 60 * 1000;
        }
    }
}
