package io.gantry.control.core.transition;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command.LoseWorker;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.reconcile.Losses;
import io.gantry.control.core.state.Loss;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Worker;
import java.util.List;

/**
 * Workers that are lost, and workers that are back.
 *
 * <p>A lost task counts neither as healthy nor towards the maximum, as its service is to have
 * another one. It stops at once, as far as the cluster is concerned, and can never run again; one
 * that may be kept stays as it is until another has been started in its place.
 */
final class LossEdits {
    static final String CODE = "TerminationNotice";

    private final Edit edit;

    LossEdits(Edit edit) {
        this.edit = edit;
    }

    Reply lose(LoseWorker lose) {
        Worker worker = edit.workerRows.get(lose.worker());
        if (worker == null
                || worker.status() == Worker.Status.INACTIVE
                || worker.connected()
                || worker.session() != lose.session()) {
            return Edit.refused(Cause.STALE, "The worker is back.");
        }
        List<Task> due = Losses.tasks(edit.before, worker, lose.silentMillis()).toList();
        if (Losses.isLost(edit.before, worker, lose.silentMillis())) {
            edit.workerRows.put(worker.id(), worker.declaredLost(edit.nowMillis));
            edit.fleet().left(worker);
            edit.touch(worker.id());
        }
        due.forEach(this::lose);
        return Edit.done();
    }

    private void lose(Task task) {
        Loss loss = task.loss();
        if (loss != null && loss.kept() && task.wanted()) {
            edit.tasks().change(task, task.lost(true));
        } else {
            giveUp(task);
        }
    }

    /** Lost tasks that others run in the place of. */
    void giveUp(Task task) {
        edit.tasks()
                .giveUp(
                        edit.task(task.id()),
                        CODE,
                        "Host (container instance " + task.worker() + ") lost.");
    }

    /** A worker is back before some of its tasks have been replaced: they go on. */
    void found(WorkerId worker) {
        edit.before
                .aliveOn(worker)
                .filter(Task::lost)
                .forEach(task -> edit.tasks().change(task, task.lost(false)));
    }
}
