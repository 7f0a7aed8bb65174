package io.gantry.worker.core;

import java.time.Duration;

/**
 * The worker's own waiting times and limits.
 *
 * @param stopTimeout for containers that do not bring their own
 * @param cleanupWait from a task's end to the removal of its containers
 * @param keptStoppedTasks the oldest beyond these are removed earlier
 * @param memoryWait how long a removed task is still known, so that it does not run again
 * @param reportBatch how long a change of a single container may wait for company
 */
public record AgentSettings(
        Duration stopTimeout,
        Duration cleanupWait,
        int keptStoppedTasks,
        Duration memoryWait,
        Duration reportBatch) {

    public static AgentSettings usual() {
        return new AgentSettings(
                Duration.ofSeconds(30),
                Duration.ofHours(3),
                100,
                Duration.ofHours(24),
                Duration.ofMillis(250));
    }

    /** The same with other times for stopping and for cleaning up. */
    public AgentSettings with(Duration newStopTimeout, Duration newCleanupWait) {
        return new AgentSettings(
                newStopTimeout, newCleanupWait, keptStoppedTasks, memoryWait, reportBatch);
    }
}
