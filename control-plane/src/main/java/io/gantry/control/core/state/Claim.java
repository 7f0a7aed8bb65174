package io.gantry.control.core.state;

/**
 * Room of a machine that is made for a task by stopping others of lower priority, and kept until
 * that task comes, so that nobody else is quicker.
 *
 * @param group of the task
 * @param footprint what it will take
 * @param priority of the task: more important ones may take the room all the same
 * @param untilMillis when it is kept no longer
 */
public record Claim(String group, Footprint footprint, int priority, long untilMillis) {

    /** Whether the room is kept from a task. */
    public boolean holdsFrom(String otherGroup, int otherPriority, long nowMillis) {
        return nowMillis < untilMillis && !group.equals(otherGroup) && otherPriority <= priority;
    }
}
