package io.gantry.control.api;

import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.capacity.Platform;
import io.gantry.control.core.state.Cluster;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;
import software.amazon.awssdk.services.ecs.model.Compatibility;
import software.amazon.awssdk.services.ecs.model.EcsException;
import software.amazon.awssdk.services.ecs.model.PlacementConstraint;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;
import software.amazon.awssdk.services.ecs.model.PlatformUnknownException;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

/**
 * The capacity that a request asks for: by launch type, by strategy, or else by the strategy of its
 * cluster, and at last EC2.
 *
 * @param launchType of the tasks, also of those of a strategy
 * @param strategy empty if a launch type was chosen
 */
record CapacityChoice(String launchType, List<CapacityProviderStrategyItem> strategy) {

    CapacityChoice {
        strategy = List.copyOf(strategy);
    }

    /** RunTask and the services disagree on the class of the error for launch types. */
    static CapacityChoice of(
            @Nullable String launchType,
            List<CapacityProviderStrategyItem> strategy,
            Cluster cluster,
            Function<String, EcsException> error) {
        if (launchType != null) {
            return new CapacityChoice(Placement.launchType(launchType, error), List.of());
        }
        return of(
                strategy.isEmpty()
                        ? cluster.spec().defaultCapacityProviderStrategy()
                        : CapacityStrategyRules.checked(strategy));
    }

    /** What a valid strategy asks for; EC2 if it is empty. */
    static CapacityChoice of(List<CapacityProviderStrategyItem> strategy) {
        return strategy.isEmpty()
                ? new CapacityChoice(Capacity.EC2, List.of())
                : new CapacityChoice(
                        Capacity.launchTypeOf(strategy.getFirst().capacityProvider()), strategy);
    }

    boolean isFargate() {
        return launchType.equals(Capacity.FARGATE);
    }

    /** Throws unless tasks of the definition can be launched so. */
    void check(TaskDefinition definition) {
        if (isFargate() && !definition.compatibilities().contains(Compatibility.FARGATE)) {
            throw ApiErrors.invalid("Task definition does not support launch_type FARGATE.");
        }
    }

    /** Fargate has no machines that anybody could choose among. */
    void check(List<PlacementConstraint> constraints, List<PlacementStrategy> strategies) {
        if (isFargate() && !constraints.isEmpty()) {
            throw ApiErrors.invalid(
                    "Placement constraints are not supported with FARGATE launch type.");
        }
        if (isFargate() && !strategies.isEmpty()) {
            throw ApiErrors.invalid(
                    "Placement strategies are not supported with FARGATE launch type.");
        }
    }

    void check(@Nullable String platformVersion) {
        if (platformVersion == null) {
            return;
        }
        if (!isFargate()) {
            throw ApiErrors.invalid(
                    "The platform version must be null when specifying an "
                            + launchType
                            + " launch type.");
        }
        if (!Platform.isKnown(platformVersion)) {
            throw PlatformUnknownException.builder()
                    .message("The specified platform does not exist.")
                    .build();
        }
    }
}
