package io.gantry.control.core.reconcile;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.capacity.Split;
import io.gantry.control.core.schedule.Demand;
import io.gantry.control.core.schedule.Evenness;
import io.gantry.control.core.schedule.SplitPlan;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.GantryTag;
import io.gantry.control.core.state.Rate;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Moves tasks of a service from machines that have many of them to others that have few, as after
 * machines were added: from a steady state on one is started, and when it has proved healthy one of
 * those that lie worst goes. Only what makes them lie more evenly by the service's own strategies
 * is done, and no more in a time than its budget allows.
 */
public final class Rebalance {
    private final ClusterState state;
    private final Census census;
    private final RandomGenerator random;

    private Rebalance(ClusterState state, Census census, RandomGenerator random) {
        this.state = state;
        this.census = census;
        this.random = random;
    }

    /** How many tasks of a service may be moved in which time; null for none at all. */
    public static @Nullable Rate budget(Service service, @Nullable Cluster cluster) {
        String value = service.daemon() ? null : GantryTag.REBALANCE.in(service.tags(), cluster);
        return value == null ? null : Rate.parse(value);
    }

    /** How many tasks may be started now so that others can go. */
    public static int movesLeft(Census census, @Nullable Rate budget) {
        if (budget == null || !ZoneBalance.isSettled(census)) {
            return 0;
        }
        long since = census.nowMillis() - budget.perMillis();
        long lately =
                census.current().stream()
                        .filter(task -> task.provision().balancing())
                        .filter(task -> task.times().createdAt() > since)
                        .count();
        return Math.toIntExact(Math.max(0, budget.count() - lately));
    }

    /** A place for the next task that moves; null if none should. */
    static @Nullable SplitPlan next(
            ClusterState state, Census census, Demand demand, RandomGenerator random) {
        Service service = census.service();
        Rate budget = budget(service, state.clusters().get(service.key().cluster()));
        boolean allowed =
                movesLeft(census, budget) > 0
                        && service.maximum() > census.alive()
                        && state.nowMillis() >= service.primary().notBeforeMillis();
        return allowed ? new Rebalance(state, census, random).next(demand) : null;
    }

    private @Nullable SplitPlan next(Demand demand) {
        for (Capacity part : ZoneBalance.parts(census.service())) {
            for (Capacity candidate : candidates(part)) {
                SplitPlan plan = SplitPlan.of(state, demand.on(candidate), random);
                if (!plan.places().isEmpty() && isBetter(plan.places().getFirst().worker(), part)) {
                    return plan;
                }
            }
        }
        return null;
    }

    /** All of it, where the strategies look first, then zone by zone. */
    private List<Capacity> candidates(Capacity part) {
        var zones = new TreeSet<String>();
        state.workersOf(census.service().key().cluster())
                .filter(part::has)
                .flatMap(
                        worker ->
                                Stream.ofNullable(worker.attributes().get(Capacity.ZONE_ATTRIBUTE)))
                .forEach(zones::add);
        var candidates = new ArrayList<Capacity>(List.of(part));
        zones.forEach(zone -> candidates.add(part.in(zone)));
        return candidates;
    }

    /** Whether the task that would go for one more on a machine lies worse than that one would. */
    private boolean isBetter(WorkerId to, Capacity part) {
        Service service = census.service();
        Task like =
                census.sound().stream()
                        .filter(task -> Capacity.of(task).equals(part) && census.healthy(task))
                        .findFirst()
                        .orElse(null);
        if (like == null) {
            return false;
        }
        Task more = like.on(to);
        var living = new ArrayList<>(census.sound());
        living.add(more);
        var order = new StopOrder(state, census, random);
        List<Task> useless =
                ZoneBalance.mostCrowdedFirst(state, service, order.among(living).toList(), living);
        Task gone =
                Split.surplus(service.spec().capacityProviderStrategy(), useless, living, 1)
                        .stream()
                        .findFirst()
                        .orElse(null);
        return gone != null
                && !gone.equals(more)
                && Evenness.improves(
                        state,
                        census.sound(),
                        gone.worker(),
                        to,
                        service.spec().placementStrategy(),
                        order.avoid());
    }
}
