package io.gantry.worker.core;

import io.gantry.worker.core.LocalContainer.Phase;
import java.util.List;
import java.util.Objects;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What becomes of stopped tasks: their containers are removed, later their memory. */
final class Housekeeping {

    private Housekeeping() {}

    static AgentState tidy(
            AgentState state, AgentSettings settings, long nowMillis, List<AgentAction> actions) {
        AgentState next = state;
        List<LocalTask> kept = state.ended(false).toList();
        int surplus = kept.size() - settings.keptStoppedTasks();
        for (LocalTask task : kept) {
            if (nowMillis < cleanupAt(task, settings) && surplus <= 0) {
                break;
            }
            surplus--;
            actions.add(new AgentAction.RemoveTask(task.spec(), runtimeIds(task)));
            next = next.with(task.asRemoved());
        }
        for (LocalTask task : next.ended(true).toList()) {
            if (nowMillis < forgetAt(task, settings)) {
                break;
            }
            next = next.without(task.arn());
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
                Stream.of(
                                state.open().values().flatMapToLong(Housekeeping::deadlines),
                                first(state, false, task -> cleanupAt(task, settings)),
                                first(state, true, task -> forgetAt(task, settings)))
                        .flatMapToLong(times -> times)
                        .min()
                        .orElse(Long.MAX_VALUE);
        return earliest == Long.MAX_VALUE ? null : earliest;
    }

    private static LongStream first(
            AgentState state, boolean removed, ToLongFunction<LocalTask> time) {
        return state.ended(removed).limit(1).mapToLong(time);
    }

    private static LongStream deadlines(LocalTask task) {
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
