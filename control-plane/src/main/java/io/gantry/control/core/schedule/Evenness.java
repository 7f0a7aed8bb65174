package io.gantry.control.core.schedule;

import io.gantry.common.check.Check;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Worker;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;

/**
 * How evenly tasks of a group lie, as their strategies spread them. Each move that makes it better
 * lowers the sum of the squares of what a strategy counts and leaves those before it as they are,
 * so there is an end to such moves.
 */
public final class Evenness {
    private Evenness() {}

    /**
     * Whether tasks lie more evenly when one of a machine is replaced by one on another. Where
     * tasks are packed nothing is more even than anything else.
     *
     * @param tasks those that lie there before
     * @param avoid groups that the task had better not come to lie beside
     */
    public static boolean improves(
            ClusterState state,
            List<Task> tasks,
            WorkerId from,
            WorkerId to,
            List<PlacementStrategy> strategies,
            List<String> avoid) {
        Worker source = Check.present(state.workers().get(from), from);
        Worker target = Check.present(state.workers().get(to), to);
        var avoided = new Criterion.Avoid(avoid);
        if (avoided.of(target, 0) > avoided.of(source, 0)) {
            return false;
        }
        for (Criterion criterion : Criterion.of(strategies)) {
            long change =
                    switch (criterion) {
                        case Criterion.SpreadOver(String attribute) ->
                                change(state, tasks, attribute, source, target);
                        case Criterion.SpreadMachines() ->
                                from.equals(to)
                                        ? 0
                                        : count(tasks, task -> task.worker().equals(to))
                                                - count(tasks, task -> task.worker().equals(from))
                                                + 1;
                        case Criterion.PackCpu(), Criterion.PackMemory(), Criterion.Avoid _ -> 1;
                    };
            if (change != 0) {
                return change < 0;
            }
        }
        return false;
    }

    /** Machines without the attribute are used last: nothing moves to them. */
    private static long change(
            ClusterState state, List<Task> tasks, String attribute, Worker from, Worker to) {
        String source = from.attributes().get(attribute);
        String target = to.attributes().get(attribute);
        if (Objects.equals(source, target)) {
            return 0;
        }
        if (source == null || target == null) {
            return target == null ? 1 : -1;
        }
        return count(tasks, task -> target.equals(value(state, task, attribute)))
                - count(tasks, task -> source.equals(value(state, task, attribute)))
                + 1;
    }

    private static @Nullable String value(ClusterState state, Task task, String attribute) {
        Worker worker = state.workers().get(task.worker());
        return worker == null ? null : worker.attributes().get(attribute);
    }

    private static long count(List<Task> tasks, Predicate<Task> condition) {
        return tasks.stream().filter(condition).count();
    }
}
