package io.gantry.control.core.command;

import io.gantry.common.check.Check;
import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.state.AccountSetting;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.Loss;
import io.gantry.control.core.state.Policy;
import io.gantry.control.core.state.Provision;
import io.gantry.control.core.state.Rate;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Staging;
import io.gantry.control.core.state.Taggable;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Token;
import io.gantry.control.core.state.Worker;
import io.gantry.control.core.state.Worker.AgentVersion;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.AutoScalingGroupProviderUpdate;
import software.amazon.awssdk.services.ecs.model.CapacityProvider;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;
import software.amazon.awssdk.services.ecs.model.Cluster;
import software.amazon.awssdk.services.ecs.model.DaemonDeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DaemonTaskDefinition;
import software.amazon.awssdk.services.ecs.model.NetworkBinding;
import software.amazon.awssdk.services.ecs.model.Scale;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskOverride;
import software.amazon.awssdk.services.ecs.model.TaskSet;

/**
 * Something that the replicated log may contain. Names and members are stored for ever: members may
 * be added, never changed; a new meaning is a new command.
 */
public sealed interface Command {

    /** Founds the installation; only the first one counts. Answered by {@link Reply.Done}. */
    record FoundRealm(Realm realm) implements Command {}

    /** Lets deadlines pass. Answered by {@link Reply.Done}. */
    record Tick() implements Command {}

    /**
     * Answered by {@link Reply.Done}, also if an active cluster of that name exists already.
     *
     * @param spec what was configured, with name and tags
     */
    record CreateCluster(Cluster spec) implements Command {}

    /** Answered by {@link Reply.Done} or {@link Reply.Refused}. */
    record DeleteCluster(String name) implements Command {}

    /**
     * Adds the next revision of the definition's family. Answered by {@link Reply.Registered}.
     *
     * @param definition complete but for ARN, revision, status and date
     */
    record RegisterTaskDefinition(TaskDefinition definition, List<Tag> tags, Footprint footprint)
            implements Command {}

    /** Answered by {@link Reply.Done} or {@link Reply.Refused}. */
    record DeregisterTaskDefinition(TaskDefinitionKey key) implements Command {}

    /**
     * Starts tasks that somebody has placed. Each start is judged by itself. Answered by {@link
     * Reply.Started}, or {@link Reply.Refused}.
     *
     * @param token null if the caller gave none
     * @param fingerprint of the request, to tell another use of the token
     * @param continuing whether this places what an earlier command of the same request could not
     */
    record RunTasks(
            String cluster,
            TaskDefinitionKey taskDefinition,
            @Nullable Token token,
            String fingerprint,
            boolean continuing,
            Launch launch,
            List<Start> starts)
            implements Command {}

    /**
     * What all tasks of one request have in common.
     *
     * @param distinctInstance no two of these tasks, nor of their group, on one machine
     * @param loss when the tasks are given up because nothing is heard of their worker, if that
     *     worker knows of leases; null for never
     * @param memberOf queries that a machine has to meet all of
     */
    record Launch(
            String group,
            @Nullable String startedBy,
            String launchType,
            @Nullable TaskOverride overrides,
            boolean executeCommand,
            List<Tag> tags,
            boolean distinctInstance,
            Footprint footprint,
            @Nullable Loss loss,
            List<String> memberOf) {
        public Launch {
            memberOf = List.copyOf(memberOf);
        }

        /** Tasks for any machine. */
        public Launch(
                String group,
                @Nullable String startedBy,
                String launchType,
                @Nullable TaskOverride overrides,
                boolean executeCommand,
                List<Tag> tags,
                boolean distinctInstance,
                Footprint footprint,
                @Nullable Loss loss) {
            this(
                    group,
                    startedBy,
                    launchType,
                    overrides,
                    executeCommand,
                    tags,
                    distinctInstance,
                    footprint,
                    loss,
                    List.of());
        }

        /** Tasks for any machine that are never given up. */
        public Launch(
                String group,
                @Nullable String startedBy,
                String launchType,
                @Nullable TaskOverride overrides,
                boolean executeCommand,
                List<Tag> tags,
                boolean distinctInstance,
                Footprint footprint) {
            this(
                    group,
                    startedBy,
                    launchType,
                    overrides,
                    executeCommand,
                    tags,
                    distinctInstance,
                    footprint,
                    null);
        }
    }

    /**
     * A task and where it goes.
     *
     * @param containers as they are before anything is known of them
     * @param provision its capacity beyond the launch type; null for nothing special
     */
    record Start(
            TaskId task,
            WorkerId worker,
            List<Task.Container> containers,
            @Nullable Provision provision) {

        /** A task of a plain launch type. */
        public Start(TaskId task, WorkerId worker, List<Task.Container> containers) {
            this(task, worker, containers, null);
        }

        /** Its capacity beyond the launch type. */
        public Provision provided() {
            return provision == null ? Provision.NONE : provision;
        }
    }

    /** Answered by {@link Reply.Done} or {@link Reply.Refused}. */
    record StopTask(TaskId task, String stopCode, String reason) implements Command {}

    /**
     * Registers a machine, or registers it once more under the id it has. Answered by {@link
     * Reply.WorkerRegistered} or {@link Reply.Refused}.
     *
     * @param again whether the machine claims to be known already
     * @param gpus ids of its GPUs, each once
     */
    record RegisterWorker(
            WorkerId worker,
            boolean again,
            String cluster,
            Map<String, String> attributes,
            List<Tag> tags,
            Resources total,
            List<HostPort> reservedPorts,
            @Nullable String clientToken,
            List<String> gpus)
            implements Command {}

    /** Answered by {@link Reply.Done} or {@link Reply.Refused}. */
    record DeregisterWorker(WorkerId worker, boolean force) implements Command {}

    /**
     * An agent has connected to {@code node}, which begins a session; later ones have higher
     * numbers. Answered by {@link Reply.Connected} or {@link Reply.Refused}.
     */
    record ConnectWorker(WorkerId worker, String node, AgentVersion agent) implements Command {}

    /**
     * The session is over. One that is not the latest changes nothing.
     *
     * @param silentMillis for how long nothing had been heard of the agent, at the least. Only the
     *     node that held the session may say more than 0: others cannot know what it has promised.
     */
    record DisconnectWorker(WorkerId worker, long session, long silentMillis) implements Command {

        /** A session that ends for other reasons than silence. */
        public DisconnectWorker(WorkerId worker, long session) {
            this(worker, session, 0);
        }
    }

    /** What agents have reported, of one or many workers. Answered by {@link Reply.Done}. */
    record ObserveTasks(List<Observation> observations) implements Command {}

    /**
     * A report on one task. Times are milliseconds since the epoch, 0 for not told.
     *
     * @param status null if only containers changed
     */
    record Observation(
            TaskId task,
            Task.@Nullable Status status,
            @Nullable String reason,
            List<ContainerSeen> containers,
            long pullStartedAt,
            long pullStoppedAt,
            long executionStoppedAt) {}

    /** A report on one container; what is null was not told. */
    record ContainerSeen(
            String name,
            Task.@Nullable Status status,
            @Nullable Integer exitCode,
            @Nullable String reason,
            @Nullable String runtimeId,
            @Nullable String imageDigest,
            @Nullable List<NetworkBinding> bindings,
            Task.@Nullable Health health) {}

    /**
     * An agent has said which tasks it knows of; others that are believed to run on it are gone.
     * Stale unless {@code session} is the worker's latest.
     */
    record ReconcileWorker(WorkerId worker, long session, List<TaskId> known) implements Command {}

    /**
     * Answered by {@link Reply.Done} or {@link Reply.Refused}.
     *
     * @param spec what was configured, without counts, deployments, events and tags
     * @param taskDefinition null if its task sets are to have their own
     * @param deployment number of its first deployment, 0 if it begins without task sets
     * @param token null if the caller gave none
     */
    record CreateService(
            ServiceKey service,
            Service spec,
            int desiredCount,
            List<Tag> tags,
            @Nullable TaskDefinitionKey taskDefinition,
            long deployment,
            @Nullable Token token,
            String fingerprint)
            implements Command {}

    /**
     * Changes a service. Answered by {@link Reply.Done} or {@link Reply.Refused}.
     *
     * @param basedOn version of the service that {@code spec} was made from
     * @param taskDefinition null if its task sets have their own
     * @param deployment number of the deployment that this starts, 0 if it starts none
     */
    record UpdateService(
            ServiceKey service,
            long basedOn,
            Service spec,
            int desiredCount,
            @Nullable TaskDefinitionKey taskDefinition,
            long deployment)
            implements Command {}

    /** Answered by {@link Reply.Done} or {@link Reply.Refused}. */
    record DeleteService(ServiceKey service, boolean force) implements Command {}

    /**
     * The next step of a service, proposed from some state. Refused as a whole if the service has
     * changed since; single parts that no longer hold are left out. Answered by {@link
     * Reply.Started} or {@link Reply.Refused}.
     *
     * @param basedOn version of the service that the plan was made from
     * @param starts tasks of one deployment
     * @param complaint what keeps the service from its goal, in the words of its events, or null
     * @param lane number of the deployment that all this is about, if the service has several side
     *     by side; 0 for the primary one and whatever it replaces
     * @param evictions where more of its tasks could have the room of less important ones
     */
    record CommitPlan(
            ServiceKey service,
            long basedOn,
            Launch launch,
            List<Start> starts,
            List<TaskId> stops,
            @Nullable String complaint,
            long lane,
            List<Eviction> evictions)
            implements Command {
        public CommitPlan {
            evictions = List.copyOf(evictions);
        }

        /** A plan for the primary deployment. */
        public CommitPlan(
                ServiceKey service,
                long basedOn,
                Launch launch,
                List<Start> starts,
                List<TaskId> stops,
                @Nullable String complaint) {
            this(service, basedOn, launch, starts, stops, complaint, 0, List.of());
        }
    }

    /** Raises the feature level; never lowers it. Answered by {@link Reply.Done}. */
    record RaiseLevel(int level) implements Command {}

    /**
     * Protects tasks of services against their schedulers, or no longer. Tasks that are gone, stop
     * or belong to no service are left out. Answered by {@link Reply.Protected}.
     *
     * @param forMillis how long from now on; 0 ends the protection
     */
    record ProtectTasks(List<TaskId> tasks, long forMillis) implements Command {}

    /**
     * Makes machines ACTIVE or DRAINING; inactive ones stay as they are. Answered by {@link
     * Reply.Done} or {@link Reply.Refused}.
     */
    record SetWorkerStatus(List<WorkerId> workers, Worker.Status status) implements Command {}

    /** The installation shall do so from now on. Answered by {@link Reply.Done}. */
    record SetPolicy(Policy policy) implements Command {}

    /**
     * A command of a call that its client repeats until it is answered: it is carried out once, and
     * whoever repeats the call learns what came of it then. Refusals are judged anew. Answered as
     * the command itself is.
     *
     * @param call tells the call from all others: by whom it is made, its operation, the id that
     *     the client gave it and its parameters
     */
    record Once(Token call, Command command) implements Command {
        public Once {
            Check.that(!(command instanceof Once), call);
        }
    }

    /**
     * Gives up tasks of a worker that has been silent for too long. Stale if it has connected
     * since. Answered by {@link Reply.Done} or {@link Reply.Refused}.
     *
     * @param session the latest, which is over
     * @param silentMillis how long it has been silent, at the least
     */
    record LoseWorker(WorkerId worker, long session, long silentMillis) implements Command {}

    /**
     * Ends a service deployment. Answered by {@link Reply.Done} or {@link Reply.Refused}.
     *
     * @param rollback whether the service goes back to its last completed revision, or else stays
     *     as it is
     */
    record StopServiceDeployment(ServiceDeployment.Key deployment, boolean rollback)
            implements Command {}

    /**
     * Decides on a hook that waits for it. Answered by {@link Reply.Done} or {@link Reply.Refused}.
     *
     * @param rollback whether the service goes back, or else on
     */
    record ContinueServiceDeployment(
            ServiceDeployment.Key deployment, String hook, boolean rollback) implements Command {}

    /**
     * What a hook has answered, or that it did not. One that is over already is not changed.
     * Answered by {@link Reply.Done}.
     *
     * @param status IN_PROGRESS if it is to be called again
     * @param againMillis how long from now on, then
     * @param note what the hook wants to be told with the next call, or null
     */
    record ReportHook(
            ServiceDeployment.Key deployment,
            String hook,
            Staging.HookStatus status,
            long againMillis,
            @Nullable String note)
            implements Command {}

    /**
     * An attribute of a machine.
     *
     * @param value empty for none
     */
    record NamedAttribute(WorkerId worker, String name, String value) {}

    /**
     * Sets custom attributes of machines, all or none. Answered by {@link Reply.Done} or {@link
     * Reply.Refused}.
     */
    record PutAttributes(List<NamedAttribute> attributes) implements Command {}

    /**
     * Removes custom attributes of machines, whatever their values; those that are not there are
     * passed over. Answered by {@link Reply.Done} or {@link Reply.Refused}.
     */
    record DeleteAttributes(List<NamedAttribute> attributes) implements Command {}

    /**
     * Makes a pool of workers. Answered by {@link Reply.Done} or {@link Reply.Refused}.
     *
     * @param spec what was configured, with name and tags
     */
    record CreateCapacityProvider(CapacityProvider spec) implements Command {}

    /**
     * Changes what a capacity provider was configured to; members that are null stay as they are.
     * Answered by {@link Reply.Done} or {@link Reply.Refused}.
     */
    record UpdateCapacityProvider(String name, AutoScalingGroupProviderUpdate change)
            implements Command {}

    /** Answered by {@link Reply.Done} or {@link Reply.Refused}. */
    record DeleteCapacityProvider(String name) implements Command {}

    /**
     * Replaces the capacity providers of a cluster and the strategy for what names none. Answered
     * by {@link Reply.Done} or {@link Reply.Refused}.
     */
    record SetClusterCapacity(
            String cluster, List<String> providers, List<CapacityProviderStrategyItem> strategy)
            implements Command {}

    /**
     * The capacity of a machine is taken back: it drains, and what runs on it by then is stopped.
     * An earlier interruption keeps its time. Answered by {@link Reply.Done} or {@link
     * Reply.Refused}.
     *
     * @param noticeMillis how long its tasks may go on
     */
    record InterruptWorker(WorkerId worker, long noticeMillis) implements Command {}

    /**
     * Adds a task set to a service that somebody else deploys. Answered by {@link
     * Reply.TaskSetMade} or {@link Reply.Refused}.
     *
     * @param number the 19 digits of its id
     * @param spec what was configured: external id, capacity, platform and scale
     * @param token null if the caller gave none
     */
    record CreateTaskSet(
            ServiceKey service,
            long number,
            TaskDefinitionKey taskDefinition,
            TaskSet spec,
            List<Tag> tags,
            @Nullable Token token,
            String fingerprint)
            implements Command {}

    /** Answered by {@link Reply.Done} or {@link Reply.Refused}. */
    record ScaleTaskSet(ServiceKey service, long number, Scale scale) implements Command {}

    /**
     * Makes a task set the one that serves. Answered by {@link Reply.Done} or {@link
     * Reply.Refused}.
     */
    record LeadTaskSet(ServiceKey service, long number) implements Command {}

    /**
     * Drains a task set, which then goes. Answered by {@link Reply.Done} or {@link Reply.Refused}.
     *
     * @param force whether it may still have a share of the service's tasks
     */
    record DeleteTaskSet(ServiceKey service, long number, boolean force) implements Command {}

    /**
     * Adds tags to a resource; those of the same key get the new value. Answered by {@link
     * Reply.Done} or {@link Reply.Refused}.
     */
    record TagResource(Taggable resource, List<Tag> tags) implements Command {}

    /**
     * Takes tags off a resource; keys that it does not have are passed over. Answered by {@link
     * Reply.Done} or {@link Reply.Refused}.
     */
    record UntagResource(Taggable resource, List<String> keys) implements Command {}

    /**
     * Changes what a cluster was configured to. Answered by {@link Reply.Done} or {@link
     * Reply.Refused}.
     *
     * @param change settings and configuration; members that are not set stay as they are
     */
    record UpdateCluster(String name, Cluster change) implements Command {}

    /**
     * Deletes revisions that are inactive, once nothing refers to them; others are left as they
     * are. Answered by {@link Reply.Done}.
     */
    record DeleteTaskDefinitions(List<TaskDefinitionKey> keys) implements Command {}

    /** Answered by {@link Reply.Done}. */
    record PutAccountSetting(AccountSetting setting) implements Command {}

    /** Answered by {@link Reply.Done}, also if nothing was set. */
    record DeleteAccountSetting(AccountSetting.Key key) implements Command {}

    /**
     * Tasks of a request whose tags ask for more than to run once, at once. Each is placed if it
     * can be, or waits if it may, or else is refused. Answered by {@link Reply.Started}, where
     * those that wait count as started, or {@link Reply.Refused}.
     *
     * @param token null if the caller gave none
     * @param fingerprint of the request, to tell another use of the token
     * @param continuing whether this is about what an earlier command of the same request could not
     *     place
     */
    record RunJobs(
            String cluster,
            Job.Ask ask,
            @Nullable Token token,
            String fingerprint,
            boolean continuing,
            List<Newcomer> newcomers)
            implements Command {}

    /**
     * A task that somebody wants.
     *
     * @param worker where somebody would place it now; null for nowhere
     * @param provision its capacity beyond the launch type; null for nothing special
     */
    record Newcomer(
            TaskId task,
            List<Task.Container> containers,
            @Nullable WorkerId worker,
            @Nullable Provision provision) {}

    /**
     * Places tasks that wait. Each is judged by itself. Answered by {@link Reply.Started}.
     *
     * @param placings in the order in which the tasks should be placed
     */
    record PlaceJobs(String cluster, List<Placing> placings) implements Command {}

    /** A task that waits and where it goes. */
    record Placing(TaskId task, WorkerId worker) {}

    /**
     * Registers the next revision of a daemon task definition. Answered by {@link Reply.Registered}
     * or {@link Reply.Refused}.
     *
     * @param definition complete but for ARN, revision, status and date
     * @param tasks what its tasks run, complete in the same way
     */
    record RegisterDaemonTaskDefinition(
            DaemonTaskDefinition definition,
            TaskDefinition tasks,
            List<Tag> tags,
            Footprint footprint)
            implements Command {}

    /** Answered by {@link Reply.Done} or {@link Reply.Refused}. */
    record DeleteDaemonTaskDefinition(TaskDefinitionKey key) implements Command {}

    /**
     * What a managed daemon is configured to.
     *
     * @param providers names of the capacity providers whose machines run it
     */
    record DaemonSpec(
            TaskDefinitionKey definition,
            List<String> providers,
            boolean propagatesTags,
            boolean managedTags,
            boolean executeCommand,
            DaemonDeploymentConfiguration configuration) {
        public DaemonSpec {
            providers = List.copyOf(providers);
        }
    }

    /**
     * Answered by {@link Reply.Done} or {@link Reply.Refused}.
     *
     * @param number of its first revision
     * @param token null if the caller gave none
     */
    record CreateDaemon(
            ServiceKey daemon,
            DaemonSpec spec,
            List<Tag> tags,
            long number,
            @Nullable Token token,
            String fingerprint)
            implements Command {}

    /**
     * Answered by {@link Reply.Done} or {@link Reply.Refused}.
     *
     * @param number of the revision that this makes
     */
    record UpdateDaemon(ServiceKey daemon, DaemonSpec spec, long number) implements Command {}

    /**
     * Answered by {@link Reply.Done} or {@link Reply.Refused}.
     *
     * @param number of the deployment that this is
     */
    record DeleteDaemon(ServiceKey daemon, long number) implements Command {}

    /**
     * A managed daemon can get on. What is to be done is worked out where this is applied, so only
     * what has to be drawn is in it. Answered by {@link Reply.Started} or {@link Reply.Refused}.
     *
     * @param basedOn version of the daemon that the proposal was made from
     */
    record AdvanceDaemon(ServiceKey daemon, long basedOn, List<Start> starts) implements Command {}

    /**
     * Room for one task on a machine.
     *
     * @param victims tasks there that have to stop for it, perhaps none as others stop anyway
     */
    record Eviction(WorkerId worker, List<TaskId> victims) {
        public Eviction {
            victims = List.copyOf(victims);
        }
    }

    /**
     * Stops less important tasks so that there is room for some that are about to be started. Each
     * part is judged by itself. Answered by {@link Reply.Done} or {@link Reply.Refused}.
     *
     * @param launch what will be started; its tags say how important it is
     * @param count how many tasks lack room, those included for which it is made already
     */
    record MakeRoom(String cluster, Launch launch, int count, List<Eviction> evictions)
            implements Command {
        public MakeRoom {
            evictions = List.copyOf(evictions);
        }
    }

    /**
     * Empties a machine: it is set to DRAINING. Answered by {@link Reply.Done} or {@link
     * Reply.Refused}.
     *
     * @param deadlineMillis after which whatever still runs there is stopped; 0 for never
     * @param pace how many tasks of services may be moved in which time; null for any number
     */
    record DrainWorker(WorkerId worker, long deadlineMillis, @Nullable Rate pace)
            implements Command {}
}
