package io.gantry.control.core.schedule;

import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.state.Footprint;
import java.util.List;
import software.amazon.awssdk.services.ecs.model.PlacementConstraint;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;

/**
 * Tasks that want a place.
 *
 * @param count how many of the same kind
 * @param group tasks of one group are spread; services have a group of their own
 * @param constraints that were checked when they were given; those of the definition among them
 * @param strategies in the order of their importance; empty for ECS's defaults
 * @param capacity the workers that may be chosen
 * @param preference what is wished beyond what ECS knows
 */
public record Demand(
        String cluster,
        Footprint footprint,
        int count,
        String group,
        List<PlacementConstraint> constraints,
        List<PlacementStrategy> strategies,
        Capacity capacity,
        Preference preference) {
    public Demand {
        constraints = List.copyOf(constraints);
        strategies = List.copyOf(strategies);
    }

    /** Tasks for which any machine will do. */
    public Demand(
            String cluster,
            Footprint footprint,
            int count,
            String group,
            List<PlacementConstraint> constraints,
            List<PlacementStrategy> strategies) {
        this(
                cluster,
                footprint,
                count,
                group,
                constraints,
                strategies,
                Capacity.of(Capacity.EC2, null),
                Preference.NONE);
    }

    /** So many of them, on the workers of a provider. */
    Demand with(String provider, int share) {
        return of(share, Capacity.of(Capacity.launchTypeOf(provider), provider));
    }

    /** The same tasks on other workers. */
    public Demand on(Capacity other) {
        return of(count, other);
    }

    /** As many tasks of the kind. */
    Demand of(int some) {
        return of(some, capacity);
    }

    private Demand of(int some, Capacity other) {
        return new Demand(
                cluster, footprint, some, group, constraints, strategies, other, preference);
    }
}
