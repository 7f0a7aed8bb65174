package io.gantry.control.core.transition;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command.InterruptWorker;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Worker;

/** Machines whose capacity is taken back, as spot capacity is. */
final class InterruptionEdits {
    private static final String CODE = "SpotInterruption";
    private static final String REASON = "Your Spot Task was interrupted.";

    private final Edit edit;

    InterruptionEdits(Edit edit) {
        this.edit = edit;
    }

    /** As with ECS's draining of spot instances, services may move their tasks meanwhile. */
    Reply begin(InterruptWorker interrupt) {
        Worker worker = edit.workerRows.get(interrupt.worker());
        if (worker == null || worker.status() == Worker.Status.INACTIVE) {
            return Edit.refused(
                    Cause.INVALID_PARAMETER, "The specified container instance does not exist.");
        }
        if (worker.interruptAtMillis() == 0) {
            long at = edit.nowMillis + interrupt.noticeMillis();
            edit.managed().claimed(worker);
            edit.workerRows.put(worker.id(), worker.interrupted(at));
            edit.workers().moved(worker);
            edit.due(interrupt.noticeMillis(), Deadline.Kind.INTERRUPT_WORKER, interrupt.worker());
        }
        return Edit.done();
    }

    /** Nothing happens if the machine was made ACTIVE again, or is to be interrupted later. */
    void end(WorkerId id) {
        Worker worker = edit.workerRows.get(id);
        if (worker == null
                || worker.interruptAtMillis() == 0
                || worker.interruptAtMillis() > edit.nowMillis) {
            return;
        }
        edit.before
                .aliveOn(id)
                .map(Task::id)
                .forEach(task -> edit.tasks().stop(edit.task(task), CODE, REASON));
    }
}
