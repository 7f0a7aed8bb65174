package io.gantry.control.api;

import io.gantry.control.core.state.TaskSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.CreateTaskSetRequest;
import software.amazon.awssdk.services.ecs.model.PlacementConstraint;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;
import software.amazon.awssdk.services.ecs.model.Scale;

/** What may be asked of a task set. */
final class TaskSetRules {
    private static final int FULL = 100;

    private static final Set<String> CREATE =
            Set.of(
                    "service",
                    "cluster",
                    "externalId",
                    "taskDefinition",
                    "launchType",
                    "capacityProviderStrategy",
                    "platformVersion",
                    "scale",
                    "clientToken",
                    "tags");

    private TaskSetRules() {}

    /** Everything about a new task set that can be said without looking at the state. */
    static void check(CreateTaskSetRequest request) {
        Members.refuseAllBut(CREATE, request, "", ApiErrors::invalid);
        if (request.launchType() != null && !request.capacityProviderStrategy().isEmpty()) {
            throw ApiErrors.invalid(
                    "Specify either Launch Type or Capacity Provider Strategy, but not both.");
        }
    }

    /** A share of the service's tasks; as ECS does, none for a new set that says nothing of it. */
    static Scale scale(@Nullable Scale given) {
        if (given == null) {
            return TaskSet.percent(0);
        }
        Double value = given.value();
        if (value == null || !(value >= 0 && value <= FULL)) {
            throw ApiErrors.invalid("The value of scale must be a number between 0 and 100.");
        }
        return TaskSet.percent(value);
    }

    /** Throws unless the tasks of a set can be placed so. */
    static void check(
            TaskSet set, List<PlacementConstraint> constraints, List<PlacementStrategy> order) {
        var spec = set.spec();
        CapacityChoice choice =
                spec.capacityProviderStrategy().isEmpty()
                        ? new CapacityChoice(spec.launchTypeAsString(), List.of())
                        : CapacityChoice.of(spec.capacityProviderStrategy());
        choice.check(constraints, order);
    }
}
