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
        return !census.isProtected(task) && affords(task);
    }

    /** As {@link #allows}, if nothing were protected. */
    boolean affords(Task task) {
        boolean sound = census.stays(task) && !census.failing(task);
        boolean counts = census.healthy(task);
        if (sound && excess > 0 && !(counts && healthy <= leastHealthy())) {
            excess--;
            healthy -= counts ? 1 : 0;
            return true;
        }
        if (sound) {
            return false;
        }
        if (!counts) {
            return true;
        }
        if (healthy <= census.minimumHealthy()) {
            return false;
        }
        healthy--;
        return true;
    }

    /** More than the service wants it need not have, whatever its percentages say. */
    private int leastHealthy() {
        return Math.min(census.service().minimumHealthy(), census.service().desiredCount());
    }
}
