package io.gantry.control.core.state;

import io.gantry.common.check.Check;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.common.table.SortedTable;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the control-plane nodes have agreed on. Immutable: holding a reference is a
 * snapshot.
 *
 * @param sequence how many commands have been applied
 * @param nowMillis the latest time that the log has carried; never goes back
 * @param level feature level; new behaviour is gated by it so that old entries replay as they did
 * @param realm null until the installation has been founded
 * @param families what is known of each task definition family, also of one without active
 *     revisions
 * @param deadlines what has to be looked at when its time comes, in order of time
 * @param policy what the installation was configured to do
 * @param restored whether this came out of a file and no command has been applied since: the next
 *     one makes a new beginning of it
 * @param releases revisions and deployments of services
 * @param capacityProviders those that users have made, also deleted ones for a while
 * @param daemons active services that want a task on each machine
 * @param accountSettings what principals have chosen
 * @param jobs tasks that wait for a place, and those that are looked after while they run
 * @param managed daemons that are no services
 */
public record ClusterState(
        long sequence,
        long nowMillis,
        int level,
        @Nullable Realm realm,
        SortedTable<String, Cluster> clusters,
        SortedTable<String, Family> families,
        SortedTable<TaskDefinitionKey, TaskDefinitionRow> taskDefinitions,
        SortedTable<ServiceKey, Service> services,
        SortedTable<WorkerId, Worker> workers,
        SortedTable<TaskId, Task> tasks,
        SortedTable<Token, TokenUse> tokens,
        SortedTable<Deadline, Present> deadlines,
        SortedTable<TaskOf.Cluster, Present> tasksByCluster,
        SortedTable<TaskOf.Service, Present> tasksByService,
        SortedTable<TaskOf.Worker, Present> tasksByWorker,
        SortedTable<WorkerOf, Present> workersByCluster,
        Policy policy,
        boolean restored,
        Releases releases,
        SortedTable<String, CapacityProvider> capacityProviders,
        SortedTable<ServiceKey, Present> daemons,
        SortedTable<AccountSetting.Key, AccountSetting> accountSettings,
        Jobs jobs,
        ManagedDaemons managed) {

    /** What a new installation starts from. */
    public static final ClusterState EMPTY =
            new ClusterState(
                    0,
                    0,
                    1,
                    null,
                    SortedTable.empty(),
                    SortedTable.empty(),
                    SortedTable.empty(),
                    SortedTable.empty(),
                    SortedTable.empty(),
                    SortedTable.empty(),
                    SortedTable.empty(),
                    SortedTable.empty(),
                    SortedTable.empty(),
                    SortedTable.empty(),
                    SortedTable.empty(),
                    SortedTable.empty(),
                    Policy.DEFAULT,
                    false,
                    Releases.NONE,
                    SortedTable.empty(),
                    SortedTable.empty(),
                    SortedTable.empty(),
                    Jobs.NONE,
                    ManagedDaemons.NONE);

    /** The same in an installation of its own, whose nodes have been told of it by a file. */
    public ClusterState asRestored() {
        return new ClusterState(
                sequence,
                nowMillis,
                level,
                realm,
                clusters,
                families,
                taskDefinitions,
                services,
                workers,
                tasks,
                tokens,
                deadlines,
                tasksByCluster,
                tasksByService,
                tasksByWorker,
                workersByCluster,
                policy,
                true,
                releases,
                capacityProviders,
                daemons,
                accountSettings,
                jobs,
                managed);
    }

    /** A task as it is described, also one that has no place; null if there is none. */
    public @Nullable Task described(TaskId id) {
        Task task = tasks.get(id);
        Job job = task == null ? jobs.rows().get(id) : null;
        return job == null ? task : job.shown();
    }

    /** Tasks of a service: living ones in the order in which they were made, then stopped ones. */
    public Stream<Task> tasksOf(ServiceKey service) {
        return keysOf(service).map(key -> task(key.task()));
    }

    /** Tasks of a service that have not stopped, in the order in which they were made. */
    public Stream<Task> aliveOf(ServiceKey service) {
        return keysOf(service).takeWhile(key -> !key.stopped()).map(key -> task(key.task()));
    }

    private Stream<TaskOf.Service> keysOf(ServiceKey service) {
        return tasksByService
                .streamFrom(TaskOf.Service.first(service))
                .map(Map.Entry::getKey)
                .takeWhile(key -> key.service().equals(service));
    }

    /** Tasks placed on a worker: living ones in the order of their making, then stopped ones. */
    public Stream<Task> tasksOn(WorkerId worker) {
        return keysOn(worker).map(key -> task(key.task()));
    }

    /** Tasks placed on a worker that have not stopped, in the order in which they were made. */
    public Stream<Task> aliveOn(WorkerId worker) {
        return keysOn(worker).takeWhile(key -> !key.stopped()).map(key -> task(key.task()));
    }

    private Stream<TaskOf.Worker> keysOn(WorkerId worker) {
        return tasksByWorker
                .streamFrom(TaskOf.Worker.first(worker))
                .map(Map.Entry::getKey)
                .takeWhile(key -> key.worker().equals(worker));
    }

    /** Tasks of a cluster that have not stopped, in the order in which they were made. */
    public Stream<Task> aliveIn(String cluster) {
        return tasksIn(cluster, false, TaskOf.NO_TASK);
    }

    /**
     * Tasks of a cluster from {@code from} (inclusive) on, in the order in which they were made.
     *
     * @param stopped whether those that have stopped are meant, or the others
     */
    public Stream<Task> tasksIn(String cluster, boolean stopped, TaskId from) {
        return tasksByCluster
                .streamFrom(new TaskOf.Cluster(cluster, stopped, from))
                .map(Map.Entry::getKey)
                .takeWhile(key -> key.cluster().equals(cluster) && key.stopped() == stopped)
                .map(key -> task(key.task()));
    }

    /** Workers of a cluster in the order of their ids, inactive ones included. */
    public Stream<Worker> workersOf(String cluster) {
        return workersByCluster
                .streamFrom(WorkerOf.first(cluster))
                .map(Map.Entry::getKey)
                .takeWhile(key -> key.cluster().equals(cluster))
                .map(key -> worker(key.worker()));
    }

    /**
     * Active services of a cluster that want a task on each machine, in the order of their names.
     */
    public Stream<Service> daemonsOf(String cluster) {
        return daemons.streamFrom(new ServiceKey(cluster, ""))
                .map(Map.Entry::getKey)
                .takeWhile(key -> key.cluster().equals(cluster))
                .map(key -> Check.present(services.get(key), key));
    }

    /**
     * As {@link #workersOf}, faster where most of all workers are looked at: those of a cluster
     * that has a good part of them are found by passing the others.
     */
    public void eachWorkerOf(String cluster, Consumer<Worker> action) {
        Cluster row = clusters.get(cluster);
        if (row == null || row.instances() < workers.size() / 4) {
            workersOf(cluster).forEach(action);
            return;
        }
        workers.forEach(
                (id, worker) -> {
                    if (worker.cluster().equals(cluster)) {
                        action.accept(worker);
                    }
                });
    }

    /** Services of a cluster in the order of their names, inactive ones included. */
    public Stream<Service> servicesOf(String cluster) {
        return services.streamFrom(new ServiceKey(cluster, ""))
                .takeWhile(entry -> entry.getKey().cluster().equals(cluster))
                .map(Map.Entry::getValue);
    }

    /** The revisions of a family in ascending order, inactive ones included. */
    public List<TaskDefinitionRow> revisionsOf(String family) {
        return taskDefinitions
                .streamFrom(new TaskDefinitionKey(family, 0))
                .takeWhile(entry -> entry.getKey().family().equals(family))
                .map(Map.Entry::getValue)
                .toList();
    }

    /**
     * The contents to which the images of a task's containers are pinned, by the name of the
     * container; empty for a task without service.
     */
    public Map<String, String> imageDigests(Task task) {
        ServiceKey key = task.service();
        if (key != null && key.isDaemon()) {
            ManagedRevision revision = managed.revision(key, task.deployment());
            return revision == null ? Map.of() : revision.imageDigests();
        }
        Service service = key == null ? null : services.get(key);
        Deployment deployment = service == null ? null : service.deployment(task.deployment());
        return deployment == null ? Map.of() : deployment.imageDigests();
    }

    private Task task(TaskId id) {
        Task task = tasks.get(id);
        if (task == null) {
            throw new AssertionError("index names a task that is not there: " + id);
        }
        return task;
    }

    private Worker worker(WorkerId id) {
        Worker worker = workers.get(id);
        if (worker == null) {
            throw new AssertionError("index names a worker that is not there: " + id);
        }
        return worker;
    }
}
