package io.gantry.launcher;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an installation coped with one fault. Times are milliseconds since the fault, and null where
 * what they stand for did not happen or was not seen.
 *
 * @param leader who led before
 * @param detectedMillis until the others followed another leader, or the worker counted as
 *     disconnected
 * @param recoveredMillis until a write begun after the fault succeeded; of workers, until their
 *     tasks were replaced or they were back
 * @param writeGapMillis the longest time between two acknowledged writes
 * @param calls answered or given up since the fault
 * @param failed how many of them failed at the first try
 * @param failedAfterRetry how many failed at all three tries
 * @param slowestMillis the longest time a call took, with its retries
 * @param troubles why first tries failed, and how often
 * @param tasksReplaced new tasks of services
 * @param replacedMillis until new tasks ran in place of all that were lost
 * @param wellAfterMillis from the end of the fault until all was well; null if it never was
 */
record ChaosRound(
        int round,
        List<String> nodes,
        List<String> workers,
        String leader,
        @Nullable Long detectedMillis,
        @Nullable Long recoveredMillis,
        long writeGapMillis,
        int calls,
        int failed,
        int failedAfterRetry,
        long slowestMillis,
        Map<String, Integer> troubles,
        int leaderChanges,
        int tasksReplaced,
        @Nullable Long replacedMillis,
        @Nullable Long wellAfterMillis) {

    ChaosRound {
        nodes = List.copyOf(nodes);
        workers = List.copyOf(workers);
        troubles = Map.copyOf(troubles);
    }

    /** Whether one of the nodes led. */
    boolean hitLeader() {
        return nodes.contains(leader);
    }
}
