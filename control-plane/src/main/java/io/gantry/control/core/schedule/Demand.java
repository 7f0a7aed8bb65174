package io.gantry.control.core.schedule;

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
 */
public record Demand(
        String cluster,
        Footprint footprint,
        int count,
        String group,
        List<PlacementConstraint> constraints,
        List<PlacementStrategy> strategies) {
    public Demand {
        constraints = List.copyOf(constraints);
        strategies = List.copyOf(strategies);
    }
}
