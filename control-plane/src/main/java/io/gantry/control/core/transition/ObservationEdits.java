package io.gantry.control.core.transition;

import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.command.Command.Observation;
import io.gantry.control.core.command.Command.ObserveTasks;
import io.gantry.control.core.command.Command.ReconcileWorker;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Container;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.Worker;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What agents report. Reports may come late, twice or in any order: statuses only move forward. */
final class ObservationEdits {
    private final Edit edit;

    ObservationEdits(Edit edit) {
        this.edit = edit;
    }

    Reply observe(ObserveTasks observe) {
        observe.observations().forEach(this::observe);
        return Edit.done();
    }

    private void observe(Observation seen) {
        Task before = edit.taskRows.get(seen.task());
        if (before == null || !before.alive()) {
            return;
        }
        Status status = seen.status() == null ? before.last() : seen.status();
        List<Container> containers =
                before.containers().stream().map(each -> merged(each, seen, status)).toList();
        Task after = before.observed(status, containers, times(before, seen, status));
        String code = stopCode(after);
        if (code != null && (after.wanted() || after.stopCode() == null)) {
            after = after.stopping(code, stoppedReason(after, code, seen.reason()), edit.nowMillis);
        }
        if (!differs(before, after)) {
            return;
        }
        edit.tasks().change(before, after);
        if (after.service() != null && after.last() != before.last()) {
            edit.services().taskMoved(before, after);
        }
    }

    private static boolean differs(Task before, Task after) {
        return before.last() != after.last()
                || before.desired() != after.desired()
                || !before.containers().equals(after.containers())
                || !before.times().equals(after.times());
    }

    private static Container merged(Container known, Observation seen, Status taskStatus) {
        ContainerSeen news =
                seen.containers().stream()
                        .filter(each -> each.name().equals(known.name()))
                        .findFirst()
                        .orElse(null);
        Container container = news == null ? known : merged(known, news);
        return taskStatus == Status.STOPPED ? container.stopped() : container;
    }

    private static Container merged(Container known, ContainerSeen seen) {
        return new Container(
                known.name(),
                known.id(),
                known.essential(),
                seen.status() == null || seen.status().compareTo(known.last()) < 0
                        ? known.last()
                        : seen.status(),
                either(seen.exitCode(), known.exitCode()),
                either(seen.reason(), known.reason()),
                either(seen.runtimeId(), known.runtimeId()),
                either(seen.imageDigest(), known.imageDigest()),
                Objects.requireNonNullElse(seen.bindings(), known.bindings()),
                Objects.requireNonNullElse(seen.health(), known.health()));
    }

    private static <T> @Nullable T either(@Nullable T news, @Nullable T known) {
        return news != null ? news : known;
    }

    private Task.Times times(Task task, Observation seen, Status status) {
        Task.Times known = task.times();
        boolean starts = status == Status.RUNNING && known.startedAt() == 0;
        var times =
                new Task.Times(
                        known.createdAt(),
                        known.connectivityAt(),
                        first(known.pullStartedAt(), seen.pullStartedAt()),
                        first(known.pullStoppedAt(), seen.pullStoppedAt()),
                        starts ? edit.nowMillis : known.startedAt(),
                        known.stoppingAt(),
                        first(known.executionStoppedAt(), seen.executionStoppedAt()),
                        known.stoppedAt());
        return status == Status.STOPPED ? times.stopped(edit.nowMillis) : times;
    }

    private static long first(long known, long seen) {
        return known != 0 ? known : seen;
    }

    /** Why the task stops or has stopped by itself, in ECS's words; null if it does not. */
    private static @Nullable String stopCode(Task task) {
        boolean exited =
                task.containers().stream()
                        .anyMatch(
                                each ->
                                        each.essential()
                                                && each.last() == Status.STOPPED
                                                && each.exitCode() != null);
        boolean failed =
                task.containers().stream()
                        .anyMatch(each -> each.essential() && each.last() == Status.STOPPED);
        if (task.alive() && !failed) {
            return null;
        }
        return task.times().startedAt() != 0 || exited
                ? "EssentialContainerExited"
                : "TaskFailedToStart";
    }

    private static String stoppedReason(Task task, String code, @Nullable String told) {
        if (code.equals("EssentialContainerExited")) {
            return "Essential container in task exited";
        }
        if (told != null && !told.isEmpty()) {
            return told;
        }
        return task.containers().stream()
                .map(Container::reason)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("Task failed to start");
    }

    /** Tasks that were seen running and that their agent does not know are gone. */
    Reply reconcile(ReconcileWorker reconcile) {
        Worker worker = edit.workerRows.get(reconcile.worker());
        if (worker == null || worker.session() != reconcile.session()) {
            return Edit.refused(Cause.STALE, "There is a later session.");
        }
        var known = new HashSet<>(reconcile.known());
        List<Task> lost =
                edit.before
                        .aliveOn(worker.id())
                        .filter(task -> task.last() == Status.RUNNING)
                        .filter(task -> !known.contains(task.id()))
                        .toList();
        var tasks = edit.tasks();
        for (Task task : lost) {
            tasks.giveUp(
                    edit.task(task.id()),
                    "TerminationNotice",
                    "The container instance no longer knows of the task.");
        }
        return Edit.done();
    }
}
