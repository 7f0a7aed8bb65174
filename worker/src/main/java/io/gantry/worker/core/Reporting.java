package io.gantry.worker.core;

import io.gantry.worker.core.TaskReport.ContainerReport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the control plane must be told about a task, and when. One report at a time per task. */
final class Reporting {
    private final AgentSettings settings;
    private final long nowMillis;
    private final List<AgentAction> actions;

    Reporting(AgentSettings settings, long nowMillis, List<AgentAction> actions) {
        this.settings = settings;
        this.nowMillis = nowMillis;
        this.actions = actions;
    }

    LocalTask report(LocalTask task) {
        if (task.inFlight() != null || task.settled()) {
            return task;
        }
        TaskStatus status = ranUnnoticed(task) ? TaskStatus.RUNNING : task.status();
        TaskStatus reported = task.reported() == null ? TaskStatus.PENDING : task.reported();
        if (status.compareTo(reported) > 0) {
            return send(task, status);
        }
        if (status == TaskStatus.PENDING) {
            return imagesResolved(task) ? send(task, status) : task;
        }
        boolean changed = task.containers().stream().anyMatch(LocalContainer::unreported);
        if (status != TaskStatus.RUNNING || !changed) {
            return task;
        }
        Long batchAt = task.batchAtMillis();
        if (batchAt == null) {
            return task.batchAt(nowMillis + settings.reportBatch().toMillis());
        }
        return nowMillis >= batchAt ? send(task, status) : task;
    }

    /** Whoever ends as soon as it began is still told to have run. */
    private static boolean ranUnnoticed(LocalTask task) {
        return task.status() == TaskStatus.STOPPED
                && task.reported() != TaskStatus.RUNNING
                && !task.containers().isEmpty()
                && task.containers().stream().allMatch(LocalContainer::startedOnce);
    }

    /**
     * The digests are told as soon as all are known, so that the control plane can have later tasks
     * of the same deployment run the same images.
     */
    private static boolean imagesResolved(LocalTask task) {
        return !task.stopWanted()
                && task.containers().stream().noneMatch(LocalContainer::pulling)
                && task.containers().stream().anyMatch(LocalContainer::digestUnreported);
    }

    private LocalTask send(LocalTask task, TaskStatus status) {
        List<ContainerReport> changed =
                task.containers().stream()
                        .filter(LocalContainer::unreported)
                        .map(Reporting::of)
                        .toList();
        TaskReport report =
                new TaskReport(
                        task.arn(),
                        task.reportNumber() + 1,
                        status,
                        task.reason(),
                        changed,
                        task.pullStartedAtMillis(),
                        task.pullStoppedAtMillis(),
                        task.executionStoppedAtMillis());
        actions.add(new AgentAction.Report(report));
        return task.sending(report);
    }

    private static ContainerReport of(LocalContainer container) {
        RuntimeFacts facts = container.facts();
        FoundContainer.Exit exit = container.exit();
        boolean stopped = container.status() == TaskStatus.STOPPED;
        return new ContainerReport(
                container.name(),
                container.runtimeId(),
                container.status(),
                stopped && exit != null ? exit.code() : null,
                container.reason(),
                container.imageDigest(),
                facts == null ? List.of() : facts.bindings());
    }

    LocalTask acknowledged(LocalTask task, long number) {
        TaskReport report = task.inFlight();
        if (report == null || report.number() != number) {
            return task;
        }
        List<LocalContainer> all = new ArrayList<>(task.containers());
        all.replaceAll(container -> marked(container, report));
        return task.with(all).acknowledged(report);
    }

    private static LocalContainer marked(LocalContainer container, TaskReport report) {
        for (ContainerReport told : report.containers()) {
            if (told.containerName().equals(container.name())) {
                return container.told(
                        new LocalContainer.Told(
                                told.status(), told.imageDigest(), told.networkBindings()));
            }
        }
        return container;
    }

    /** When this task's changes are due, unless something else happens first. */
    static @Nullable Long dueAt(LocalTask task) {
        return task.inFlight() == null && !task.settled() ? task.batchAtMillis() : null;
    }
}
