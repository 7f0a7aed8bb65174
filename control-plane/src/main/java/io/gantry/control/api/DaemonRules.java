package io.gantry.control.api;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.CreateServiceRequest;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DeploymentStrategy;
import software.amazon.awssdk.services.ecs.model.SchedulingStrategy;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.UpdateServiceRequest;

/**
 * What may be asked of a service that wants a task on each machine. The words of the errors are
 * ours, as ECS's are not documented.
 */
final class DaemonRules {
    private static final int FULL = 100;

    private DaemonRules() {}

    static boolean isDaemon(CreateServiceRequest request) {
        return request.schedulingStrategy() == SchedulingStrategy.DAEMON;
    }

    /** Also of services that are no daemons, which pass. */
    static void check(CreateServiceRequest request) {
        if (isDaemon(request)) {
            check(
                    request.desiredCount(),
                    !request.placementStrategy().isEmpty(),
                    request.deploymentConfiguration());
        }
    }

    static void check(Service before, UpdateServiceRequest request) {
        if (before.schedulingStrategy() == SchedulingStrategy.DAEMON) {
            check(
                    request.desiredCount(),
                    !request.placementStrategy().isEmpty(),
                    request.deploymentConfiguration());
        }
    }

    private static void check(
            @Nullable Integer desired,
            boolean places,
            @Nullable DeploymentConfiguration deployments) {
        if (desired != null) {
            throw ApiErrors.invalid(
                    "The daemon scheduling strategy does not support a desired count for services."
                            + " Remove the desired count and try again.");
        }
        if (places) {
            throw ApiErrors.invalid(
                    "The daemon scheduling strategy does not support placement strategies.");
        }
        if (deployments != null
                && deployments.strategy() != null
                && deployments.strategy() != DeploymentStrategy.ROLLING) {
            throw ApiErrors.invalid(
                    "The daemon scheduling strategy supports the deployment strategy ROLLING"
                            + " only.");
        }
        Integer maximum = deployments == null ? null : deployments.maximumPercent();
        if (maximum != null && maximum != FULL) {
            throw ApiErrors.invalid(
                    "The daemon scheduling strategy supports a maximumPercent of 100 only.");
        }
    }

    /** What holds for a new service that says nothing of its deployments. */
    static DeploymentConfiguration standard(CreateServiceRequest request) {
        DeploymentConfiguration usual = DeploymentRules.standard();
        return isDaemon(request)
                ? usual.toBuilder().maximumPercent(FULL).minimumHealthyPercent(0).build()
                : usual;
    }
}
