package io.gantry.control.core.state;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import java.util.Comparator;

/**
 * Keys of the tables that find tasks by what they belong to. Stopped tasks come after the others,
 * so that however long they are kept nobody who looks for living ones has to pass them.
 */
public sealed interface TaskOf {

    /** Sorts before every id that is ever drawn. */
    TaskId NO_TASK = new TaskId(0, 0);

    TaskId task();

    /** Whether the task has stopped. */
    boolean stopped();

    record Cluster(String cluster, boolean stopped, TaskId task)
            implements TaskOf, Comparable<Cluster> {
        private static final Comparator<Cluster> ORDER =
                Comparator.comparing(Cluster::cluster)
                        .thenComparing(Cluster::stopped)
                        .thenComparing(Cluster::task);

        public static Cluster of(Task task) {
            return new Cluster(task.cluster(), !task.alive(), task.id());
        }

        @Override
        public int compareTo(Cluster other) {
            return ORDER.compare(this, other);
        }
    }

    record Service(ServiceKey service, boolean stopped, TaskId task)
            implements TaskOf, Comparable<Service> {
        private static final Comparator<Service> ORDER =
                Comparator.comparing(Service::service)
                        .thenComparing(Service::stopped)
                        .thenComparing(Service::task);

        public static Service of(ServiceKey service, Task task) {
            return new Service(service, !task.alive(), task.id());
        }

        public static Service first(ServiceKey service) {
            return new Service(service, false, NO_TASK);
        }

        @Override
        public int compareTo(Service other) {
            return ORDER.compare(this, other);
        }
    }

    record Worker(WorkerId worker, boolean stopped, TaskId task)
            implements TaskOf, Comparable<Worker> {
        private static final Comparator<Worker> ORDER =
                Comparator.comparing(Worker::worker)
                        .thenComparing(Worker::stopped)
                        .thenComparing(Worker::task);

        public static Worker of(WorkerId worker, Task task) {
            return new Worker(worker, !task.alive(), task.id());
        }

        public static Worker first(WorkerId worker) {
            return new Worker(worker, false, NO_TASK);
        }

        @Override
        public int compareTo(Worker other) {
            return ORDER.compare(this, other);
        }
    }
}
