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
 * @param removed its containers are gone, it is only remembered
 */
public record LocalTask(
        AcsTask spec,
        boolean stopWanted,
        @Nullable String reason,
        List<LocalContainer> containers,
        Times times,
        Reports reports,
        boolean removed) {

    /** When it passed the points of its life, in milliseconds since the epoch. */
    public record Times(
            @Nullable Long pullStarted,
            @Nullable Long pullStopped,
            @Nullable Long executionStopped,
            @Nullable Long stopped) {
        static final Times NONE = new Times(null, null, null, null);
    }

    /**
     * What the control plane was told.
     *
     * @param number of the latest report
     * @param inFlight a report that is not acknowledged yet
     * @param acknowledged the status that the control plane knows; null before the first report
     * @param batchAtMillis when changes of single containers are reported
     */
    public record Reports(
            long number,
            @Nullable TaskReport inFlight,
            @Nullable TaskStatus acknowledged,
            @Nullable Long batchAtMillis) {
        static final Reports NONE = new Reports(0, null, null, null);
    }

    public LocalTask {
        containers = List.copyOf(containers);
    }

    static LocalTask of(AcsTask spec) {
        var containers = spec.containers().stream().map(LocalContainer::of).toList();
        return new LocalTask(spec, false, null, containers, Times.NONE, Reports.NONE, false);
    }

    /** For a task whose order was kept without the parts that its containers have. */
    public LocalTask withContainersInSpec() {
        var specs = containers.stream().map(LocalContainer::spec).toList();
        return new LocalTask(
                spec.withContainers(specs),
                stopWanted,
                reason,
                containers,
                times,
                reports,
                removed);
    }

    public @Nullable Long pullStartedAtMillis() {
        return times.pullStarted();
    }

    public @Nullable Long pullStoppedAtMillis() {
        return times.pullStopped();
    }

    public @Nullable Long executionStoppedAtMillis() {
        return times.executionStopped();
    }

    public @Nullable Long stoppedAtMillis() {
        return times.stopped();
    }

    public long reportNumber() {
        return reports.number();
    }

    public @Nullable TaskReport inFlight() {
        return reports.inFlight();
    }

    /** The status that the control plane has acknowledged; null before the first report. */
    public @Nullable TaskStatus reported() {
        return reports.acknowledged();
    }

    public @Nullable Long batchAtMillis() {
        return reports.batchAtMillis();
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

    /** A task that is stopped before all its containers have begun never runs. */
    public TaskStatus status() {
        if (allStopped()) {
            return TaskStatus.STOPPED;
        }
        boolean allBegan =
                containers.stream()
                        .allMatch(
                                one -> one.startedOnce() || (one.is(Phase.STOPPED) && !stopWanted));
        return allBegan || reported() == TaskStatus.RUNNING
                ? TaskStatus.RUNNING
                : TaskStatus.PENDING;
    }

    /**
     * Whether it runs and must not, as a lease of this age is over. One that has not begun does not
     * begin before there is a lease.
     */
    public boolean outlives(long leaseAgeMillis) {
        Long lease = spec.leaseMillis();
        return lease != null
                && leaseAgeMillis >= lease
                && !stopWanted
                && containers.stream().anyMatch(LocalContainer::startedOnce);
    }

    /** Its end is known to the control plane; nothing of it can change any more. */
    boolean settled() {
        return reported() == TaskStatus.STOPPED;
    }

    LocalTask with(LocalContainer changed) {
        List<LocalContainer> all = new ArrayList<>(containers);
        all.replaceAll(one -> one.name().equals(changed.name()) ? changed : one);
        return with(all);
    }

    LocalTask with(List<LocalContainer> all) {
        return new LocalTask(spec, stopWanted, reason, all, times, reports, removed);
    }

    LocalTask stopping(@Nullable String newReason) {
        String first = reason == null ? newReason : reason;
        return new LocalTask(spec, true, first, containers, times, reports, removed);
    }

    LocalTask pullStarted(long nowMillis) {
        return times.pullStarted() != null
                ? this
                : with(
                        new Times(
                                nowMillis,
                                times.pullStopped(),
                                times.executionStopped(),
                                times.stopped()));
    }

    LocalTask pullStopped(long nowMillis) {
        return with(
                new Times(
                        times.pullStarted(), nowMillis, times.executionStopped(), times.stopped()));
    }

    LocalTask executionStopped(Exit exit) {
        return times.executionStopped() != null
                ? this
                : with(
                        new Times(
                                times.pullStarted(),
                                times.pullStopped(),
                                exit.atMillis(),
                                times.stopped()));
    }

    LocalTask stoppedAt(long nowMillis) {
        return with(
                new Times(
                        times.pullStarted(),
                        times.pullStopped(),
                        times.executionStopped(),
                        nowMillis));
    }

    private LocalTask with(Times next) {
        return new LocalTask(spec, stopWanted, reason, containers, next, reports, removed);
    }

    LocalTask sending(TaskReport report) {
        return with(new Reports(report.number(), report, reported(), null));
    }

    LocalTask acknowledged(TaskReport report) {
        TaskStatus known = reported();
        TaskStatus highest =
                known == null || report.status().compareTo(known) > 0 ? report.status() : known;
        return with(new Reports(reportNumber(), null, highest, batchAtMillis()));
    }

    LocalTask batchAt(@Nullable Long millis) {
        return with(new Reports(reportNumber(), inFlight(), reported(), millis));
    }

    private LocalTask with(Reports next) {
        return new LocalTask(spec, stopWanted, reason, containers, times, next, removed);
    }

    /** Its end is to be told once more, with everything about its containers. */
    LocalTask unreported() {
        List<LocalContainer> all =
                containers.stream().map(one -> one.told(LocalContainer.Told.NOTHING)).toList();
        return with(all).with(new Reports(reportNumber(), null, TaskStatus.RUNNING, null));
    }

    /** The same with everything that time is counted from, after the clock was set. */
    LocalTask shifted(long millis) {
        Long end = times.stopped();
        Long batchAt = batchAtMillis();
        return with(containers.stream().map(one -> one.shifted(millis)).toList())
                .with(
                        new Times(
                                times.pullStarted(),
                                times.pullStopped(),
                                times.executionStopped(),
                                end == null ? null : end + millis))
                .batchAt(batchAt == null ? null : batchAt + millis);
    }

    /** Only the name and the end are kept. */
    LocalTask asRemoved() {
        return new LocalTask(
                AcsTask.stop(arn()),
                true,
                reason,
                List.of(),
                new Times(null, null, null, times.stopped()),
                new Reports(reportNumber(), null, reported(), null),
                true);
    }
}
