package io.gantry.control.raft;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.common.table.SortedTable;
import io.gantry.control.core.state.AccountSetting;
import io.gantry.control.core.state.CapacityProvider;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Family;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.JobOf;
import io.gantry.control.core.state.Jobs;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedDaemons;
import io.gantry.control.core.state.ManagedDefinition;
import io.gantry.control.core.state.ManagedDeployment;
import io.gantry.control.core.state.ManagedPost;
import io.gantry.control.core.state.ManagedRevision;
import io.gantry.control.core.state.Policy;
import io.gantry.control.core.state.Present;
import io.gantry.control.core.state.Releases;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.ServiceRevision;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.TaskOf;
import io.gantry.control.core.state.Token;
import io.gantry.control.core.state.TokenUse;
import io.gantry.control.core.state.Worker;
import io.gantry.control.core.state.WorkerOf;
import java.util.Collection;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The tables of a state on their way into or out of a snapshot. Rows know their keys; tables that
 * only find rows of others are made anew.
 */
final class SnapshotTables {
    private static final Map<String, Class<?>> TYPES =
            Map.ofEntries(
                    Map.entry("clusters", Cluster.class),
                    Map.entry("families", Family.class),
                    Map.entry("taskDefinitions", TaskDefinitionRow.class),
                    Map.entry("services", Service.class),
                    Map.entry("workers", Worker.class),
                    Map.entry("tasks", Task.class),
                    Map.entry("tokens", TokenUse.class),
                    Map.entry("deadlines", Deadline.class),
                    Map.entry("serviceRevisions", ServiceRevision.class),
                    Map.entry("serviceDeployments", ServiceDeployment.class),
                    Map.entry("capacityProviders", CapacityProvider.class),
                    Map.entry("accountSettings", AccountSetting.class),
                    Map.entry("jobs", Job.class),
                    Map.entry("daemonTaskDefinitions", ManagedDefinition.class),
                    Map.entry("managedDaemons", ManagedDaemon.class),
                    Map.entry("daemonRevisions", ManagedRevision.class),
                    Map.entry("daemonDeployments", ManagedDeployment.class),
                    Map.entry("daemonPosts", ManagedPost.class));

    private final SortedTable.Editor<String, Cluster> clusters =
            SortedTable.<String, Cluster>empty().edit();
    private final SortedTable.Editor<String, Family> families =
            SortedTable.<String, Family>empty().edit();
    private final SortedTable.Editor<TaskDefinitionKey, TaskDefinitionRow> taskDefinitions =
            SortedTable.<TaskDefinitionKey, TaskDefinitionRow>empty().edit();
    private final SortedTable.Editor<ServiceKey, Service> services =
            SortedTable.<ServiceKey, Service>empty().edit();
    private final SortedTable.Editor<WorkerId, Worker> workers =
            SortedTable.<WorkerId, Worker>empty().edit();
    private final SortedTable.Editor<TaskId, Task> tasks = SortedTable.<TaskId, Task>empty().edit();
    private final SortedTable.Editor<Token, TokenUse> tokens =
            SortedTable.<Token, TokenUse>empty().edit();
    private final SortedTable.Editor<Deadline, Present> deadlines =
            SortedTable.<Deadline, Present>empty().edit();
    private final SortedTable.Editor<TaskOf.Cluster, Present> tasksByCluster =
            SortedTable.<TaskOf.Cluster, Present>empty().edit();
    private final SortedTable.Editor<TaskOf.Service, Present> tasksByService =
            SortedTable.<TaskOf.Service, Present>empty().edit();
    private final SortedTable.Editor<TaskOf.Worker, Present> tasksByWorker =
            SortedTable.<TaskOf.Worker, Present>empty().edit();
    private final SortedTable.Editor<WorkerOf, Present> workersByCluster =
            SortedTable.<WorkerOf, Present>empty().edit();
    private final SortedTable.Editor<String, CapacityProvider> capacityProviders =
            SortedTable.<String, CapacityProvider>empty().edit();
    private final SortedTable.Editor<ServiceKey, Present> daemons =
            SortedTable.<ServiceKey, Present>empty().edit();
    private final SortedTable.Editor<AccountSetting.Key, AccountSetting> accountSettings =
            SortedTable.<AccountSetting.Key, AccountSetting>empty().edit();

    private final SortedTable.Editor<TaskId, Job> jobs = SortedTable.<TaskId, Job>empty().edit();
    private final SortedTable.Editor<JobOf.Cluster, Present> jobsByCluster =
            SortedTable.<JobOf.Cluster, Present>empty().edit();
    private final SortedTable.Editor<JobOf.Queue, Present> jobsByQueue =
            SortedTable.<JobOf.Queue, Present>empty().edit();

    private final SortedTable.Editor<ServiceRevision.Key, ServiceRevision> serviceRevisions =
            SortedTable.<ServiceRevision.Key, ServiceRevision>empty().edit();
    private final SortedTable.Editor<ServiceDeployment.Key, ServiceDeployment> serviceDeployments =
            SortedTable.<ServiceDeployment.Key, ServiceDeployment>empty().edit();

    private final SortedTable.Editor<TaskDefinitionKey, ManagedDefinition> daemonDefinitions =
            SortedTable.<TaskDefinitionKey, ManagedDefinition>empty().edit();
    private final SortedTable.Editor<ServiceKey, ManagedDaemon> managedDaemons =
            SortedTable.<ServiceKey, ManagedDaemon>empty().edit();
    private final SortedTable.Editor<ManagedRevision.Key, ManagedRevision> daemonRevisions =
            SortedTable.<ManagedRevision.Key, ManagedRevision>empty().edit();
    private final SortedTable.Editor<ManagedDeployment.Key, ManagedDeployment> daemonDeployments =
            SortedTable.<ManagedDeployment.Key, ManagedDeployment>empty().edit();
    private final SortedTable.Editor<ManagedPost.Key, ManagedPost> daemonPosts =
            SortedTable.<ManagedPost.Key, ManagedPost>empty().edit();

    /** Shows all rows of a state, table by table in the order of their keys. */
    static void forEach(ClusterState state, BiConsumer<String, Object> action) {
        state.clusters().forEach((key, row) -> action.accept("clusters", row));
        state.families().forEach((key, row) -> action.accept("families", row));
        state.taskDefinitions().forEach((key, row) -> action.accept("taskDefinitions", row));
        state.services().forEach((key, row) -> action.accept("services", row));
        state.workers().forEach((key, row) -> action.accept("workers", row));
        state.tasks().forEach((key, row) -> action.accept("tasks", row));
        state.tokens().forEach((key, row) -> action.accept("tokens", row));
        state.deadlines().forEach((key, row) -> action.accept("deadlines", key));
        Releases releases = state.releases();
        releases.revisions().forEach((key, row) -> action.accept("serviceRevisions", row));
        releases.deployments().forEach((key, row) -> action.accept("serviceDeployments", row));
        state.capacityProviders().forEach((key, row) -> action.accept("capacityProviders", row));
        state.accountSettings().forEach((key, row) -> action.accept("accountSettings", row));
        state.jobs().rows().forEach((key, row) -> action.accept("jobs", row));
        forEach(state.managed(), action);
    }

    private static void forEach(ManagedDaemons managed, BiConsumer<String, Object> action) {
        managed.definitions().forEach((key, row) -> action.accept("daemonTaskDefinitions", row));
        managed.daemons().forEach((key, row) -> action.accept("managedDaemons", row));
        managed.revisions().forEach((key, row) -> action.accept("daemonRevisions", row));
        managed.deployments().forEach((key, row) -> action.accept("daemonDeployments", row));
        managed.posts().forEach((key, row) -> action.accept("daemonPosts", row));
    }

    /** What the rows of a table are, or null if there is no such table. */
    static @Nullable Class<?> rowsOf(String table) {
        return TYPES.get(table);
    }

    /** What the rows of all tables are. */
    static Collection<Class<?>> types() {
        return TYPES.values();
    }

    void add(Object row) {
        switch (row) {
            case Cluster cluster -> clusters.put(cluster.name(), cluster);
            case Family family -> families.put(family.name(), family);
            case TaskDefinitionRow definition -> taskDefinitions.put(definition.key(), definition);
            case Service service -> addService(service);
            case Worker worker -> addWorker(worker);
            case Task task -> addTask(task);
            case TokenUse use -> tokens.put(use.token(), use);
            case CapacityProvider provider -> capacityProviders.put(provider.name(), provider);
            case AccountSetting setting -> accountSettings.put(setting.key(), setting);
            case Deadline deadline -> deadlines.put(deadline, Present.YES);
            case ServiceRevision revision -> serviceRevisions.put(revision.key(), revision);
            case ServiceDeployment deployment ->
                    serviceDeployments.put(deployment.key(), deployment);
            case Job job -> addJob(job);
            case ManagedDefinition definition ->
                    daemonDefinitions.put(definition.key(), definition);
            case ManagedDaemon daemon -> managedDaemons.put(daemon.key(), daemon);
            case ManagedRevision revision -> daemonRevisions.put(revision.key(), revision);
            case ManagedDeployment deployment ->
                    daemonDeployments.put(deployment.key(), deployment);
            case ManagedPost post -> daemonPosts.put(post.key(), post);
            default -> throw new AssertionError("row of no table: " + row.getClass());
        }
    }

    private void addService(Service service) {
        services.put(service.key(), service);
        if (service.active() && service.daemon()) {
            daemons.put(service.key(), Present.YES);
        }
    }

    private void addWorker(Worker worker) {
        workers.put(worker.id(), worker);
        workersByCluster.put(new WorkerOf(worker.cluster(), worker.id()), Present.YES);
    }

    private void addTask(Task task) {
        tasks.put(task.id(), task);
        tasksByCluster.put(TaskOf.Cluster.of(task), Present.YES);
        tasksByWorker.put(TaskOf.Worker.of(task.worker(), task), Present.YES);
        ServiceKey service = task.service();
        if (service != null) {
            tasksByService.put(TaskOf.Service.of(service, task), Present.YES);
        }
    }

    private void addJob(Job job) {
        jobs.put(job.id(), job);
        jobsByCluster.put(JobOf.Cluster.of(job), Present.YES);
        JobOf.Queue queue = JobOf.Queue.of(job);
        if (queue != null) {
            jobsByQueue.put(queue, Present.YES);
        }
    }

    ClusterState state(SnapshotFile.Header header) {
        return new ClusterState(
                header.sequence(),
                header.nowMillis(),
                header.level(),
                header.realm(),
                clusters.done(),
                families.done(),
                taskDefinitions.done(),
                services.done(),
                workers.done(),
                tasks.done(),
                tokens.done(),
                deadlines.done(),
                tasksByCluster.done(),
                tasksByService.done(),
                tasksByWorker.done(),
                workersByCluster.done(),
                header.policy() == null ? Policy.DEFAULT : header.policy(),
                header.restored(),
                new Releases(serviceRevisions.done(), serviceDeployments.done()),
                capacityProviders.done(),
                daemons.done(),
                accountSettings.done(),
                new Jobs(jobs.done(), jobsByCluster.done(), jobsByQueue.done()),
                new ManagedDaemons(
                        daemonDefinitions.done(),
                        managedDaemons.done(),
                        daemonRevisions.done(),
                        daemonDeployments.done(),
                        daemonPosts.done()));
    }
}
