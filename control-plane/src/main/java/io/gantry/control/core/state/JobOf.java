package io.gantry.control.core.state;

import io.gantry.common.model.TaskId;
import io.gantry.control.core.state.Job.Stage;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Keys of the tables that find jobs by what they belong to. The order of those that wait is the
 * order in which they are placed: what should count more than age has to come before it here.
 */
public sealed interface JobOf {

    TaskId job();

    record Cluster(String cluster, Stage stage, long arrival, TaskId job)
            implements JobOf, Comparable<Cluster> {
        private static final Comparator<Cluster> ORDER =
                Comparator.comparing(Cluster::cluster)
                        .thenComparing(Cluster::stage)
                        .thenComparingLong(Cluster::arrival)
                        .thenComparing(Cluster::job);

        public static Cluster of(Job job) {
            return new Cluster(job.cluster(), job.stage(), job.turn().arrival(), job.id());
        }

        static Cluster first(String cluster, Stage stage) {
            return new Cluster(cluster, stage, 0, TaskOf.NO_TASK);
        }

        @Override
        public int compareTo(Cluster other) {
            return ORDER.compare(this, other);
        }
    }

    record Queue(String cluster, String queue, Stage stage, long arrival, TaskId job)
            implements JobOf, Comparable<Queue> {
        private static final Comparator<Queue> ORDER =
                Comparator.comparing(Queue::cluster)
                        .thenComparing(Queue::queue)
                        .thenComparing(Queue::stage)
                        .thenComparingLong(Queue::arrival)
                        .thenComparing(Queue::job);

        /** Null for a job of no queue. */
        public static @Nullable Queue of(Job job) {
            JobTags.Queue queue = job.queue();
            return queue == null
                    ? null
                    : new Queue(
                            job.cluster(),
                            queue.name(),
                            job.stage(),
                            job.turn().arrival(),
                            job.id());
        }

        static Queue first(String cluster, String queue, Stage stage) {
            return new Queue(cluster, queue, stage, 0, TaskOf.NO_TASK);
        }

        @Override
        public int compareTo(Queue other) {
            return ORDER.compare(this, other);
        }
    }
}
