package io.gantry.control.core.state;

import io.gantry.common.model.WorkerId;
import java.util.Comparator;

/** Key of the table that finds workers by cluster. */
public record WorkerOf(String cluster, WorkerId worker) implements Comparable<WorkerOf> {
    private static final Comparator<WorkerOf> ORDER =
            Comparator.comparing(WorkerOf::cluster).thenComparing(WorkerOf::worker);

    public static WorkerOf first(String cluster) {
        return new WorkerOf(cluster, new WorkerId(0, 0));
    }

    @Override
    public int compareTo(WorkerOf other) {
        return ORDER.compare(this, other);
    }
}
