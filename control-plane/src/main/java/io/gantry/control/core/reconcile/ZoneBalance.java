package io.gantry.control.core.reconcile;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.schedule.Constraints;
import io.gantry.control.core.schedule.Fit;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Worker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.AvailabilityZoneRebalancing;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;

/**
 * Keeps a service even over availability zones: from a steady state on it starts tasks in the zone
 * with the fewest, and as they prove healthy others go from the zone with the most. Tasks of each
 * capacity provider are balanced by themselves, so that the ratio of a strategy stays.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html">Balancing
 *     an Amazon ECS service across Availability Zones</a>
 */
public final class ZoneBalance {
    private ZoneBalance() {}

    /**
     * Tasks that should be started so that as many others can go.
     *
     * @param capacity one zone of a launch type or provider
     */
    record Move(Capacity capacity, int count) {}

    /** Whether the service asks for it. */
    public static boolean isOn(Service service) {
        return service.spec().availabilityZoneRebalancing() == AvailabilityZoneRebalancing.ENABLED
                && !service.daemon();
    }

    /** Whether tasks may be started beyond the desired count now, as far as the maximum lets us. */
    public static boolean mayStart(Census census) {
        return isOn(census.service()) && isSettled(census);
    }

    /** Whether the service has what it wants, no more and no less. */
    static boolean isSettled(Census census) {
        Service service = census.service();
        return service.steady()
                && census.missing() == 0
                && census.leaving().isEmpty()
                && census.sound().size() == service.desiredCount();
    }

    /** The next step, null if the service is even or has other things to do. */
    static @Nullable Move next(ClusterState state, Census census, TaskDefinitionRow definition) {
        Service service = census.service();
        if (!mayStart(census) || state.nowMillis() < service.primary().notBeforeMillis()) {
            return null;
        }
        var constraints =
                Constraints.of(
                        Constraints.all(
                                definition.definition(), service.spec().placementConstraints()));
        Predicate<Worker> suits =
                worker ->
                        Fit.hasAttributes(worker, definition.footprint())
                                && constraints.meets(worker);
        int room = Math.min(Reconciler.MAX_STARTS, service.maximum() - census.alive());
        return parts(service).stream()
                .flatMap(part -> Stream.ofNullable(move(state, census, suits, part, room)))
                .findFirst()
                .orElse(null);
    }

    /** The capacities that a service has tasks on, which are balanced each by itself. */
    static List<Capacity> parts(Service service) {
        String launchType = Launches.launchType(service.spec());
        List<CapacityProviderStrategyItem> strategy = service.spec().capacityProviderStrategy();
        return strategy.isEmpty()
                ? List.of(Capacity.of(launchType, null))
                : strategy.stream()
                        .map(item -> Capacity.of(launchType, item.capacityProvider()))
                        .toList();
    }

    private static @Nullable Move move(
            ClusterState state, Census census, Predicate<Worker> suits, Capacity part, int room) {
        var usable = new TreeMap<String, Integer>();
        state.workersOf(census.service().key().cluster())
                .filter(worker -> worker.status() == Worker.Status.ACTIVE && worker.connected())
                .filter(worker -> part.has(worker) && suits.test(worker))
                .flatMap(worker -> Stream.ofNullable(zone(worker)))
                .forEach(zone -> usable.put(zone, 0));
        var tasks = new TreeMap<>(usable);
        census.sound().stream()
                .filter(task -> Capacity.of(task).equals(part))
                .flatMap(task -> Stream.ofNullable(zone(state.workers().get(task.worker()))))
                .forEach(zone -> tasks.merge(zone, 1, Integer::sum));
        if (usable.isEmpty()) {
            return null;
        }
        usable.replaceAll((zone, none) -> tasks.getOrDefault(zone, none));
        String target = least(usable);
        int count = 0;
        while (count < room) {
            String from = most(tasks);
            String to = least(usable);
            if (tasks.getOrDefault(from, 0) - usable.getOrDefault(to, 0) <= 1) {
                break;
            }
            tasks.merge(from, -1, Integer::sum);
            usable.computeIfPresent(from, (zone, before) -> before - 1);
            tasks.merge(to, 1, Integer::sum);
            usable.merge(to, 1, Integer::sum);
            count += to.equals(target) ? 1 : 0;
        }
        return count == 0 ? null : new Move(part.in(target), count);
    }

    private static String least(Map<String, Integer> tasks) {
        return tasks.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey();
    }

    private static String most(Map<String, Integer> tasks) {
        return tasks.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
    }

    private static @Nullable String zone(@Nullable Worker worker) {
        return worker == null ? null : worker.attributes().get(Capacity.ZONE_ATTRIBUTE);
    }

    /**
     * Tasks in an order in which each is in the zone that has the most of them when those before
     * have gone; unchanged for services that do not ask for balance.
     *
     * @param candidates tasks that may go, those that should go first at the beginning
     * @param living all tasks that are counted
     */
    static List<Task> mostCrowdedFirst(
            ClusterState state, Service service, List<Task> candidates, List<Task> living) {
        if (!isOn(service)) {
            return candidates;
        }
        Function<Task, String> place = task -> place(state, task);
        var crowd = new HashMap<String, Integer>();
        living.forEach(task -> crowd.merge(place.apply(task), 1, Integer::sum));
        var queues = new TreeMap<String, ArrayDeque<Task>>();
        candidates.forEach(
                task ->
                        queues.computeIfAbsent(place.apply(task), _ -> new ArrayDeque<>())
                                .add(task));
        var ordered = new ArrayList<Task>();
        while (!queues.isEmpty()) {
            Map.Entry<String, ArrayDeque<Task>> next =
                    queues.entrySet().stream()
                            .max(
                                    Comparator.comparingInt(
                                            each -> crowd.getOrDefault(each.getKey(), 0)))
                            .orElseThrow();
            ordered.add(next.getValue().removeFirst());
            crowd.merge(next.getKey(), -1, Integer::sum);
            if (next.getValue().isEmpty()) {
                queues.remove(next.getKey());
            }
        }
        return ordered;
    }

    /** Tasks of another provider do not crowd a zone. */
    private static String place(ClusterState state, Task task) {
        return task.provision().provider() + '/' + zone(state.workers().get(task.worker()));
    }

    /** How many tasks are in which zone, in the order of the zones. */
    public static Map<String, Integer> zones(
            List<Task> tasks, Function<WorkerId, @Nullable Worker> workers) {
        var zones = new TreeMap<String, Integer>();
        tasks.stream()
                .flatMap(task -> Stream.ofNullable(zone(workers.apply(task.worker()))))
                .forEach(zone -> zones.merge(zone, 1, Integer::sum));
        return zones;
    }
}
