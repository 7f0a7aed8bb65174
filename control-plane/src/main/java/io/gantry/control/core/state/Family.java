package io.gantry.control.core.state;

/**
 * What outlives the revisions of a task definition family.
 *
 * @param lastRevision the highest revision ever given out; never reused
 * @param latestActive the highest ACTIVE revision, or 0
 */
public record Family(String name, int lastRevision, int latestActive) {}
