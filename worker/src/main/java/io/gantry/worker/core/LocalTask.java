package io.gantry.worker.core;

import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.FoundContainer.Exit;
import io.gantry.worker.core.LocalContainer.Phase;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task that this machine runs or ran.
 *
 * @param stopWanted by the control plane, or because an essential container ended
 * @param reason why the task as a whole was not accepted
 * @param reportNumber of the latest report
 * @param inFlight a report that is not acknowledged yet
 * @param reported the status that the control plane has acknowledged; null before the first report
 * @param batchAtMillis when changes of single containers are reported
 * @param removed its containers are gone, it is only remembered
 */
public record LocalTask(
        AcsTask spec,
        boolean stopWanted,
        @Nullable String reason,
        List<LocalContainer> containers,
        @Nullable Long pullStartedAtMillis,
        @Nullable Long pullStoppedAtMillis,
        @Nullable Long executionStoppedAtMillis,
        @Nullable Long stoppedAtMillis,
        long reportNumber,
        @Nullable TaskReport inFlight,
        @Nullable TaskStatus reported,
        @Nullable Long batchAtMillis,
        boolean removed) {

    public LocalTask {
        containers = List.copyOf(containers);
    }

    static LocalTask of(AcsTask spec) {
        return new LocalTask(
                spec,
                false,
                null,
                spec.containers().stream().map(LocalContainer::of).toList(),
                null,
                null,
                null,
                null,
                0,
                null,
                null,
                null,
                false);
    }

    public String arn() {
        return spec.arn();
    }

    public ContainerKey key(LocalContainer container) {
        return new ContainerKey(arn(), container.name());
    }

    public @Nullable LocalContainer container(String name) {
        for (LocalContainer container : containers) {
            if (container.name().equals(name)) {
                return container;
            }
        }
        return null;
    }

    boolean allStopped() {
        return containers.stream().allMatch(container -> container.is(Phase.STOPPED));
    }

    public TaskStatus status() {
        if (allStopped()) {
            return TaskStatus.STOPPED;
        }
        boolean allBegan =
                containers.stream().allMatch(one -> one.startedOnce() || one.is(Phase.STOPPED));
        return allBegan ? TaskStatus.RUNNING : TaskStatus.PENDING;
    }

    /** Its end is known to the control plane; nothing of it can change any more. */
    boolean settled() {
        return reported == TaskStatus.STOPPED;
    }

    LocalTask with(LocalContainer changed) {
        List<LocalContainer> all = new ArrayList<>(containers);
        all.replaceAll(one -> one.name().equals(changed.name()) ? changed : one);
        return with(all);
    }

    LocalTask with(List<LocalContainer> newContainers) {
        return new LocalTask(
                spec,
                stopWanted,
                reason,
                newContainers,
                pullStartedAtMillis,
                pullStoppedAtMillis,
                executionStoppedAtMillis,
                stoppedAtMillis,
                reportNumber,
                inFlight,
                reported,
                batchAtMillis,
                removed);
    }

    LocalTask stopping(@Nullable String newReason) {
        return new LocalTask(
                spec,
                true,
                reason == null ? newReason : reason,
                containers,
                pullStartedAtMillis,
                pullStoppedAtMillis,
                executionStoppedAtMillis,
                stoppedAtMillis,
                reportNumber,
                inFlight,
                reported,
                batchAtMillis,
                removed);
    }

    LocalTask pullStarted(long nowMillis) {
        return times(
                pullStartedAtMillis == null ? Long.valueOf(nowMillis) : pullStartedAtMillis,
                pullStoppedAtMillis,
                executionStoppedAtMillis,
                stoppedAtMillis);
    }

    LocalTask pullStopped(long nowMillis) {
        return times(pullStartedAtMillis, nowMillis, executionStoppedAtMillis, stoppedAtMillis);
    }

    LocalTask executionStopped(Exit exit) {
        return executionStoppedAtMillis != null
                ? this
                : times(pullStartedAtMillis, pullStoppedAtMillis, exit.atMillis(), stoppedAtMillis);
    }

    LocalTask stoppedAt(long nowMillis) {
        return times(pullStartedAtMillis, pullStoppedAtMillis, executionStoppedAtMillis, nowMillis);
    }

    private LocalTask times(
            @Nullable Long pullStarted,
            @Nullable Long pullStopped,
            @Nullable Long executionStopped,
            @Nullable Long stopped) {
        return new LocalTask(
                spec,
                stopWanted,
                reason,
                containers,
                pullStarted,
                pullStopped,
                executionStopped,
                stopped,
                reportNumber,
                inFlight,
                reported,
                batchAtMillis,
                removed);
    }

    LocalTask sending(TaskReport report) {
        return reports(report.number(), report, reported, null);
    }

    LocalTask acknowledged(TaskReport report) {
        TaskStatus highest =
                reported == null || report.status().compareTo(reported) > 0
                        ? report.status()
                        : reported;
        return reports(reportNumber, null, highest, batchAtMillis);
    }

    LocalTask batchAt(@Nullable Long newBatchAtMillis) {
        return reports(reportNumber, inFlight, reported, newBatchAtMillis);
    }

    private LocalTask reports(
            long newNumber,
            @Nullable TaskReport newInFlight,
            @Nullable TaskStatus newReported,
            @Nullable Long newBatchAtMillis) {
        return new LocalTask(
                spec,
                stopWanted,
                reason,
                containers,
                pullStartedAtMillis,
                pullStoppedAtMillis,
                executionStoppedAtMillis,
                stoppedAtMillis,
                newNumber,
                newInFlight,
                newReported,
                newBatchAtMillis,
                removed);
    }

    /** Everything is to be told once more. */
    LocalTask unreported() {
        List<LocalContainer> all =
                containers.stream().map(one -> one.withReported(TaskStatus.PENDING)).toList();
        return with(all).reports(reportNumber, null, null, null);
    }

    /** Only the name and the end are kept. */
    LocalTask asRemoved() {
        return new LocalTask(
                AcsTask.stop(arn()),
                true,
                reason,
                List.of(),
                null,
                null,
                null,
                stoppedAtMillis,
                reportNumber,
                null,
                reported,
                null,
                true);
    }
}
