package io.gantry.control.core.transition;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command.DrainWorker;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.reconcile.Drains;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Drain;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Worker;

/** Machines that are emptied with a deadline, or at a pace. */
final class DrainEdits {
    private static final String CODE = "TerminationNotice";

    private final Edit edit;

    DrainEdits(Edit edit) {
        this.edit = edit;
    }

    /** One that drains already does so anew from now on. */
    Reply begin(DrainWorker drain) {
        Worker worker = edit.workerRows.get(drain.worker());
        if (worker == null || worker.status() == Worker.Status.INACTIVE) {
            return Edit.refused(
                    Cause.INVALID_PARAMETER, "The specified container instance does not exist.");
        }
        long deadline = drain.deadlineMillis();
        var how =
                new Drain(
                        edit.nowMillis,
                        deadline == 0 ? 0 : edit.nowMillis + deadline,
                        drain.pace(),
                        Math.toIntExact(Drains.moving(edit.before, worker.id()).count()));
        edit.workerRows.put(worker.id(), worker.drained(how));
        edit.workers().moved(worker);
        if (deadline != 0) {
            edit.due(deadline, Deadline.Kind.END_DRAIN, worker.id());
        }
        lookAgain(worker.id(), how);
        return Edit.done();
    }

    private void lookAgain(WorkerId worker, Drain drain) {
        if (drain.waiting(edit.nowMillis) > 0) {
            long at = drain.nextTurnMillis(edit.nowMillis);
            edit.due(at - edit.nowMillis, Deadline.Kind.LOOK_AT_DRAIN, worker);
        }
    }

    /** The turn of some more tasks has come. */
    void look(WorkerId id) {
        Worker worker = edit.workerRows.get(id);
        Drain drain = worker == null ? null : worker.drain();
        if (drain == null) {
            return;
        }
        edit.before
                .aliveOn(id)
                .map(Task::service)
                .distinct()
                .forEach(
                        (ServiceKey service) -> {
                            if (service != null && edit.serviceRows.get(service) != null) {
                                edit.touch(service);
                            }
                        });
        lookAgain(id, drain);
    }

    /** Nothing happens if the machine was made ACTIVE again, or has more time by now. */
    void end(WorkerId id) {
        Worker worker = edit.workerRows.get(id);
        Drain drain = worker == null ? null : worker.drain();
        if (drain == null
                || drain.deadlineAtMillis() == 0
                || drain.deadlineAtMillis() > edit.nowMillis) {
            return;
        }
        edit.before
                .aliveOn(id)
                .map(Task::id)
                .forEach(
                        task ->
                                edit.tasks()
                                        .stop(
                                                edit.task(task),
                                                CODE,
                                                "The time to drain container instance "
                                                        + id
                                                        + " is over."));
    }
}
