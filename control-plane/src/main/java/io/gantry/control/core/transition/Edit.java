package io.gantry.control.core.transition;

import io.gantry.common.check.Check;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.common.table.SortedTable;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.command.Reply.Refused;
import io.gantry.control.core.state.AccountSetting;
import io.gantry.control.core.state.CapacityProvider;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Family;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.JobOf;
import io.gantry.control.core.state.Jobs;
import io.gantry.control.core.state.Policy;
import io.gantry.control.core.state.Present;
import io.gantry.control.core.state.Realm;
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
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One command's worth of changes. Reads see the changes already made. */
final class Edit {
    /** How long clients may repeat a request with a token, as in ECS. */
    static final long TOKEN_KEPT_MILLIS = 24L * 60 * 60 * 1000;

    final ClusterState before;
    final long sequence;
    final long nowMillis;

    final SortedTable.Editor<String, Cluster> clusterRows;
    final SortedTable.Editor<String, Family> familyRows;
    final SortedTable.Editor<TaskDefinitionKey, TaskDefinitionRow> taskDefinitionRows;
    final SortedTable.Editor<ServiceKey, Service> serviceRows;
    final SortedTable.Editor<WorkerId, Worker> workerRows;
    final SortedTable.Editor<TaskId, Task> taskRows;
    final SortedTable.Editor<Token, TokenUse> tokenRows;
    final SortedTable.Editor<Deadline, Present> deadlineRows;
    final SortedTable.Editor<TaskOf.Cluster, Present> tasksByCluster;
    final SortedTable.Editor<TaskOf.Service, Present> tasksByService;
    final SortedTable.Editor<TaskOf.Worker, Present> tasksByWorker;
    final SortedTable.Editor<WorkerOf, Present> workersByCluster;
    final SortedTable.Editor<ServiceRevision.Key, ServiceRevision> revisionRows;
    final SortedTable.Editor<ServiceDeployment.Key, ServiceDeployment> serviceDeploymentRows;
    final SortedTable.Editor<String, CapacityProvider> capacityProviderRows;
    final SortedTable.Editor<ServiceKey, Present> daemons;
    final SortedTable.Editor<AccountSetting.Key, AccountSetting> accountSettingRows;
    final SortedTable.Editor<TaskId, Job> jobRows;
    final SortedTable.Editor<JobOf.Cluster, Present> jobsByCluster;
    final SortedTable.Editor<JobOf.Queue, Present> jobsByQueue;
    final ManagedTables managedRows;

    private final TreeSet<ServiceKey> touchedServices = new TreeSet<>();
    private final TreeSet<WorkerId> touchedWorkers = new TreeSet<>();
    private final TreeSet<TaskId> touchedJobs = new TreeSet<>();
    private final ServiceEdits services;
    private final JobEdits jobs;
    private @Nullable Realm realm;
    private int level;
    private Policy policy;

    Edit(ClusterState before, long proposedAtMillis) {
        this.before = before;
        this.nowMillis = Math.max(before.nowMillis(), proposedAtMillis);
        this.sequence =
                before.restored() ? Restoration.sequence(before, nowMillis) : before.sequence() + 1;
        this.realm = before.realm();
        this.level = before.level();
        this.policy = before.policy();
        this.clusterRows = before.clusters().edit();
        this.familyRows = before.families().edit();
        this.taskDefinitionRows = before.taskDefinitions().edit();
        this.serviceRows = before.services().edit();
        this.workerRows = before.workers().edit();
        this.taskRows = before.tasks().edit();
        this.tokenRows = before.tokens().edit();
        this.deadlineRows = before.deadlines().edit();
        this.tasksByCluster = before.tasksByCluster().edit();
        this.tasksByService = before.tasksByService().edit();
        this.tasksByWorker = before.tasksByWorker().edit();
        this.workersByCluster = before.workersByCluster().edit();
        this.revisionRows = before.releases().revisions().edit();
        this.serviceDeploymentRows = before.releases().deployments().edit();
        this.capacityProviderRows = before.capacityProviders().edit();
        this.daemons = before.daemons().edit();
        this.accountSettingRows = before.accountSettings().edit();
        this.jobRows = before.jobs().rows().edit();
        this.jobsByCluster = before.jobs().byCluster().edit();
        this.jobsByQueue = before.jobs().byQueue().edit();
        this.managedRows = new ManagedTables(before.managed());
        this.services = new ServiceEdits(this);
        this.jobs = new JobEdits(this);
    }

    ClusterEdits clusters() {
        return new ClusterEdits(this);
    }

    InterruptionEdits interruptions() {
        return new InterruptionEdits(this);
    }

    DrainEdits drains() {
        return new DrainEdits(this);
    }

    FleetEdits fleet() {
        return new FleetEdits(this);
    }

    CapacityEdits capacity() {
        return new CapacityEdits(this);
    }

    ManagedEdits managed() {
        return new ManagedEdits(this);
    }

    ManagedDefinitionEdits managedDefinitions() {
        return new ManagedDefinitionEdits(this);
    }

    TaskDefinitionEdits taskDefinitions() {
        return new TaskDefinitionEdits(this);
    }

    ServiceEdits services() {
        return services;
    }

    JobEdits jobs() {
        return jobs;
    }

    /** Jobs with the changes already made. */
    Jobs jobsSoFar() {
        return new Jobs(jobRows.done(), jobsByCluster.done(), jobsByQueue.done());
    }

    TaskEdits tasks() {
        return new TaskEdits(this);
    }

    ObservationEdits observations() {
        return new ObservationEdits(this);
    }

    WorkerEdits workers() {
        return new WorkerEdits(this);
    }

    ProtectionEdits protections() {
        return new ProtectionEdits(this);
    }

    DeadlineEdits deadlines() {
        return new DeadlineEdits(this);
    }

    Reply found(Realm proposed) {
        if (realm == null) {
            realm = proposed;
        }
        return done();
    }

    Reply raise(int proposed) {
        level = Math.max(level, proposed);
        return done();
    }

    Reply adopt(Policy proposed) {
        policy = proposed;
        return done();
    }

    Policy policy() {
        return policy;
    }

    void touch(ServiceKey service) {
        touchedServices.add(service);
    }

    void touch(WorkerId worker) {
        touchedWorkers.add(worker);
    }

    void touchJob(TaskId job) {
        touchedJobs.add(job);
    }

    /** The cluster if it is there and not deleted, else null. */
    @Nullable Cluster activeCluster(String name) {
        Cluster cluster = clusterRows.get(name);
        return cluster == null || !cluster.active() ? null : cluster;
    }

    Cluster cluster(String name) {
        return Check.present(clusterRows.get(name), name);
    }

    Service service(ServiceKey key) {
        return Check.present(serviceRows.get(key), key);
    }

    Worker worker(WorkerId id) {
        return Check.present(workerRows.get(id), id);
    }

    Task task(TaskId id) {
        return Check.present(taskRows.get(id), id);
    }

    void due(long inMillis, Deadline.Kind kind, Object subject) {
        deadlineRows.put(new Deadline(nowMillis + inMillis, kind, subject.toString()), Present.YES);
    }

    /** Remembers what a token was used for; what is remembered already keeps its end. */
    void remember(TokenUse use, long forMillis) {
        Token token = use.token();
        if (tokenRows.get(token) == null) {
            due(forMillis, Deadline.Kind.FORGET_TOKEN, token);
        }
        tokenRows.put(token, use);
    }

    static Reply done() {
        return new Reply.Done();
    }

    static Refused refused(Cause cause, String message) {
        return new Refused(cause, message);
    }

    static Refused noCluster() {
        return refused(Cause.CLUSTER_NOT_FOUND, "Cluster not found.");
    }

    private void settle(ServiceKey key) {
        if (key.isDaemon()) {
            managed().settle(key);
        } else {
            services.settle(key);
        }
    }

    /** What has become of the state. Services that were touched settle first. */
    Outcome outcome(Reply reply) {
        touchedServices.forEach(this::settle);
        var after =
                new ClusterState(
                        sequence,
                        nowMillis,
                        level,
                        realm,
                        clusterRows.done(),
                        familyRows.done(),
                        taskDefinitionRows.done(),
                        serviceRows.done(),
                        workerRows.done(),
                        taskRows.done(),
                        tokenRows.done(),
                        deadlineRows.done(),
                        tasksByCluster.done(),
                        tasksByService.done(),
                        tasksByWorker.done(),
                        workersByCluster.done(),
                        policy,
                        false,
                        new Releases(revisionRows.done(), serviceDeploymentRows.done()),
                        capacityProviderRows.done(),
                        daemons.done(),
                        accountSettingRows.done(),
                        jobsSoFar(),
                        managedRows.done());
        return new Outcome(after, reply, new Touched(touchedServices, touchedWorkers, touchedJobs));
    }
}
