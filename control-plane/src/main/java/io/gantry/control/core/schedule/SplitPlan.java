package io.gantry.control.core.schedule;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.capacity.Split;
import io.gantry.control.core.state.ClusterState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Where the tasks of a demand should go when the providers of a strategy share them. What finds no
 * place with its provider is not given to another one: it waits, as in ECS.
 *
 * @param places in the order of the providers
 * @param unplaced how many found no place
 * @param refusals why workers were not chosen
 * @param empty providers that have no active worker at all for tasks that they should serve
 */
public record SplitPlan(
        List<Place> places, int unplaced, List<Refusal> refusals, List<String> empty) {

    /** A place with the provider that it belongs to, null without strategy. */
    public record Place(WorkerId worker, @Nullable String provider) {}

    public SplitPlan {
        places = List.copyOf(places);
        refusals = List.copyOf(refusals);
        empty = List.copyOf(empty);
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
        int unplaced = 0;
        for (Map.Entry<String, Integer> share : split.next(demand.count()).entrySet()) {
            Demand part = demand.with(share.getKey(), share.getValue());
            Plan plan = Planner.plan(state, part, random);
            places.addAll(places(plan, share.getKey()));
            refusals.addAll(plan.refusals());
            unplaced += plan.unplaced();
            if (plan.places().isEmpty() && plan.refusals().isEmpty()) {
                empty.add(share.getKey());
            }
        }
        return new SplitPlan(places, unplaced, refusals, empty);
    }

    /** Plans for the one provider, or none, that the demand names. */
    public static SplitPlan of(ClusterState state, Demand demand, RandomGenerator random) {
        Plan plan = Planner.plan(state, demand, random);
        return new SplitPlan(
                places(plan, demand.capacity().provider()),
                plan.unplaced(),
                plan.refusals(),
                List.of());
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
