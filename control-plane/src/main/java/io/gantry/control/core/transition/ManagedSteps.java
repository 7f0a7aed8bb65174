package io.gantry.control.core.transition;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command.AdvanceDaemon;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.command.Command.Start;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.reconcile.Launches;
import io.gantry.control.core.reconcile.ManagedPlan;
import io.gantry.control.core.reconcile.ManagedPlan.Step;
import io.gantry.control.core.schedule.ManagedNeed;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedDeployment;
import io.gantry.control.core.state.ManagedDeployment.Status;
import io.gantry.control.core.state.ServiceKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the next step of a managed daemon, which is worked out anew: the proposal only says that
 * there is one, and brings the ids of its tasks.
 */
final class ManagedSteps {
    static final String CODE = "ServiceSchedulerInitiated";
    static final String UNHEALTHY = "Task failed container health checks";

    private final Edit edit;
    private final ManagedEdits managed;

    ManagedSteps(Edit edit) {
        this.edit = edit;
        this.managed = edit.managed();
    }

    Reply advance(AdvanceDaemon advance) {
        ManagedDaemon daemon = edit.managedRows.daemons.get(advance.daemon());
        ManagedNeed need = daemon == null ? null : ManagedNeed.of(edit.before, daemon);
        if (daemon == null || need == null || daemon.version() != advance.basedOn()) {
            return Edit.refused(Cause.STALE, "The daemon has changed.");
        }
        ServiceKey key = daemon.key();
        Step step = ManagedPlan.step(edit.before, need, edit.nowMillis);
        edit.managedRows.daemons.put(key, daemon.stepped());
        turn(daemon, step);
        step.releases().forEach(worker -> managed.release(managed.post(key, worker).forgiven()));
        step.drains().forEach(worker -> drain(key, worker));
        step.stops()
                .forEach(task -> stop(task, "Daemon deployment of revision " + daemon.target()));
        step.unhealthy().forEach(task -> stop(task, UNHEALTHY));
        var refused = new ArrayList<TaskId>();
        List<TaskId> started = start(advance, step, need, refused);
        edit.touch(key);
        return new Reply.Started(started, refused);
    }

    private void drain(ServiceKey key, WorkerId worker) {
        managed.hold(managed.post(key, worker));
        edit.due(ManagedPlan.PATIENCE_MILLIS, Deadline.Kind.LOOK_AT_SERVICE, key);
    }

    private void stop(TaskId task, String reason) {
        edit.tasks().stop(edit.task(task), CODE, reason);
    }

    private List<TaskId> start(
            AdvanceDaemon advance, Step step, ManagedNeed need, List<TaskId> refused) {
        Launch launch = Launches.of(edit.before, need);
        var started = new ArrayList<TaskId>();
        for (Start start : advance.starts()) {
            boolean placed =
                    step.starts().containsKey(start.worker())
                            && edit.tasks().placeDaemon(need, launch, start);
            (placed ? started : refused).add(start.task());
        }
        return started;
    }

    private void turn(ManagedDaemon daemon, Step step) {
        ManagedDeployment ongoing = ongoing(daemon);
        if (ongoing == null) {
            return;
        }
        ManagedDeployment begun = ongoing.begun(edit.nowMillis);
        if (begun.rollback() == null) {
            begun = begun.noting(step.note());
        }
        switch (step.turn()) {
            case NONE -> edit.managedRows.deployments.put(begun.key(), begun);
            case WORK -> edit.managedRows.deployments.put(begun.key(), begun.baking(0));
            case BAKE -> {
                long millis = begun.bakeMillis();
                edit.managedRows.deployments.put(
                        begun.key(), begun.baking(edit.nowMillis + millis));
                edit.due(millis, Deadline.Kind.LOOK_AT_SERVICE, daemon.key());
            }
            case COMPLETE -> complete(daemon, begun);
        }
    }

    private @Nullable ManagedDeployment ongoing(ManagedDaemon daemon) {
        String id = daemon.ongoing();
        return id == null
                ? null
                : edit.managedRows.deployments.get(new ManagedDeployment.Key(daemon.key(), id));
    }

    private void complete(ManagedDaemon daemon, ManagedDeployment deployment) {
        boolean back = deployment.rollback() != null;
        managed.end(
                deployment,
                back ? Status.ROLLBACK_SUCCESSFUL : Status.SUCCESSFUL,
                back ? deployment.reason() : null);
        edit.managedRows.daemons.put(daemon.key(), managed.daemon(daemon.key()).rolledOut());
        edit.managedDefinitions().sweep();
    }
}
