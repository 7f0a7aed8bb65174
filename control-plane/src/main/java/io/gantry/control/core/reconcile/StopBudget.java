package io.gantry.control.core.reconcile;

import io.gantry.control.core.state.Task;

/**
 * Which tasks of a service may be stopped without falling below its healthy minimum. Both the
 * proposal and its judgement ask it, one task after the other.
 */
public final class StopBudget {
    private final Census census;
    private int healthy;
    private int excess;

    public StopBudget(Census census) {
        this.census = census;
        this.healthy = census.healthy();
        this.excess = census.excess();
    }

    /** Whether the task may be stopped; if so, it counts as stopped from now on. */
    public boolean allows(Task task) {
        boolean ofPrimary = task.deployment() == census.service().primary().number();
        boolean counts = census.healthy(task);
        if (ofPrimary && excess > 0 && !Census.isUnhealthy(task)) {
            excess--;
            healthy -= counts ? 1 : 0;
            return true;
        }
        boolean serving = counts || (ofPrimary && task.health() != Task.Health.UNHEALTHY);
        if (!serving) {
            return true;
        }
        if (!counts || ofPrimary || healthy <= census.service().minimumHealthy()) {
            return false;
        }
        healthy--;
        return true;
    }
}
