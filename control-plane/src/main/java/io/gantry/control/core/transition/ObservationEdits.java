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
        List<Container> told =
                before.containers().stream().map(each -> merged(each, seen)).toList();
        List<Container> containers =
                status == Status.STOPPED ? told.stream().map(Container::stopped).toList() : told;
        Task after = before.observed(status, containers, times(before, seen, status));
        StopCause cause = StopCause.of(before, after.last(), told, seen.reason());
        if (cause != null && (after.wanted() || after.stopCode() == null)) {
            after = after.stopping(cause.code(), cause.reason(), edit.nowMillis);
        }
        if (!differs(before, after)) {
            return;
        }
        edit.tasks().change(before, after);
        new ImagePins(edit).learn(after, seen.containers());
        if (after.service() != null && after.last() != before.last()) {
            edit.services().taskMoved(after);
        }
        if (TaskFailures.provesHealthy(before, after)) {
            edit.services().taskProved(after);
        }
    }

    private static boolean differs(Task before, Task after) {
        return before.last() != after.last()
                || before.desired() != after.desired()
                || !before.containers().equals(after.containers())
                || !before.times().equals(after.times());
    }

    private static Container merged(Container known, Observation seen) {
        return seen.containers().stream()
                .filter(each -> each.name().equals(known.name()))
                .findFirst()
                .map(news -> merged(known, news))
                .orElse(known);
    }

    /**
     * A container that is started again in place may get other ports and another id, so that what a
     * report says replaces what was known. Agents report on a task one at a time; a report that is
     * behind in its status has been overtaken all the same, and only adds what is missing. The end
     * of a container is told once.
     */
    private static Container merged(Container known, ContainerSeen seen) {
        boolean over = known.last() == Status.STOPPED;
        boolean late = seen.status() != null && seen.status().compareTo(known.last()) < 0;
        return new Container(
                known.name(),
                known.id(),
                known.essential(),
                seen.status() == null || late ? known.last() : seen.status(),
                latest(known.exitCode(), seen.exitCode(), over),
                latest(known.reason(), seen.reason(), over),
                latest(known.runtimeId(), seen.runtimeId(), late),
                latest(known.imageDigest(), seen.imageDigest(), late),
                late
                        ? known.bindings()
                        : Objects.requireNonNullElse(seen.bindings(), known.bindings()),
                Objects.requireNonNullElse(seen.health(), known.health()));
    }

    private static <T> @Nullable T latest(
            @Nullable T known, @Nullable T news, boolean knownPrevails) {
        return known == null || (news != null && !knownPrevails) ? news : known;
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
