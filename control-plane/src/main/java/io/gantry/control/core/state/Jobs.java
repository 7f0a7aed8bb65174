package io.gantry.control.core.state;

import io.gantry.common.check.Check;
import io.gantry.common.model.TaskId;
import io.gantry.common.table.SortedTable;
import io.gantry.control.core.state.Job.Stage;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tasks that wait for a place or are to be looked after once they have one. */
public record Jobs(
        SortedTable<TaskId, Job> rows,
        SortedTable<JobOf.Cluster, Present> byCluster,
        SortedTable<JobOf.Queue, Present> byQueue) {
    public static final Jobs NONE =
            new Jobs(SortedTable.empty(), SortedTable.empty(), SortedTable.empty());

    /** Those without a place, in the order in which they should get one. */
    public Stream<Job> waitingIn(String cluster) {
        return in(cluster, Stage.WAITING);
    }

    /** Those that have stopped without ever having been placed. */
    public Stream<Job> stoppedIn(String cluster) {
        return in(cluster, Stage.STOPPED);
    }

    private Stream<Job> in(String cluster, Stage stage) {
        return byCluster
                .streamFrom(JobOf.Cluster.first(cluster, stage))
                .map(Map.Entry::getKey)
                .takeWhile(key -> key.cluster().equals(cluster) && key.stage() == stage)
                .map(key -> job(key.job()));
    }

    /** How many tasks of a queue are placed and have not stopped. */
    public int placedOf(String cluster, String queue) {
        return (int) of(cluster, queue, Stage.PLACED).count();
    }

    /** The first of a queue that may be placed now, or null. */
    public @Nullable Job nextOf(String cluster, String queue, long nowMillis) {
        return of(cluster, queue, Stage.WAITING)
                .map(key -> job(key.job()))
                .filter(job -> job.isDue(nowMillis))
                .findFirst()
                .orElse(null);
    }

    private Stream<JobOf.Queue> of(String cluster, String queue, Stage stage) {
        return byQueue.streamFrom(JobOf.Queue.first(cluster, queue, stage))
                .map(Map.Entry::getKey)
                .takeWhile(
                        key ->
                                key.cluster().equals(cluster)
                                        && key.queue().equals(queue)
                                        && key.stage() == stage);
    }

    private Job job(TaskId id) {
        return Check.present(rows.get(id), id);
    }
}
