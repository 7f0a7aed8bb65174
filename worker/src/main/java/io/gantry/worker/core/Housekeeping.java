package io.gantry.worker.core;

import io.gantry.worker.core.LocalContainer.Phase;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** What becomes of stopped tasks: their containers are removed, later their memory. */
final class Housekeeping {

    private Housekeeping() {}

    static AgentState tidy(
            AgentState state, AgentSettings settings, long nowMillis, List<AgentAction> actions) {
        List<LocalTask> oldestFirst =
                state.tasks()
                        .values()
                        .filter(LocalTask::settled)
                        .sorted(Comparator.comparingLong(Housekeeping::stoppedAt))
                        .toList();
        long kept = oldestFirst.stream().filter(task -> !task.removed()).count();
        AgentState next = state;
        for (LocalTask task : oldestFirst) {
            if (task.removed()) {
                if (nowMillis >= forgetAt(task, settings)) {
                    next = next.without(task.arn());
                }
            } else if (nowMillis >= cleanupAt(task, settings)
                    || kept > settings.keptStoppedTasks()) {
                kept--;
                actions.add(new AgentAction.RemoveTask(task.spec(), runtimeIds(task)));
                next = next.with(task.asRemoved());
            }
        }
        return next;
    }

    private static List<String> runtimeIds(LocalTask task) {
        return task.containers().stream()
                .map(LocalContainer::runtimeId)
                .filter(Objects::nonNull)
                .toList();
    }

    private static long stoppedAt(LocalTask task) {
        return task.stoppedAtMillis() == null ? 0 : task.stoppedAtMillis();
    }

    private static long cleanupAt(LocalTask task, AgentSettings settings) {
        return stoppedAt(task) + settings.cleanupWait().toMillis();
    }

    private static long forgetAt(LocalTask task, AgentSettings settings) {
        return cleanupAt(task, settings) + settings.memoryWait().toMillis();
    }

    static @Nullable Long wakeAt(AgentState state, AgentSettings settings) {
        long earliest =
                state.tasks()
                        .values()
                        .flatMapToLong(task -> deadlines(task, settings))
                        .min()
                        .orElse(Long.MAX_VALUE);
        return earliest == Long.MAX_VALUE ? null : earliest;
    }

    private static LongStream deadlines(LocalTask task, AgentSettings settings) {
        if (task.settled()) {
            return LongStream.of(
                    task.removed() ? forgetAt(task, settings) : cleanupAt(task, settings));
        }
        LongStream.Builder all = LongStream.builder();
        add(all, Reporting.dueAt(task));
        for (LocalContainer container : task.containers()) {
            add(all, container.is(Phase.STOPPING) ? container.retryAtMillis() : null);
            if (container.is(Phase.WAITING) && !task.stopWanted()) {
                add(all, Dependencies.deadline(task, container));
            }
        }
        return all.build();
    }

    private static void add(LongStream.Builder all, @Nullable Long deadline) {
        if (deadline != null) {
            all.add(deadline);
        }
    }
}
