package io.gantry.control.core.state;

/**
 * What an installation was configured to do and all nodes have to do alike. It comes through the
 * log, like time: the leader proposes what its configuration says.
 *
 * @param stoppedTaskRetentionMillis how long stopped tasks can still be described; counts for tasks
 *     that stop from then on
 * @param disconnectedAfterMillis how long a worker of ours may be silent before it counts as
 *     disconnected
 * @param lostAfterMillis how long before tasks that are placed from then on are lost, unless their
 *     service or cluster says otherwise; {@link Loss#NEVER}, or from 10 s to 24 h
 * @param keepReturned whether a task goes on if its worker returns before it has been replaced
 */
public record Policy(
        long stoppedTaskRetentionMillis,
        long disconnectedAfterMillis,
        long lostAfterMillis,
        boolean keepReturned) {
    private static final long RETENTION_MILLIS = 60L * 60 * 1000;
    private static final long DISCONNECTED_MILLIS = 15_000;
    private static final long LOST_MILLIS = 60_000;

    /** As ECS does at the least. */
    public static final Policy DEFAULT = new Policy(RETENTION_MILLIS);

    /** All but the retention as usual. */
    public Policy(long stoppedTaskRetentionMillis) {
        this(stoppedTaskRetentionMillis, DISCONNECTED_MILLIS, LOST_MILLIS, false);
    }

    public Policy {
        if (stoppedTaskRetentionMillis <= 0) {
            stoppedTaskRetentionMillis = RETENTION_MILLIS;
        }
        if (disconnectedAfterMillis <= 0) {
            disconnectedAfterMillis = DISCONNECTED_MILLIS;
        }
        if (lostAfterMillis == 0) {
            lostAfterMillis = LOST_MILLIS;
        }
    }
}
