package io.gantry.control.core.transition;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command.ConnectWorker;
import io.gantry.control.core.command.Command.DeregisterWorker;
import io.gantry.control.core.command.Command.DisconnectWorker;
import io.gantry.control.core.command.Command.RegisterWorker;
import io.gantry.control.core.command.Command.SetWorkerStatus;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Present;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskOf;
import io.gantry.control.core.state.Worker;
import io.gantry.control.core.state.WorkerOf;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Changes to container instances. */
final class WorkerEdits {
    private static final long INACTIVE_KEPT_MILLIS = 60L * 60 * 1000;

    private final Edit edit;

    WorkerEdits(Edit edit) {
        this.edit = edit;
    }

    Reply register(RegisterWorker register) {
        if (edit.activeCluster(register.cluster()) == null) {
            return Edit.noCluster();
        }
        return register.again() ? registerAgain(register) : registerNew(register);
    }

    private Reply registerAgain(RegisterWorker register) {
        Worker known = edit.workerRows.get(register.worker());
        if (known == null
                || known.status() == Worker.Status.INACTIVE
                || !known.cluster().equals(register.cluster())) {
            return Edit.refused(
                    Cause.WORKER_INACTIVE,
                    "The container instance is not registered with the cluster. Remove the agent's"
                            + " state to register it as a new one.");
        }
        edit.workerRows.put(known.id(), known.reregistered(registration(register)));
        edit.fleet().changed(known);
        edit.touch(known.id());
        return new Reply.WorkerRegistered(known.id());
    }

    private Reply registerNew(RegisterWorker register) {
        Worker twin = registeredWith(register.cluster(), register.clientToken());
        if (twin != null) {
            return new Reply.WorkerRegistered(twin.id());
        }
        if (edit.workerRows.get(register.worker()) == null) {
            add(register);
        }
        return new Reply.WorkerRegistered(register.worker());
    }

    private Worker.Registration registration(RegisterWorker register) {
        return new Worker.Registration(
                register.attributes(),
                register.tags(),
                register.total(),
                register.reservedPorts(),
                edit.nowMillis,
                register.clientToken(),
                register.gpus());
    }

    private void add(RegisterWorker register) {
        Worker worker =
                Worker.registered(register.worker(), register.cluster(), registration(register));
        edit.workerRows.put(worker.id(), worker);
        edit.workersByCluster.put(new WorkerOf(worker.cluster(), worker.id()), Present.YES);
        edit.clusterRows.put(worker.cluster(), edit.cluster(worker.cluster()).withInstances(1));
        edit.fleet().changed(worker);
    }

    /** A machine that has registered with this token already: its first answer was lost. */
    private @Nullable Worker registeredWith(String cluster, @Nullable String clientToken) {
        if (clientToken == null) {
            return null;
        }
        return edit.before
                .workersOf(cluster)
                .filter(worker -> worker.status() != Worker.Status.INACTIVE)
                .filter(worker -> clientToken.equals(worker.clientToken()))
                .findFirst()
                .orElse(null);
    }

    Reply connect(ConnectWorker connect) {
        Worker worker = edit.workerRows.get(connect.worker());
        if (worker == null || worker.status() == Worker.Status.INACTIVE) {
            return Edit.refused(Cause.WORKER_INACTIVE, "The container instance is not active.");
        }
        edit.workerRows.put(
                worker.id(),
                worker.connected(edit.sequence, connect.node(), connect.agent(), edit.nowMillis));
        edit.touch(worker.id());
        new LossEdits(edit).found(worker.id());
        edit.fleet().changed(worker);
        return new Reply.Connected(edit.sequence);
    }

    Reply disconnect(DisconnectWorker disconnect) {
        Worker worker = edit.workerRows.get(disconnect.worker());
        if (worker == null || !worker.connected() || worker.session() != disconnect.session()) {
            return Edit.refused(Cause.STALE, "There is a later session.");
        }
        edit.workerRows.put(
                worker.id(), worker.disconnected(edit.nowMillis, disconnect.silentMillis()));
        edit.touch(worker.id());
        return Edit.done();
    }

    /** The services of its tasks look again: what is on a draining machine has to be replaced. */
    Reply setStatus(SetWorkerStatus set) {
        if (set.status() == Worker.Status.INACTIVE) {
            return Edit.refused(
                    Cause.INVALID_PARAMETER, "A container instance is deregistered to end it.");
        }
        for (WorkerId id : set.workers()) {
            Worker worker = edit.workerRows.get(id);
            if (worker != null) {
                edit.managed().claimed(worker);
            }
            if (worker == null
                    || worker.status() == Worker.Status.INACTIVE
                    || worker.status() == set.status()) {
                continue;
            }
            edit.workerRows.put(id, worker.becoming(set.status()));
            moved(worker);
        }
        return Edit.done();
    }

    /** Everybody concerned looks at a machine whose status has changed. */
    void moved(Worker worker) {
        edit.fleet().changed(worker);
        edit.touch(worker.id());
        edit.before
                .aliveOn(worker.id())
                .flatMap(task -> Stream.ofNullable(task.service()))
                .filter(service -> edit.serviceRows.get(service) != null)
                .forEach(edit::touch);
    }

    Reply deregister(DeregisterWorker deregister) {
        Worker worker = edit.workerRows.get(deregister.worker());
        if (worker == null || worker.status() == Worker.Status.INACTIVE) {
            return Edit.refused(
                    Cause.INVALID_PARAMETER, "The specified container instance does not exist.");
        }
        List<Task> alive = edit.before.aliveOn(worker.id()).toList();
        if (!deregister.force() && alive.stream().anyMatch(Task::wanted)) {
            return Edit.refused(Cause.INVALID_PARAMETER, "Found running tasks on the instance.");
        }
        var tasks = edit.tasks();
        for (Task task : alive) {
            tasks.giveUp(
                    edit.task(task.id()),
                    "UserInitiated",
                    "Container instance deregistration forced by user");
        }
        edit.managed().claimed(worker);
        edit.workerRows.put(worker.id(), edit.worker(worker.id()).deregistered(edit.nowMillis));
        edit.fleet().left(worker);
        edit.clusterRows.put(worker.cluster(), edit.cluster(worker.cluster()).withInstances(-1));
        edit.touch(worker.id());
        edit.due(INACTIVE_KEPT_MILLIS, Deadline.Kind.FORGET_WORKER, worker.id());
        return Edit.done();
    }

    /** Removes an inactive machine once nothing refers to it any more. */
    void forget(WorkerId id) {
        Worker worker = edit.workerRows.get(id);
        if (worker == null || worker.status() != Worker.Status.INACTIVE) {
            return;
        }
        Map.Entry<TaskOf.Worker, Present> next =
                edit.tasksByWorker
                        .done()
                        .streamFrom(TaskOf.Worker.first(id))
                        .findFirst()
                        .orElse(null);
        if (next != null && next.getKey().worker().equals(id)) {
            edit.due(INACTIVE_KEPT_MILLIS, Deadline.Kind.FORGET_WORKER, id);
            return;
        }
        edit.workerRows.remove(id);
        edit.workersByCluster.remove(new WorkerOf(worker.cluster(), id));
    }
}
