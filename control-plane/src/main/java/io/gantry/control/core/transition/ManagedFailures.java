package io.gantry.control.core.transition;

import io.gantry.control.core.reconcile.ManagedPlan;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedDeployment;
import io.gantry.control.core.state.ManagedDeployment.Status;
import io.gantry.control.core.state.ManagedPost;
import io.gantry.control.core.state.ManagedRevision;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Worker;
import java.util.Set;

/**
 * What follows when tasks of managed daemons run, or stop without having been told to.
 *
 * <p>A daemon that has proved itself on a machine and then stops there lets the machine drain, as
 * in ECS. One that never got so far does not: the machine takes no other tasks as long as the
 * daemon does not run, and those that it had before must not suffer from a revision that is bad.
 */
final class ManagedFailures {
    /** Codes of tasks that stop for reasons which are not the daemon's. */
    private static final Set<String> EXCUSED =
            Set.of(ManagedSteps.CODE, LossEdits.CODE, "SpotInterruption");

    private final Edit edit;
    private final ManagedEdits managed;

    ManagedFailures(Edit edit) {
        this.edit = edit;
        this.managed = edit.managed();
    }

    /** A task of a daemon has changed. */
    void moved(ServiceKey key, Task before, Task after) {
        if (before.last() != Task.Status.RUNNING && after.last() == Task.Status.RUNNING) {
            lookAgain(key, ManagedPlan.PROOF_MILLIS);
        }
        ManagedDaemon daemon = edit.managedRows.daemons.get(key);
        if (daemon != null && daemon.active() && before.alive() && !after.alive()) {
            ended(daemon, after);
        }
    }

    /** Rounded up to whole seconds, so that tasks that start together cause one look. */
    private void lookAgain(ServiceKey key, long inMillis) {
        long at = Math.ceilDiv(edit.nowMillis + inMillis, 1_000L) * 1_000;
        edit.due(at - edit.nowMillis, Deadline.Kind.LOOK_AT_SERVICE, key);
    }

    private void ended(ManagedDaemon daemon, Task task) {
        boolean unhealthy = ManagedSteps.UNHEALTHY.equals(task.stoppedReason());
        if (!unhealthy && EXCUSED.contains(String.valueOf(task.stopCode()))) {
            return;
        }
        boolean own = unhealthy || StopCause.isOwn(task.stopCode());
        boolean proved = hasProved(task);
        ManagedPost post = managed.post(daemon.key(), task.worker());
        if (own) {
            int inARow = proved ? 1 : post.failures() + 1;
            long delay = StartThrottle.delayMillis(inARow);
            post = post.failing(inARow, edit.nowMillis + delay);
            managed.put(post);
            lookAgain(daemon.key(), delay);
        }
        if (proved && !daemon.stalled() && isTheirs(task)) {
            managed.hold(post);
        }
        if (own && task.deployment() == daemon.target() && daemon.ongoing() != null) {
            failed(daemon);
        }
    }

    /** Machines that drain by the will of others are not held. */
    private boolean isTheirs(Task task) {
        Worker worker = edit.worker(task.worker());
        return worker.status() == Worker.Status.ACTIVE || managed.isHeld(worker);
    }

    private static boolean hasProved(Task task) {
        long started = task.times().startedAt();
        long ended = task.times().stoppedAt();
        return started != 0
                && (task.checked()
                        ? task.passing() || ended - started >= ManagedPlan.PATIENCE_MILLIS
                        : ended - started >= ManagedPlan.PROOF_MILLIS);
    }

    private void failed(ManagedDaemon daemon) {
        ManagedDeployment deployment = managed.latest(daemon).failing();
        edit.managedRows.deployments.put(deployment.key(), deployment);
        if (!deployment.hasFailed()) {
            return;
        }
        ManagedRevision last =
                edit.managedRows.revisions.get(
                        new ManagedRevision.Key(daemon.key(), daemon.completed()));
        if (deployment.rollback() != null) {
            managed.end(
                    deployment,
                    Status.ROLLBACK_FAILED,
                    "Tasks of the revision that the deployment went back to failed to run, too.");
            edit.managedRows.daemons.put(daemon.key(), daemon.failed(false));
        } else if (last != null && daemon.completed() != daemon.target()) {
            goBack(daemon, deployment, last);
        } else {
            managed.end(
                    deployment.tripped(),
                    Status.STOPPED,
                    "Daemon deployment circuit breaker was triggered: tasks failed to run.");
            edit.managedRows.daemons.put(daemon.key(), daemon.failed(true));
            managed.releaseAll(daemon.key());
        }
        edit.managedDefinitions().sweep();
    }

    private void goBack(ManagedDaemon daemon, ManagedDeployment deployment, ManagedRevision last) {
        edit.managedRows.deployments.put(
                deployment.key(),
                deployment.goingBack(
                        "Daemon deployment circuit breaker was triggered: tasks failed to run.",
                        last,
                        edit.nowMillis));
        edit.managedRows.daemons.put(daemon.key(), daemon.goingBack());
        managed.forgive(daemon.key());
    }
}
