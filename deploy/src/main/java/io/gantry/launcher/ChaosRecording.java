package io.gantry.launcher;

import io.gantry.launcher.ClusterWatch.View;
import io.gantry.launcher.LeaderWatch.Sighting;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that was seen of one round; times are those of {@link System#nanoTime}.
 *
 * @param leader who led before
 * @param faultNanos just before the fault was done
 * @param healNanos just before it was undone
 * @param wellNanos when all was well again; null if it did not become so in time
 * @param endNanos when nobody looked any more
 */
record ChaosRecording(
        Set<String> nodes,
        Set<String> workers,
        String leader,
        long faultNanos,
        long healNanos,
        @Nullable Long wellNanos,
        long endNanos,
        List<ChaosCall> calls,
        List<Sighting> sightings,
        List<View> views) {

    ChaosRecording {
        nodes = Set.copyOf(nodes);
        workers = Set.copyOf(workers);
        calls = List.copyOf(calls);
        sightings = List.copyOf(sightings);
        views = List.copyOf(views);
    }
}
