package io.gantry.control.core.rollout;

/**
 * How the tasks of a service's revisions are.
 *
 * @param greenReady whether the new revision has all of its tasks, and they are healthy
 * @param blueReady whether the earlier one has
 * @param greenGone whether the new one has no tasks
 * @param blueGone whether the earlier one has none
 * @param othersGone whether all further ones have none
 */
public record Fleet(
        boolean greenReady,
        boolean blueReady,
        boolean greenGone,
        boolean blueGone,
        boolean othersGone) {}
