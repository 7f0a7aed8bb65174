package io.gantry.control.core.transition;

import io.gantry.common.model.TaskId;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.command.Command.RunTasks;
import io.gantry.control.core.command.Command.Start;
import io.gantry.control.core.command.Command.StopTask;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.schedule.Claims;
import io.gantry.control.core.schedule.Constraints;
import io.gantry.control.core.schedule.DaemonGate;
import io.gantry.control.core.schedule.DaemonNeed;
import io.gantry.control.core.schedule.Fit;
import io.gantry.control.core.schedule.Gpus;
import io.gantry.control.core.schedule.ManagedNeed;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Groups;
import io.gantry.control.core.state.Present;
import io.gantry.control.core.state.Priority;
import io.gantry.control.core.state.Provision;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.TaskOf;
import io.gantry.control.core.state.Token;
import io.gantry.control.core.state.TokenUse;
import io.gantry.control.core.state.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes to tasks. {@link #change} is the one place where a task's row changes. */
final class TaskEdits {
    private final Edit edit;

    TaskEdits(Edit edit) {
        this.edit = edit;
    }

    Reply run(RunTasks run) {
        Reply known =
                known(
                        run.cluster(),
                        run.taskDefinition(),
                        run.token(),
                        run.fingerprint(),
                        run.continuing());
        if (known != null) {
            return known;
        }
        Reply.Started reply = start(run);
        remember(run.token(), run.fingerprint(), reply);
        return reply;
    }

    /** What has to be answered to a request without starting anything; null if it may start. */
    @Nullable Reply known(
            String cluster,
            TaskDefinitionKey definition,
            @Nullable Token token,
            String fingerprint,
            boolean continuing) {
        if (edit.activeCluster(cluster) == null) {
            return Edit.noCluster();
        }
        TokenUse used = token == null ? null : edit.tokenRows.get(token);
        if (used != null && !used.fingerprint().equals(fingerprint)) {
            return new Reply.Conflict(used.tasks());
        }
        if (used != null && !continuing) {
            return new Reply.Started(used.tasks(), List.of());
        }
        TaskDefinitionRow row = edit.taskDefinitionRows.get(definition);
        return row == null || !row.active()
                ? Edit.refused(Cause.TASK_DEFINITION, "TaskDefinition is inactive")
                : null;
    }

    /** Remembers what a request has started, beside what it had before. */
    void remember(@Nullable Token token, String fingerprint, Reply.Started reply) {
        if (token == null || reply.started().isEmpty()) {
            return;
        }
        TokenUse used = edit.tokenRows.get(token);
        var all = new ArrayList<>(used == null ? List.of() : used.tasks());
        all.addAll(reply.started());
        edit.remember(new TokenUse(token, fingerprint, all), Edit.TOKEN_KEPT_MILLIS);
    }

    private Reply.Started start(RunTasks run) {
        var started = new ArrayList<TaskId>();
        var refused = new ArrayList<TaskId>();
        for (Start start : run.starts()) {
            boolean placed = place(run.cluster(), run.taskDefinition(), run.launch(), start, null);
            (placed ? started : refused).add(start.task());
        }
        return new Reply.Started(started, refused);
    }

    /**
     * Puts a task on a worker if it still fits there. A task that is there already stays as it is:
     * the command has come twice.
     *
     * @param service the service that it belongs to, whose primary deployment starts it, or null
     */
    boolean place(
            String cluster,
            TaskDefinitionKey definition,
            Launch launch,
            Start start,
            @Nullable Service service) {
        return place(cluster, definition, launch, start, service, edit.nowMillis);
    }

    /**
     * The same with a task that was wanted before.
     *
     * @param createdAtMillis since when
     */
    boolean place(
            String cluster,
            TaskDefinitionKey definition,
            Launch launch,
            Start start,
            @Nullable Service service,
            long createdAtMillis) {
        Task known = edit.taskRows.get(start.task());
        if (known != null) {
            return known.worker().equals(start.worker());
        }
        Worker worker = edit.workerRows.get(start.worker());
        if (worker == null
                || !worker.cluster().equals(cluster)
                || !isServed(cluster, launch, start, worker)
                || !DaemonGate.of(edit.before, cluster).opens(worker)
                || Fit.refusal(kept(worker, launch, service), launch.footprint()) != null
                || Constraints.of(launch).refusal(worker, launch.group()) != null) {
            return false;
        }
        return put(
                cluster,
                definition,
                launch,
                start,
                service == null ? null : service.key(),
                service == null ? 0 : service.primary().number(),
                createdAtMillis);
    }

    /**
     * Puts the task of a managed daemon on a machine where the daemon wants one and it fits, also
     * if the machine drains for the daemon's sake: it comes before all others.
     */
    boolean placeDaemon(ManagedNeed need, Launch launch, Start start) {
        Worker worker = edit.workerRows.get(start.worker());
        if (edit.taskRows.get(start.task()) != null
                || worker == null
                || !worker.connected()
                || !edit.capacity().isUsable(worker.cluster(), start.provided())
                || Fit.noRoom(worker, launch.footprint()) != null) {
            return false;
        }
        return put(
                worker.cluster(),
                need.definition().key(),
                launch,
                start,
                need.daemon().key(),
                need.revision().key().number(),
                edit.nowMillis);
    }

    /** Puts a task on a worker that was found to have room for it. */
    private boolean put(
            String cluster,
            TaskDefinitionKey definition,
            Launch launch,
            Start start,
            @Nullable ServiceKey owner,
            long deployment,
            long createdAtMillis) {
        Worker worker = edit.worker(start.worker());
        Map<String, List<String>> gpus = gpus(definition, launch, worker);
        if (gpus == null) {
            return false;
        }
        var origin =
                new Task.Origin(
                        cluster,
                        definition,
                        worker.id(),
                        launch.footprint(),
                        owner,
                        deployment,
                        launch.group(),
                        launch.startedBy(),
                        launch.launchType(),
                        launch.overrides(),
                        launch.executeCommand(),
                        gpus,
                        worker.leased() ? launch.loss() : null,
                        start.provision());
        edit.workerRows.put(
                worker.id(),
                EvictionEdits.arrived(worker, launch.group())
                        .reserving(launch.footprint(), origin.gpuIds()));
        add(Task.placed(start.task(), origin, launch.tags(), start.containers(), createdAtMillis));
        return true;
    }

    /** What of a worker is left for a task: daemons come before all others. */
    private Worker kept(Worker worker, Launch launch, @Nullable Service service) {
        if (service != null && service.daemon()) {
            return worker;
        }
        Worker left =
                DaemonNeed.kept(edit.before, DaemonNeed.in(edit.before, worker.cluster()), worker);
        int priority =
                Priority.of(
                        service == null ? launch.tags() : service.tags(),
                        edit.clusterRows.get(worker.cluster()));
        return Claims.kept(left, launch.group(), priority, edit.nowMillis);
    }

    /** Whether the worker belongs to the capacity that the task is to run on. */
    private boolean isServed(String cluster, Launch launch, Start start, Worker worker) {
        Provision provision = start.provided();
        // Whoever names a machine, as StartTask does, asks for no special capacity.
        if (provision.provider() == null && launch.launchType().equals(Capacity.EC2)) {
            return true;
        }
        return edit.capacity().isUsable(cluster, provision)
                && Capacity.of(launch.launchType(), provision.provider()).has(worker);
    }

    /** The GPUs that the containers of a task get on a worker; null if it has too few. */
    private @Nullable Map<String, List<String>> gpus(
            TaskDefinitionKey definition, Launch launch, Worker worker) {
        TaskDefinitionRow row = edit.taskDefinitionRows.get(definition);
        return launch.footprint().gpus() == 0 || row == null
                ? Map.of()
                : Gpus.assigned(row.definition(), launch.overrides(), worker.freeGpus());
    }

    private void add(Task task) {
        addToOwners(task);
        store(null, task);
    }

    private void addToOwners(Task task) {
        edit.tasksByCluster.put(TaskOf.Cluster.of(task), Present.YES);
        edit.tasksByWorker.put(TaskOf.Worker.of(task.worker(), task), Present.YES);
        if (task.service() != null) {
            edit.tasksByService.put(TaskOf.Service.of(task.service(), task), Present.YES);
        }
    }

    private void removeFromOwners(Task task) {
        edit.tasksByCluster.remove(TaskOf.Cluster.of(task));
        edit.tasksByWorker.remove(TaskOf.Worker.of(task.worker(), task));
        if (task.service() != null) {
            edit.tasksByService.remove(TaskOf.Service.of(task.service(), task));
        }
    }

    /** Replaces a task's row and keeps everything that is counted from it in step. */
    void change(Task before, Task after) {
        boolean stops = before.alive() && !after.alive();
        Task next = stops ? edit.protections().ended(after) : after;
        store(before, next.counted());
        if (stops) {
            removeFromOwners(before);
            addToOwners(after);
            Worker worker = edit.worker(after.worker());
            edit.fleet().relieved(worker);
            edit.workerRows.put(
                    worker.id(), worker.releasing(after.footprint(), after.origin().gpuIds()));
            edit.due(
                    edit.policy().stoppedTaskRetentionMillis(),
                    Deadline.Kind.FORGET_TASK,
                    after.id());
        }
        ServiceKey owner = after.service();
        if (owner == null) {
            edit.jobs().moved(before, after);
        } else if (owner.isDaemon()) {
            new ManagedFailures(edit).moved(owner, before, after);
        }
    }

    /** Counts a task anew; one that is not there yet counts as one that has stopped. */
    private void store(@Nullable Task before, Task task) {
        Status countedAs = before == null ? Status.STOPPED : before.last();
        edit.taskRows.put(task.id(), task);
        Worker host = edit.worker(task.worker());
        Groups groups = host.groups().moving(before, task);
        if (!groups.equals(host.groups())) {
            edit.workerRows.put(host.id(), host.grouping(groups));
        }
        edit.touch(task.worker());
        ServiceKey key = task.service();
        if (key != null) {
            edit.touch(key);
        }
        if (task.last() == countedAs) {
            return;
        }
        edit.clusterRows.put(
                task.cluster(), edit.cluster(task.cluster()).counting(countedAs, task.last()));
        edit.workerRows.put(
                task.worker(), edit.worker(task.worker()).counting(countedAs, task.last()));
        Service service = key == null ? null : edit.serviceRows.get(key);
        if (service != null) {
            edit.serviceRows.put(
                    service.key(), service.counting(task.deployment(), countedAs, task.last()));
        }
    }

    Reply stop(StopTask stop) {
        if (edit.jobs().stop(stop)) {
            return Edit.done();
        }
        Task task = edit.taskRows.get(stop.task());
        if (task == null) {
            return Edit.refused(Cause.INVALID_PARAMETER, "The referenced task was not found.");
        }
        stop(task, stop.stopCode(), stop.reason());
        // ECS deletes the tags of a task that somebody stops.
        edit.taskRows.put(task.id(), edit.task(task.id()).tagged(List.of()));
        return Edit.done();
    }

    /** Asks for a task to stop; one that was asked before stays as it is. */
    void stop(Task task, String code, String reason) {
        if (task.wanted() && task.alive()) {
            change(task, task.stopping(code, reason, edit.nowMillis));
        }
    }

    /** A task whose worker cannot tell any more: it counts as stopped from now on. */
    void giveUp(Task task, String code, String reason) {
        if (!task.alive()) {
            return;
        }
        var containers = task.containers().stream().map(Task.Container::stopped).toList();
        var times = task.times().givenUp(edit.nowMillis);
        change(
                task,
                task.stopping(code, reason, edit.nowMillis)
                        .observed(Status.STOPPED, containers, times));
    }

    /** Removes all traces of a stopped task. */
    void forget(TaskId id) {
        Task task = edit.taskRows.get(id);
        if (task == null || task.alive()) {
            return;
        }
        edit.taskRows.remove(id);
        removeFromOwners(task);
    }
}
