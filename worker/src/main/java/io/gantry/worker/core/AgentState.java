package io.gantry.worker.core;

import io.gantry.common.table.SortedTable;
import java.util.Collection;

/** Every task that the worker knows, by its name. */
public record AgentState(SortedTable<String, LocalTask> tasks) {
    public static final AgentState EMPTY = new AgentState(SortedTable.empty());

    public static AgentState of(Collection<LocalTask> tasks) {
        SortedTable.Editor<String, LocalTask> table = SortedTable.<String, LocalTask>empty().edit();
        tasks.forEach(task -> table.put(task.arn(), task));
        return new AgentState(table.done());
    }

    AgentState with(LocalTask task) {
        return new AgentState(tasks.put(task.arn(), task));
    }

    AgentState without(String taskArn) {
        return new AgentState(tasks.remove(taskArn));
    }
}
