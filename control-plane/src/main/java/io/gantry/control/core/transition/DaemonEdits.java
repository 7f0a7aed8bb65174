package io.gantry.control.core.transition;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command.CommitPlan;
import io.gantry.control.core.command.Command.Start;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.reconcile.Census;
import io.gantry.control.core.reconcile.DaemonStops;
import io.gantry.control.core.reconcile.Daemons;
import io.gantry.control.core.state.Present;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Changes to services that want a task on each machine. */
final class DaemonEdits {
    private final Edit edit;

    DaemonEdits(Edit edit) {
        this.edit = edit;
    }

    /** A service has been made or changed. */
    void changed(ServiceKey key) {
        Service service = edit.service(key);
        if (service.daemon()) {
            edit.daemons.put(key, Present.YES);
            count(service, wanted(service).size());
        }
    }

    /** A service is active no more. */
    void ended(ServiceKey key) {
        edit.daemons.remove(key);
    }

    /** Machines have come, gone or changed: what daemons want of them has to be looked at. */
    void lookAll(String cluster) {
        edit.before.daemonsOf(cluster).map(Service::key).forEach(edit::touch);
        edit.managed().lookAll(cluster);
    }

    private Set<WorkerId> wanted(Service service) {
        TaskDefinitionRow definition =
                edit.taskDefinitionRows.get(service.primary().taskDefinition());
        return definition == null ? Set.of() : Daemons.wanted(edit.before, service, definition);
    }

    /** The desired count of a daemon follows from the machines. */
    private void count(Service service, int desired) {
        long now = edit.nowMillis;
        if (desired != service.desiredCount() || desired != service.primary().desired()) {
            edit.serviceRows.put(
                    service.key(),
                    service.with(service.spec(), desired)
                            .changing(
                                    service.primary().number(),
                                    primary -> primary.desiring(desired, now)));
        }
    }

    /**
     * Judges a plan that was made from the service as it is.
     *
     * @param stop how a task of the service is stopped
     */
    Reply commit(CommitPlan plan, Census census, Consumer<Task> stop, Diary diary) {
        ServiceKey key = plan.service();
        Set<WorkerId> wanted = wanted(edit.service(key));
        count(edit.service(key), wanted.size());
        List<Task> stopped = judgeStops(plan, census, wanted);
        var refused = new ArrayList<TaskId>();
        List<TaskId> started = judgeStarts(plan, census, wanted, refused);
        stopped.forEach(stop);
        census.lost().forEach(new LossEdits(edit)::giveUp);
        diary.planned(census, started, stopped, plan);
        edit.touch(key);
        return new Reply.Started(started, refused);
    }

    private List<Task> judgeStops(CommitPlan plan, Census census, Set<WorkerId> wanted) {
        var stops = new DaemonStops(census, wanted::contains, Daemons.busy(edit.before));
        return plan.stops().stream()
                .flatMap(id -> Stream.ofNullable(edit.taskRows.get(id)))
                .filter(task -> plan.service().equals(task.service()))
                .filter(task -> task.alive() && task.wanted())
                .filter(stops::allows)
                .toList();
    }

    /** One task on each machine, also while an earlier one is still about to stop there. */
    private List<TaskId> judgeStarts(
            CommitPlan plan, Census census, Set<WorkerId> wanted, List<TaskId> refused) {
        Service service = edit.service(plan.service());
        var free = new HashSet<>(wanted);
        edit.before.aliveOf(plan.service()).map(Task::worker).forEach(free::remove);
        var started = new ArrayList<TaskId>();
        for (Start start : plan.starts()) {
            boolean placed =
                    started.size() < census.startable()
                            && free.contains(start.worker())
                            && edit.tasks()
                                    .place(
                                            service.key().cluster(),
                                            service.primary().taskDefinition(),
                                            plan.launch(),
                                            start,
                                            service);
            if (placed) {
                free.remove(start.worker());
            }
            (placed ? started : refused).add(start.task());
        }
        return started;
    }
}
