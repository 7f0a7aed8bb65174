package io.gantry.control.core.reconcile;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.state.Task;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which tasks of a daemon service may stop. Both the proposal and its judgement ask it, one task
 * after the other. An update stops a machine's task before it starts the next one there.
 */
public final class DaemonStops {
    private final Census census;
    private final Predicate<WorkerId> wanted;
    private final Predicate<WorkerId> busy;
    private final Map<WorkerId, Task> keepers = new HashMap<>();
    private int healthy;

    /**
     * Counts from a census.
     *
     * @param wanted workers that should have a task
     * @param busy workers that drain and have tasks of others left: their daemons are the last to
     *     stop
     */
    public DaemonStops(Census census, Predicate<WorkerId> wanted, Predicate<WorkerId> busy) {
        this.census = census;
        this.wanted = wanted;
        this.busy = busy;
        this.healthy = census.healthy();
        tasks().forEach(task -> keepers.merge(task.worker(), task, this::better));
    }

    /** All tasks of the service that should run, those of earlier deployments included. */
    Stream<Task> tasks() {
        return Stream.concat(census.leaving().stream(), census.current().stream());
    }

    /** The one of the primary deployment stays, and among those the one that was there first. */
    private Task better(Task first, Task second) {
        long primary = census.service().primary().number();
        return first.deployment() != primary && second.deployment() == primary ? second : first;
    }

    /** Whether the task may be stopped; if so, it counts as stopped from now on. */
    public boolean allows(Task task) {
        if (census.isProtected(task)) {
            return false;
        }
        boolean counts = census.healthy(task);
        if (!mayGo(task, counts)) {
            return false;
        }
        healthy -= counts ? 1 : 0;
        return true;
    }

    private boolean mayGo(Task task, boolean counts) {
        if (!wanted.test(task.worker())) {
            return !busy.test(task.worker());
        }
        if (!task.equals(keepers.get(task.worker()))) {
            return true;
        }
        var primary = census.service().primary();
        boolean outdated = task.deployment() != primary.number() && !primary.stalled();
        return (outdated || census.failing(task)) && (!counts || healthy > census.minimumHealthy());
    }
}
