package io.gantry.control.api;

import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.capacity.Platform;
import io.gantry.control.core.reconcile.Launches;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;
import software.amazon.awssdk.services.ecs.model.CreateServiceRequest;
import software.amazon.awssdk.services.ecs.model.CreateTaskSetRequest;
import software.amazon.awssdk.services.ecs.model.LaunchType;
import software.amazon.awssdk.services.ecs.model.SchedulingStrategy;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskSet;
import software.amazon.awssdk.services.ecs.model.UpdateServiceRequest;

/**
 * The capacity of a service: what its description shows as launch type or strategy, never both, and
 * as platform.
 *
 * @param platformVersion null but for Fargate
 * @param platformFamily null but for Fargate
 */
record ServiceCapacity(
        CapacityChoice choice, @Nullable String platformVersion, @Nullable String platformFamily) {

    /** What a new service asks for. A daemon never uses its cluster's strategy. */
    static ServiceCapacity of(
            CreateServiceRequest request, Cluster cluster, TaskDefinition definition) {
        boolean daemon = request.schedulingStrategy() == SchedulingStrategy.DAEMON;
        if (daemon && !request.capacityProviderStrategy().isEmpty()) {
            throw ApiErrors.invalid(
                    "The daemon scheduling strategy does not support a capacity provider"
                            + " strategy. Specify a launch type instead.");
        }
        CapacityChoice choice =
                daemon && request.launchType() == null
                        ? CapacityChoice.of(List.of())
                        : CapacityChoice.of(
                                request.launchTypeAsString(),
                                request.capacityProviderStrategy(),
                                cluster,
                                ApiErrors::client);
        if (daemon && choice.isFargate()) {
            throw ApiErrors.invalid(
                    "The daemon scheduling strategy is not supported with FARGATE launch type.");
        }
        choice.check(definition);
        choice.check(request.placementConstraints(), request.placementStrategy());
        choice.check(request.platformVersion());
        return of(choice, request.platformVersion(), definition);
    }

    /** What a new task set of a service asks for. */
    static ServiceCapacity of(
            CreateTaskSetRequest request,
            Cluster cluster,
            TaskDefinition definition,
            Service service) {
        CapacityChoice choice =
                CapacityChoice.of(
                        request.launchTypeAsString(),
                        request.capacityProviderStrategy(),
                        cluster,
                        ApiErrors::client);
        choice.check(definition);
        choice.check(service.placementConstraints(), service.placementStrategy());
        choice.check(request.platformVersion());
        return of(choice, request.platformVersion(), definition);
    }

    private static ServiceCapacity of(
            CapacityChoice choice, @Nullable String version, @Nullable TaskDefinition definition) {
        return choice.isFargate()
                ? new ServiceCapacity(
                        choice,
                        version == null ? Platform.LATEST : version,
                        Platform.family(Capacity.FARGATE, definition))
                : new ServiceCapacity(choice, null, null);
    }

    /** What a service has after a change: an empty strategy leads back to a launch type. */
    static ServiceCapacity after(
            Service before, UpdateServiceRequest request, @Nullable TaskDefinitionRow row) {
        CapacityChoice choice = choice(before, request);
        TaskDefinition definition = row == null ? null : row.definition();
        if (definition != null) {
            choice.check(definition);
        }
        choice.check(
                request.hasPlacementConstraints()
                        ? request.placementConstraints()
                        : before.placementConstraints(),
                request.hasPlacementStrategy()
                        ? request.placementStrategy()
                        : before.placementStrategy());
        choice.check(request.platformVersion());
        return of(
                choice,
                request.platformVersion() == null
                        ? before.platformVersion()
                        : request.platformVersion(),
                definition);
    }

    private static CapacityChoice choice(Service before, UpdateServiceRequest request) {
        List<CapacityProviderStrategyItem> given = request.capacityProviderStrategy();
        if (!given.isEmpty() && before.schedulingStrategy() == SchedulingStrategy.DAEMON) {
            throw ApiErrors.invalid(
                    "The daemon scheduling strategy does not support a capacity provider"
                            + " strategy.");
        }
        if (!given.isEmpty()) {
            return CapacityChoice.of(CapacityStrategyRules.checked(given));
        }
        return request.hasCapacityProviderStrategy() || before.capacityProviderStrategy().isEmpty()
                ? new CapacityChoice(Launches.launchType(before), List.of())
                : CapacityChoice.of(before.capacityProviderStrategy());
    }

    /** The configuration of the service with this capacity. */
    Service on(Service spec) {
        List<CapacityProviderStrategyItem> strategy = choice.strategy();
        return spec.toBuilder()
                .launchType(strategy.isEmpty() ? LaunchType.fromValue(choice.launchType()) : null)
                .capacityProviderStrategy(strategy.isEmpty() ? null : strategy)
                .platformVersion(platformVersion)
                .platformFamily(platformFamily)
                .build();
    }

    /** The configuration of the task set with this capacity. */
    TaskSet on(TaskSet spec) {
        List<CapacityProviderStrategyItem> strategy = choice.strategy();
        return spec.toBuilder()
                .launchType(strategy.isEmpty() ? LaunchType.fromValue(choice.launchType()) : null)
                .capacityProviderStrategy(strategy.isEmpty() ? null : strategy)
                .platformVersion(platformVersion)
                .platformFamily(platformFamily)
                .build();
    }
}
