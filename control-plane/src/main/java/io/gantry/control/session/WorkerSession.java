package io.gantry.control.session;

import static io.gantry.common.acs.AcsMessage.IAMRoleCredentialsMessage.TASK_APPLICATION;
import static io.gantry.common.acs.AcsMessage.IAMRoleCredentialsMessage.TASK_EXECUTION;

import io.gantry.common.acs.AcsMessage;
import io.gantry.common.acs.AcsMessage.GantryHeartbeatMessage;
import io.gantry.common.acs.AcsMessage.GantryInventoryMessage;
import io.gantry.common.acs.AcsMessage.GantryLeaseMessage;
import io.gantry.common.acs.AcsMessage.HeartbeatMessage;
import io.gantry.common.acs.AcsMessage.IAMRoleCredentialsMessage;
import io.gantry.common.acs.AcsMessage.PayloadMessage;
import io.gantry.common.acs.AcsMessage.TaskIdentifier;
import io.gantry.common.acs.AcsMessage.TaskManifestMessage;
import io.gantry.common.acs.AcsMessage.TaskStopVerificationAck;
import io.gantry.common.acs.AcsMessage.TaskStopVerificationMessage;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsTask.RoleCredentials;
import io.gantry.common.check.Check;
import io.gantry.common.model.Arn;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.common.time.Clock;
import io.gantry.common.time.Timers;
import io.gantry.control.core.assign.Assignments;
import io.gantry.control.core.command.Command.ReconcileWorker;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Worker;
import io.gantry.control.log.CommandLog;
import io.gantry.control.log.Replica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One agent's connection to this node. It keeps what it has told the agent; whenever the state may
 * have changed it sends the difference. A step machine: all calls come from its {@link Timers}.
 *
 * <p>Nothing is told twice on one connection, which delivers what it takes or breaks. A new session
 * has told nothing yet, so it says again whatever the agent has not reported back.
 */
final class WorkerSession {
    /** Agents drop a connection after 60 s without a message. */
    static final Duration HEARTBEAT = Duration.ofSeconds(15);

    /** So long without any message an agent that sends no heartbeats of its own counts as gone. */
    static final Duration SILENCE = Duration.ofSeconds(50);

    /** How often silence is measured; a measurement that comes late tells of a pause of ours. */
    static final Duration WATCH = Duration.ofSeconds(1);

    /** Looks at the state even if nothing said that it changed. */
    static final Duration LOOK = Duration.ofSeconds(10);

    private static final int TASKS_PER_MESSAGE = 10;

    private static final int SEQUENCE_BITS = 16;

    /** Numbers of one session: below the next session's, with one set aside for the manifest. */
    private static final long SEQUENCE_NUMBERS = (1L << SEQUENCE_BITS) - 1;

    private final WorkerId worker;
    private final long session;
    private final Context context;
    private final Outbound agent;
    private final Consumer<WorkerSession> onClosed;
    private final Map<TaskId, Status> told = new HashMap<>();
    private final CredentialPushes pushes = new CredentialPushes();
    private long messages;
    private long numbers;
    private long silentNanos;
    private long watchedNanos;
    private boolean closed;

    /** What all sessions of a node share. */
    record Context(Replica replica, CommandLog commands, Clock clock, Timers timers, String node) {}

    WorkerSession(
            WorkerId worker,
            long session,
            Context context,
            Outbound agent,
            Consumer<WorkerSession> onClosed) {
        this.worker = worker;
        this.session = session;
        this.context = context;
        this.agent = agent;
        this.onClosed = onClosed;
    }

    WorkerId worker() {
        return worker;
    }

    /** Its number: the log's order of connects. */
    long number() {
        return session;
    }

    void open() {
        hear();
        beat();
        if (leased()) {
            agent.send(new GantryLeaseMessage(0));
        }
        watch();
        look();
        sendManifest();
        context.timers().after(LOOK, this::lookRegularly);
    }

    private void beat() {
        if (closed) {
            return;
        }
        context.timers().after(HEARTBEAT, this::beat);
        agent.send(new HeartbeatMessage(nextId(), true));
    }

    private void hear() {
        silentNanos = 0;
        watchedNanos = context.clock().nanoTime();
    }

    private void watch() {
        if (closed) {
            return;
        }
        long now = context.clock().nanoTime();
        silentNanos += Math.min(now - watchedNanos, 2 * WATCH.toNanos());
        watchedNanos = now;
        Duration limit =
                leased()
                        ? Duration.ofMillis(
                                context.replica().state().policy().disconnectedAfterMillis())
                        : SILENCE;
        if (silentNanos > limit.toNanos()) {
            close("the agent is silent");
            return;
        }
        context.timers().after(WATCH, this::watch);
    }

    /** For how long nothing has been heard of the agent, at the least. */
    long silentMillis() {
        return silentNanos / 1_000_000;
    }

    /** Whether the agent holds leases, and sends heartbeats to renew them. */
    private boolean leased() {
        Worker row = context.replica().state().workers().get(worker);
        return row != null && row.leased();
    }

    /**
     * Renews the lease, but only once this node knows everything that was committed anywhere before
     * the heartbeat came: if the worker is connected even then, it cannot be declared lost before
     * its lease is over. A node that is cut off never gets that far.
     */
    private void renew(long number) {
        var _ =
                context.replica()
                        .catchUp()
                        .whenComplete(
                                (_, failure) -> {
                                    if (failure == null) {
                                        context.timers().run(() -> grant(number));
                                    }
                                });
    }

    private void grant(long number) {
        Worker row = context.replica().state().workers().get(worker);
        if (!closed && row != null && row.connected() && row.session() == session) {
            agent.send(new GantryLeaseMessage(number));
        }
    }

    private void lookRegularly() {
        if (!closed) {
            context.timers().after(LOOK, this::lookRegularly);
            look();
        }
    }

    /** Says whatever the agent should know and has not been told. */
    void look() {
        if (closed) {
            return;
        }
        ClusterState state = context.replica().state();
        Worker row = state.workers().get(worker);
        if (row == null || row.session() > session || row.status() == Worker.Status.INACTIVE) {
            close("the session is superseded");
            return;
        }
        boolean applied = row.session() == session;
        if (applied && !row.connected()) {
            // The leader took its node for dead. Only a new session makes the worker usable again.
            close("the cluster has ended the session");
            return;
        }
        if (!applied || !agent.writable()) {
            return;
        }
        Assignments wanted = Assignments.of(state, worker);
        told.keySet().removeIf(task -> isForgotten(wanted, task));
        List<Map.Entry<TaskId, Status>> news = List.copyOf(wanted.news(told).entrySet());
        for (int from = 0; from < news.size(); from += TASKS_PER_MESSAGE) {
            if (numbers == SEQUENCE_NUMBERS) {
                close("the numbers of this session are used up");
                return;
            }
            send(state, news.subList(from, Math.min(news.size(), from + TASKS_PER_MESSAGE)));
        }
        pushCredentials(state, wanted);
    }

    private static boolean isForgotten(Assignments wanted, TaskId task) {
        return !wanted.toRun().contains(task)
                && !wanted.running().contains(task)
                && !wanted.toStop().contains(task);
    }

    private void send(ClusterState state, List<Map.Entry<TaskId, Status>> news) {
        var payloads = new Payloads(Check.present(state.realm(), "realm"));
        var tasks = new ArrayList<AcsTask>();
        for (var each : news) {
            Task task = Check.present(state.tasks().get(each.getKey()), each.getKey());
            tasks.add(
                    each.getValue() == Status.STOPPED
                            ? payloads.stop(task)
                            : withCredentials(
                                    state,
                                    task,
                                    payloads.run(
                                            task,
                                            definition(state, task),
                                            state.imageDigests(task))));
            told.put(each.getKey(), each.getValue());
        }
        Names names = names(state, payloads);
        agent.send(
                new PayloadMessage(
                        nextId(),
                        names.cluster,
                        names.instance,
                        context.clock().nowMillis(),
                        nextSequence(),
                        null,
                        tasks));
    }

    private AcsTask withCredentials(ClusterState state, Task task, AcsTask told) {
        TaskRoles roles = roles(state, task);
        pushes.sent(task.id(), context.clock().nowMillis());
        return told.withCredentials(roles.application(), roles.execution());
    }

    private TaskRoles roles(ClusterState state, Task task) {
        return TaskRoles.of(
                Check.present(state.realm(), "realm"),
                task,
                definition(state, task),
                context.clock().now());
    }

    /** What does not fit into the socket now is sent when it has room again. */
    private void pushCredentials(ClusterState state, Assignments wanted) {
        long now = context.clock().nowMillis();
        for (TaskId id : pushes.due(wanted, told.keySet(), now)) {
            if (!agent.writable()) {
                return;
            }
            Task task = Check.present(state.tasks().get(id), id);
            TaskRoles roles = roles(state, task);
            push(state, task, TASK_APPLICATION, roles.application());
            push(state, task, TASK_EXECUTION, roles.execution());
            pushes.sent(id, now);
        }
    }

    private void push(
            ClusterState state, Task task, String type, @Nullable RoleCredentials credentials) {
        if (credentials != null) {
            var payloads = new Payloads(Check.present(state.realm(), "realm"));
            agent.send(
                    new IAMRoleCredentialsMessage(
                            nextId(),
                            payloads.arn(task),
                            payloads.arn("cluster/" + task.cluster()),
                            type,
                            credentials));
        }
    }

    private static TaskDefinitionRow definition(ClusterState state, Task task) {
        TaskDefinitionRow row =
                Check.present(
                        state.taskDefinitions().get(task.taskDefinition()), task.taskDefinition());
        return LogDefaults.of(state, Check.present(state.realm(), "realm"), row);
    }

    /** Lists what should run, so that the agent asks about everything else it has. */
    private void sendManifest() {
        ClusterState state = context.replica().state();
        if (closed || state.workers().get(worker) == null) {
            return;
        }
        var payloads = new Payloads(Check.present(state.realm(), "realm"));
        Names names = names(state, payloads);
        List<TaskIdentifier> tasks =
                Assignments.of(state, worker).manifest().stream()
                        .map(state.tasks()::get)
                        .filter(Objects::nonNull)
                        .map(task -> identifier(payloads.arn(task), names.cluster, Status.RUNNING))
                        .toList();
        agent.send(
                new TaskManifestMessage(
                        nextId(),
                        names.cluster,
                        names.instance,
                        context.clock().nowMillis(),
                        nextSequence(),
                        tasks));
    }

    private static TaskIdentifier identifier(
            String task, @Nullable String cluster, Status desired) {
        return new TaskIdentifier(task, cluster, desired.name());
    }

    private record Names(String cluster, String instance) {}

    private Names names(ClusterState state, Payloads payloads) {
        Worker row = Check.present(state.workers().get(worker), worker);
        return new Names(
                payloads.arn("cluster/" + row.cluster()),
                payloads.arn("container-instance/" + row.cluster() + '/' + worker));
    }

    /** Passes on what is no business of the session's; false if it has ended. */
    boolean tell(AcsMessage message) {
        if (!closed) {
            agent.send(message);
        }
        return !closed;
    }

    void received(AcsMessage message) {
        if (closed) {
            return;
        }
        hear();
        switch (message) {
            case TaskStopVerificationMessage question -> verifyStops(question);
            case GantryInventoryMessage inventory -> reconcile(inventory);
            case GantryHeartbeatMessage(long number) -> renew(number);
            default -> {
                // Answers to heartbeats, payloads and credentials count as a sign of life. A
                // payload with a bad
                // task is never acknowledged; that task is reported as stopped instead.
            }
        }
    }

    /** Confirms the end of those that should really not run; the others are left alone. */
    private void verifyStops(TaskStopVerificationMessage question) {
        ClusterState state = context.replica().state();
        List<TaskIdentifier> stops =
                question.stopCandidates().stream()
                        .filter(candidate -> !shouldRun(state, candidate.taskArn()))
                        .map(
                                candidate ->
                                        identifier(
                                                candidate.taskArn(),
                                                candidate.taskClusterArn(),
                                                Status.STOPPED))
                        .toList();
        agent.send(
                new TaskStopVerificationAck(
                        question.messageId(), context.clock().nowMillis(), stops));
    }

    private boolean shouldRun(ClusterState state, String arn) {
        TaskId id = taskId(arn);
        Task task = id == null ? null : state.tasks().get(id);
        return task != null && task.worker().equals(worker) && task.alive() && task.wanted();
    }

    private void reconcile(GantryInventoryMessage inventory) {
        List<TaskId> known =
                inventory.tasks().stream()
                        .map(each -> taskId(each.taskArn()))
                        .filter(Objects::nonNull)
                        .toList();
        var _ =
                context.commands()
                        .submit(new ReconcileWorker(worker, session, known))
                        .whenComplete(
                                (committed, failure) -> {
                                    if (failure != null) {
                                        context.timers().run(this::repeatInventory);
                                    }
                                });
    }

    /** Agents tell what they have once in a session. */
    private void repeatInventory() {
        close("the log did not take the agent's inventory");
    }

    static @Nullable TaskId taskId(String arn) {
        Arn parsed = Arn.parse(arn);
        if (parsed == null) {
            return null;
        }
        String id = parsed.resource().substring(parsed.resource().lastIndexOf('/') + 1);
        return TaskId.matches(id) ? TaskId.parse(id) : null;
    }

    /** Drops the connection and says so to the cluster. */
    void close(String reason) {
        if (!closed) {
            closed = true;
            agent.close(reason);
            onClosed.accept(this);
        }
    }

    private String nextId() {
        return worker + "-" + session + "-" + messages++;
    }

    /** Grows over all sessions of the worker, also those on other nodes. */
    private long nextSequence() {
        return (session << SEQUENCE_BITS) + numbers++;
    }
}
