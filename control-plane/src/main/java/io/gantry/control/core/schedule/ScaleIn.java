package io.gantry.control.core.schedule;

import io.gantry.common.check.Check;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Worker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;

/**
 * Which tasks of a group are given up first, so that the others lie as their strategies want: the
 * mirror of placing them. One goes after the other, from the zone or rack with the most, then from
 * the machine with the most, or from the one that then has the most free.
 */
public final class ScaleIn {
    private final ClusterState state;
    private final List<Criterion> criteria;
    private final RandomGenerator random;

    /** How many tasks of the group each machine still has. */
    private final Map<WorkerId, Integer> standing = new TreeMap<>();

    private final List<Task> order = new ArrayList<>();

    private ScaleIn(ClusterState state, List<Criterion> criteria, RandomGenerator random) {
        this.state = state;
        this.criteria = criteria;
        this.random = random;
    }

    /**
     * Tasks in the order in which they are to be given up.
     *
     * @param standing all tasks of the group that count
     * @param offered those of them that may go
     * @param urgency which of these go first wherever they are
     * @param strategies as they are placed by
     * @param avoid groups that they had better not be beside
     * @param random decides between what is equal
     */
    public static List<Task> order(
            ClusterState state,
            List<Task> standing,
            List<Task> offered,
            Comparator<Task> urgency,
            List<PlacementStrategy> strategies,
            List<String> avoid,
            RandomGenerator random) {
        if (offered.isEmpty()) {
            return List.of();
        }
        var scaleIn = new ScaleIn(state, Criterion.of(strategies, avoid), random);
        standing.forEach(task -> scaleIn.standing.merge(task.worker(), 1, Integer::sum));
        Map<Task, List<Task>> classes = new TreeMap<>(urgency);
        offered.forEach(
                task -> classes.computeIfAbsent(task, first -> new ArrayList<>()).add(task));
        classes.values().forEach(scaleIn::giveUp);
        return scaleIn.order;
    }

    /** Tasks that are equally urgent; the newest of a machine first. */
    private void giveUp(List<Task> offered) {
        Map<WorkerId, Deque<Task>> byWorker = new TreeMap<>();
        offered.stream()
                .sorted(Comparator.comparing(Task::id).reversed())
                .forEach(
                        task ->
                                byWorker.computeIfAbsent(task.worker(), id -> new ArrayDeque<>())
                                        .add(task));
        var ranking = Ranking.forGivingUp(criteria, random);
        standing.forEach((id, count) -> ranking.count(worker(id), count));
        byWorker.forEach(
                (id, tasks) ->
                        ranking.add(new Candidate(worker(id), standing.getOrDefault(id, 0))));
        for (Candidate next = ranking.poll(); next != null; next = ranking.poll()) {
            WorkerId id = next.worker().id();
            Deque<Task> tasks = Check.present(byWorker.get(id), id);
            Task task = tasks.removeFirst();
            order.add(task);
            standing.merge(id, -1, Integer::sum);
            ranking.count(next.worker(), -1);
            next.give(task.footprint());
            if (!tasks.isEmpty()) {
                ranking.add(next);
            }
        }
    }

    private Worker worker(WorkerId id) {
        return Check.present(state.workers().get(id), id);
    }
}
