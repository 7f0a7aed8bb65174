package io.gantry.control.core.capacity;

import io.gantry.common.check.Check;
import io.gantry.control.core.state.Task;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;

/**
 * Divides tasks among the providers of a strategy: first the base of one of them, then each next
 * task goes to the provider with the least {@code (tasks - base + 1) / weight}, the first of the
 * list if several have the least. That gives 1:4 of five tasks exactly.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html">Base
 *     and weight</a>
 */
public final class Split {
    private final List<CapacityProviderStrategyItem> strategy;
    private final Map<String, Integer> tasks = new HashMap<>();

    private Split(List<CapacityProviderStrategyItem> strategy) {
        this.strategy = strategy;
    }

    /**
     * Begins with tasks that are there already.
     *
     * @param strategy valid, and not empty
     * @param providers of the tasks that are there; those that the strategy does not name do not
     *     count
     */
    public static Split beginning(
            List<CapacityProviderStrategyItem> strategy, List<String> providers) {
        var split = new Split(strategy);
        providers.forEach(each -> split.tasks.merge(each, 1, Integer::sum));
        return split;
    }

    /** Begins with living tasks. */
    public static Split of(List<CapacityProviderStrategyItem> strategy, List<Task> living) {
        return beginning(
                strategy,
                living.stream()
                        .map(task -> task.provision().provider())
                        .filter(Objects::nonNull)
                        .toList());
    }

    /**
     * How many of the next {@code count} tasks go to which provider; those with none are absent.
     */
    public Map<String, Integer> next(int count) {
        var shares = new LinkedHashMap<String, Integer>();
        for (int i = 0; i < count; i++) {
            shares.merge(next(), 1, Integer::sum);
        }
        return shares;
    }

    private String next() {
        CapacityProviderStrategyItem best = null;
        for (CapacityProviderStrategyItem item : strategy) {
            if (tasksOf(item) < base(item)) {
                best = item;
                break;
            }
            if (weight(item) > 0 && (best == null || isLess(item, best, 1))) {
                best = item;
            }
        }
        String provider = Check.present(best, strategy).capacityProvider();
        tasks.merge(provider, 1, Integer::sum);
        return provider;
    }

    /** Compares the quotients without dividing, so that no rounding decides. */
    private boolean isLess(
            CapacityProviderStrategyItem a, CapacityProviderStrategyItem b, int more) {
        return (tasksOf(a) - base(a) + more) * weight(b)
                < (tasksOf(b) - base(b) + more) * weight(a);
    }

    private long tasksOf(CapacityProviderStrategyItem item) {
        return tasks.getOrDefault(item.capacityProvider(), 0);
    }

    private static long base(CapacityProviderStrategyItem item) {
        return item.base() == null ? 0 : item.base();
    }

    private static long weight(CapacityProviderStrategyItem item) {
        return item.weight() == null ? 0 : item.weight();
    }

    /**
     * Which tasks should go so that what is left keeps the ratio: of each provider those beyond its
     * share of what will be left, and of each the first of the list.
     *
     * @param candidates tasks that may go, those that should go first at the beginning
     * @param living all tasks that are counted, candidates included
     * @param count how many of the living ones are too many
     */
    public static List<Task> surplus(
            List<CapacityProviderStrategyItem> strategy,
            List<Task> candidates,
            List<Task> living,
            int count) {
        if (strategy.isEmpty()) {
            return candidates.stream().limit(count).toList();
        }
        Map<String, Integer> shares =
                beginning(strategy, List.of()).next(Math.max(0, living.size() - count));
        var beyond = new HashMap<String, Integer>();
        living.forEach(task -> beyond.merge(providerOf(task), 1, Integer::sum));
        shares.forEach((provider, share) -> beyond.merge(provider, -share, Integer::sum));
        var queues = new LinkedHashMap<String, ArrayDeque<Task>>();
        candidates.forEach(
                task ->
                        queues.computeIfAbsent(providerOf(task), _ -> new ArrayDeque<>())
                                .add(task));
        var chosen = new ArrayList<Task>();
        while (chosen.size() < count && !queues.isEmpty()) {
            String most =
                    queues.keySet().stream()
                            .max(Comparator.comparingInt(each -> beyond.getOrDefault(each, 0)))
                            .orElseThrow();
            ArrayDeque<Task> queue = Check.present(queues.get(most), most);
            chosen.add(queue.removeFirst());
            beyond.merge(most, -1, Integer::sum);
            if (queue.isEmpty()) {
                queues.remove(most);
            }
        }
        return chosen;
    }

    private static String providerOf(Task task) {
        String provider = task.provision().provider();
        return provider == null ? "" : provider;
    }
}
