package io.gantry.control.core.transition;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command.Eviction;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.command.Command.MakeRoom;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.schedule.Claims;
import io.gantry.control.core.schedule.Preemption;
import io.gantry.control.core.state.Claim;
import io.gantry.control.core.state.Priority;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stops tasks to make room for more important ones, and keeps that room for them. Each proposal is
 * judged as things are now: none of the victims is protected, a daemon or as important, and with
 * them gone the other task fits.
 */
final class EvictionEdits {
    private static final String CODE = "ServiceSchedulerInitiated";

    /** Room is kept for so much longer than its tasks may take to stop. */
    private static final long PATIENCE_MILLIS = 60_000;

    private static final int STOP_SECONDS = 30;

    private final Edit edit;

    EvictionEdits(Edit edit) {
        this.edit = edit;
    }

    /** For tasks that belong to no service. */
    Reply make(MakeRoom make) {
        if (edit.activeCluster(make.cluster()) == null) {
            return Edit.noCluster();
        }
        int priority = Priority.of(make.launch().tags(), edit.clusterRows.get(make.cluster()));
        int wanted = make.count() - Claims.of(edit.before, make.cluster(), make.launch().group());
        judge(make.cluster(), make.launch(), priority, make.evictions(), wanted);
        return Edit.done();
    }

    /**
     * Carries out what still holds.
     *
     * @param most how many tasks may have room made for them
     * @return the tasks that stop
     */
    List<TaskId> judge(
            String cluster, Launch launch, int priority, List<Eviction> evictions, int most) {
        var stopped = new ArrayList<TaskId>();
        int made = 0;
        for (Eviction eviction : evictions) {
            if (made >= Math.min(most, Preemption.MOST_AT_ONCE)) {
                break;
            }
            List<Task> victims = victims(cluster, launch, priority, eviction);
            if (victims != null) {
                keep(eviction.worker(), victims, launch, priority);
                victims.forEach(task -> stop(task, launch, priority));
                victims.forEach(task -> stopped.add(task.id()));
                made++;
            }
        }
        return stopped;
    }

    /** The tasks that have to go; null if it does not hold. */
    private @Nullable List<Task> victims(
            String cluster, Launch launch, int priority, Eviction eviction) {
        Worker worker = edit.workerRows.get(eviction.worker());
        if (worker == null
                || worker.status() != Worker.Status.ACTIVE
                || !worker.cluster().equals(cluster)) {
            return null;
        }
        List<Task> alive = alive(worker.id());
        List<Task> movable =
                alive.stream()
                        .filter(task -> Preemption.mayGo(edit.before, task, priority))
                        .toList();
        List<Task> victims =
                movable.stream().filter(task -> eviction.victims().contains(task.id())).toList();
        boolean holds =
                !movable.isEmpty()
                        && victims.size() == eviction.victims().size()
                        && Preemption.makesRoom(
                                worker,
                                alive,
                                victims,
                                launch.footprint(),
                                priority,
                                edit.nowMillis);
        return holds ? victims : null;
    }

    private List<Task> alive(WorkerId worker) {
        return edit.before.aliveOn(worker).map(task -> edit.task(task.id())).toList();
    }

    private void stop(Task task, Launch launch, int priority) {
        edit.tasks()
                .stop(
                        task,
                        CODE,
                        "Task preempted by %s of priority %d; its own is %d."
                                .formatted(
                                        launch.group(), priority, Priority.of(edit.before, task)));
    }

    private void keep(WorkerId id, List<Task> victims, Launch launch, int priority) {
        long patience =
                Stream.concat(alive(id).stream().filter(task -> !task.wanted()), victims.stream())
                        .mapToLong(this::stopMillis)
                        .max()
                        .orElse(0);
        Worker worker = edit.worker(id);
        var claims = new ArrayList<>(worker.claims());
        claims.removeIf(claim -> claim.untilMillis() <= edit.nowMillis);
        claims.add(
                new Claim(
                        launch.group(),
                        launch.footprint(),
                        priority,
                        edit.nowMillis + PATIENCE_MILLIS + patience));
        edit.workerRows.put(id, worker.claimed(claims));
    }

    private long stopMillis(Task task) {
        TaskDefinitionRow row = edit.taskDefinitionRows.get(task.taskDefinition());
        return row == null
                ? 0
                : 1_000L
                        * row.definition().containerDefinitions().stream()
                                .mapToInt(
                                        each ->
                                                Objects.requireNonNullElse(
                                                        each.stopTimeout(), STOP_SECONDS))
                                .max()
                                .orElse(0);
    }

    /** A task of a group has come to a machine: room that was kept for one is kept no longer. */
    static Worker arrived(Worker worker, String group) {
        if (worker.claims().isEmpty()) {
            return worker;
        }
        var claims = new ArrayList<>(worker.claims());
        claims.stream()
                .filter(claim -> claim.group().equals(group))
                .findFirst()
                .ifPresent(claims::remove);
        return worker.claimed(claims);
    }
}
