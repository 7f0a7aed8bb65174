package io.gantry.worker.core;

import io.gantry.common.table.SortedTable;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Every task that the worker knows.
 *
 * @param tasks by their names
 * @param open those of them whose end the control plane does not know yet: all that can change. A
 *     worker remembers many more that have ended
 * @param ended the others, those that ended first before those that ended later
 */
public record AgentState(
        SortedTable<String, LocalTask> tasks,
        SortedTable<String, LocalTask> open,
        SortedTable<Ended, LocalTask> ended) {
    public static final AgentState EMPTY =
            new AgentState(SortedTable.empty(), SortedTable.empty(), SortedTable.empty());

    /**
     * The place of a task among those that have ended.
     *
     * @param removed whether it is only remembered
     */
    public record Ended(boolean removed, long stoppedAtMillis, String arn)
            implements Comparable<Ended> {
        private static Ended of(LocalTask task) {
            Long stopped = task.stoppedAtMillis();
            return new Ended(task.removed(), stopped == null ? 0 : stopped, task.arn());
        }

        @Override
        public int compareTo(Ended other) {
            int order = Boolean.compare(removed, other.removed);
            order = order != 0 ? order : Long.compare(stoppedAtMillis, other.stoppedAtMillis);
            return order != 0 ? order : arn.compareTo(other.arn);
        }
    }

    public static AgentState of(Collection<LocalTask> tasks) {
        SortedTable.Editor<String, LocalTask> table = SortedTable.<String, LocalTask>empty().edit();
        tasks.forEach(task -> table.put(task.arn(), task));
        return of(table.done());
    }

    public static AgentState of(SortedTable<String, LocalTask> tasks) {
        SortedTable.Editor<String, LocalTask> open = SortedTable.<String, LocalTask>empty().edit();
        SortedTable.Editor<Ended, LocalTask> ended = SortedTable.<Ended, LocalTask>empty().edit();
        tasks.forEach(
                (arn, task) -> {
                    if (task.settled()) {
                        ended.put(Ended.of(task), task);
                    } else {
                        open.put(arn, task);
                    }
                });
        return new AgentState(tasks, open.done(), ended.done());
    }

    /** Tasks whose end is known and whose containers are still there, or not, oldest first. */
    Stream<LocalTask> ended(boolean removed) {
        return ended.streamFrom(new Ended(removed, Long.MIN_VALUE, ""))
                .takeWhile(entry -> entry.getKey().removed() == removed)
                .map(Map.Entry::getValue);
    }

    AgentState with(LocalTask task) {
        AgentState rest = unindexed(task.arn());
        return task.settled()
                ? new AgentState(
                        tasks.put(task.arn(), task),
                        rest.open,
                        rest.ended.put(Ended.of(task), task))
                : new AgentState(
                        tasks.put(task.arn(), task), rest.open.put(task.arn(), task), rest.ended);
    }

    AgentState without(String taskArn) {
        AgentState rest = unindexed(taskArn);
        return new AgentState(tasks.remove(taskArn), rest.open, rest.ended);
    }

    private AgentState unindexed(String taskArn) {
        LocalTask known = tasks.get(taskArn);
        if (known == null) {
            return this;
        }
        return known.settled()
                ? new AgentState(tasks, open, ended.remove(Ended.of(known)))
                : new AgentState(tasks, open.remove(taskArn), ended);
    }
}
