package io.gantry.control.core.schedule;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.capacity.Split;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Where the tasks of a demand should go when the providers of a strategy share them. What finds no
 * place with its provider is not given to another one: it waits, as in ECS, unless whoever starts
 * it wishes that others are tried.
 *
 * @param places in the order of the providers
 * @param unplaced how many found no place
 * @param refusals why workers were not chosen
 * @param empty providers that have no active worker at all for tasks that they should serve
 * @param shortages what found no place, by the providers that it belongs to
 */
public record SplitPlan(
        List<Place> places,
        int unplaced,
        List<Refusal> refusals,
        List<String> empty,
        List<Demand> shortages) {

    /** A place with the provider that it belongs to, null without strategy. */
    public record Place(WorkerId worker, @Nullable String provider) {}

    public SplitPlan {
        places = List.copyOf(places);
        refusals = List.copyOf(refusals);
        empty = List.copyOf(empty);
        shortages = List.copyOf(shortages);
    }

    /**
     * Plans each provider's share by itself.
     *
     * @param split null without strategy; else the share of each provider is taken from it
     */
    public static SplitPlan of(
            ClusterState state, Demand demand, @Nullable Split split, RandomGenerator random) {
        if (split == null) {
            return of(state, demand, random);
        }
        var places = new ArrayList<Place>();
        var refusals = new ArrayList<Refusal>();
        var empty = new ArrayList<String>();
        var shortages = new ArrayList<Demand>();
        int unplaced = 0;
        for (Map.Entry<String, Integer> share : split.next(demand.count()).entrySet()) {
            Demand part = demand.with(share.getKey(), share.getValue());
            Plan plan = Planner.plan(state, part, random);
            places.addAll(places(plan, share.getKey()));
            refusals.addAll(plan.refusals());
            var rest = new Rest(state, demand, share.getKey(), plan, random);
            places.addAll(rest.places);
            refusals.addAll(rest.refusals);
            unplaced += rest.left;
            if (rest.left > 0) {
                shortages.add(part.of(rest.left));
            }
            if (rest.left > 0 && plan.places().isEmpty() && plan.refusals().isEmpty()) {
                empty.add(share.getKey());
            }
        }
        return new SplitPlan(places, unplaced, refusals, empty, shortages);
    }

    /** What one provider has no room for, given to the others that are to be tried. */
    private static final class Rest {
        private final List<Place> places = new ArrayList<>();
        private final List<Refusal> refusals = new ArrayList<>();
        private int left;

        Rest(ClusterState state, Demand demand, String provider, Plan own, RandomGenerator random) {
            left = own.unplaced();
            for (String other : others(state, demand, provider)) {
                if (left == 0) {
                    break;
                }
                Plan plan = Planner.plan(state, demand.with(other, left), random);
                places.addAll(SplitPlan.places(plan, other));
                refusals.addAll(plan.refusals());
                left = plan.unplaced();
            }
        }

        private static List<String> others(ClusterState state, Demand demand, String provider) {
            Cluster cluster = state.clusters().get(demand.cluster());
            return demand.preference().fallback().stream()
                    .filter(each -> !each.equals(provider))
                    .filter(
                            each ->
                                    Capacity.launchTypeOf(each)
                                            .equals(Capacity.launchTypeOf(provider)))
                    .filter(
                            each ->
                                    cluster != null
                                            && cluster.spec().capacityProviders().contains(each))
                    .toList();
        }
    }

    private static List<Demand> shortage(Demand demand, Plan plan) {
        return plan.unplaced() == 0 ? List.of() : List.of(demand.of(plan.unplaced()));
    }

    /** Plans for the one provider, or none, that the demand names. */
    public static SplitPlan of(ClusterState state, Demand demand, RandomGenerator random) {
        Plan plan = Planner.plan(state, demand, random);
        return new SplitPlan(
                places(plan, demand.capacity().provider()),
                plan.unplaced(),
                plan.refusals(),
                List.of(),
                shortage(demand, plan));
    }

    private static List<Place> places(Plan plan, @Nullable String provider) {
        return plan.places().stream().map(worker -> new Place(worker, provider)).toList();
    }

    /** The worker that came nearest to being chosen, or null if there is no worker at all. */
    public @Nullable Refusal closest() {
        return new Plan(List.of(), unplaced, refusals).closest();
    }

    /** Why not all found a place, in the words of service events. */
    public String reason(String launchType) {
        boolean nowhere = places.isEmpty() && refusals.isEmpty();
        if (nowhere && launchType.equals(Capacity.FARGATE)) {
            return "Capacity is unavailable at this time. Please try again later or in a different"
                    + " availability zone.";
        }
        if (!empty.isEmpty()) {
            return "No Container Instances were found in your capacity provider.";
        }
        Refusal closest = closest();
        return closest == null
                ? "No Container Instances were found in your cluster."
                : "The closest matching (container-instance "
                        + closest.worker()
                        + ") "
                        + closest.reason().sentence()
                        + ".";
    }
}
