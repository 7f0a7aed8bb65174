package io.gantry.control.core.transition;

import io.gantry.common.model.TaskId;
import io.gantry.control.core.command.Command.CommitPlan;
import io.gantry.control.core.command.Command.Start;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.reconcile.Census;
import io.gantry.control.core.reconcile.Lanes;
import io.gantry.control.core.reconcile.Rebalance;
import io.gantry.control.core.reconcile.StartBudget;
import io.gantry.control.core.reconcile.StopBudget;
import io.gantry.control.core.schedule.Claims;
import io.gantry.control.core.schedule.Preference;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.Deadline;
import io.gantry.control.core.state.Priority;
import io.gantry.control.core.state.Rate;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Judges the steps that are proposed for services: each part counts only as far as the service's
 * own rules still allow it.
 */
final class PlanEdits {
    private final Edit edit;
    private final Diary diary;
    private final TaskFailures failures;
    private final ReleaseEdits releases;

    PlanEdits(Edit edit, Diary diary, TaskFailures failures, ReleaseEdits releases) {
        this.edit = edit;
        this.diary = diary;
        this.failures = failures;
        this.releases = releases;
    }

    /** Stops a task that its service does not want any more. */
    void stop(Task task) {
        stop(task, "Scaling activity initiated by (deployment ecs-svc/" + task.deployment() + ")");
    }

    private void stop(Task task, String reason) {
        edit.tasks().stop(task, "ServiceSchedulerInitiated", reason);
    }

    private void replace(Task task, Census census) {
        if (census.failing(task)) {
            failures.unhealthy(edit.service(census.service().key()), task);
            stop(task, "Task failed container health checks");
        } else {
            stop(task);
        }
    }

    Reply commit(CommitPlan plan) {
        Service service = edit.serviceRows.get(plan.service());
        if (service == null || !service.active() || service.version() != plan.basedOn()) {
            return Edit.refused(Cause.STALE, "The service has changed.");
        }
        Service lane = Lanes.find(service, plan.lane());
        if (lane == null) {
            return Edit.refused(Cause.STALE, "The service is deployed in another way by now.");
        }
        edit.serviceRows.put(service.key(), service.planned());
        releases.begun(service);
        var census = census(lane, edit.before.aliveOf(service.key()));
        if (service.daemon()) {
            return new DaemonEdits(edit).commit(plan, census, task -> replace(task, census), diary);
        }
        List<Task> stopped = judgeStops(plan, census);
        var refused = new ArrayList<TaskId>();
        Cluster cluster = edit.cluster(service.key().cluster());
        Rate pace = Rebalance.budget(lane, cluster);
        var budget =
                new StartBudget(
                        census,
                        census.alive() - stopped.size(),
                        Rebalance.movesLeft(census, pace),
                        Preference.of(service.tags(), cluster).fallback());
        List<TaskId> started = judgeStarts(plan, budget, census, refused);
        makeRoom(plan, lane, budget.left());
        lookWhenMoreMayMove(service.key(), started, pace);
        stopped.forEach(task -> replace(task, census));
        giveUpReplaced(census, started.size());
        var zones = new ZoneDiary(edit, diary, census);
        diary.planned(census, zones.started(started), zones.stopped(stopped), plan);
        edit.touch(service.key());
        return new Reply.Started(started, refused);
    }

    /** Lost tasks are kept no longer than nothing runs in their place. */
    private void giveUpReplaced(Census census, int started) {
        int stillMissing = Math.max(0, census.missing() - started);
        census.lost().stream()
                .limit(Math.max(0, census.lost().size() - stillMissing))
                .forEach(new LossEdits(edit)::giveUp);
    }

    private List<Task> judgeStops(CommitPlan plan, Census census) {
        var budget = new StopBudget(census);
        return plan.stops().stream()
                .flatMap(id -> Stream.ofNullable(edit.taskRows.get(id)))
                .filter(task -> plan.service().equals(task.service()))
                .filter(task -> task.alive() && task.wanted())
                .filter(budget::allows)
                .toList();
    }

    /** No more than the maximum alive, no more of the primary deployment than desired. */
    private List<TaskId> judgeStarts(
            CommitPlan plan, StartBudget budget, Census census, List<TaskId> refused) {
        Service service = census.service();
        var started = new ArrayList<TaskId>();
        for (Start start : plan.starts()) {
            boolean placed =
                    budget.allows(start)
                            && edit.tasks()
                                    .place(
                                            service.key().cluster(),
                                            service.primary().taskDefinition(),
                                            plan.launch(),
                                            start,
                                            service);
            (placed ? started : refused).add(start.task());
            if (placed) {
                budget.started(start);
            }
        }
        return started;
    }

    /**
     * Tasks that still lack room get that of less important ones, as far as it is kept for none.
     */
    private void makeRoom(CommitPlan plan, Service service, int lacking) {
        if (plan.evictions().isEmpty()) {
            return;
        }
        String cluster = service.key().cluster();
        int priority = Priority.of(service.tags(), edit.clusterRows.get(cluster));
        int waiting = Claims.of(edit.before, cluster, plan.launch().group());
        List<TaskId> stopped =
                new EvictionEdits(edit)
                        .judge(
                                cluster,
                                plan.launch(),
                                priority,
                                plan.evictions(),
                                lacking - waiting);
        diary.preempted(service.key(), stopped);
    }

    private void lookWhenMoreMayMove(ServiceKey key, List<TaskId> started, @Nullable Rate pace) {
        if (pace != null
                && started.stream().anyMatch(id -> edit.task(id).provision().balancing())) {
            edit.due(pace.perMillis(), Deadline.Kind.LOOK_AT_SERVICE, key);
        }
    }

    /** Counts tasks as they are after what has been changed so far. */
    Census census(Service service, Stream<Task> tasks) {
        return Census.of(edit.before, service, tasks, edit.workerRows::get, edit.nowMillis);
    }
}
