package io.gantry.control.api;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;
import software.amazon.awssdk.services.ecs.model.CreateServiceRequest;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DeploymentController;
import software.amazon.awssdk.services.ecs.model.DeploymentControllerType;
import software.amazon.awssdk.services.ecs.model.DeploymentStrategy;
import software.amazon.awssdk.services.ecs.model.LaunchType;
import software.amazon.awssdk.services.ecs.model.SchedulingStrategy;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.UpdateServiceRequest;

/**
 * What may be asked of a service that somebody else than ECS deploys: nothing that its task sets
 * have of their own. The texts are those that ECS documents or that its users report, as far as
 * there are any.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-external.html">External
 *     deployments</a>
 */
final class ExternalRules {
    private static final int FULL = 100;
    private static final int DOUBLE = 200;
    private static final String PATH = "deploymentConfiguration.";
    private static final String ONLY_ECS =
            " feature is only supported with ECS deployment controller. Update to ECS deployment"
                    + " controller and try again.";

    private static final Set<String> CONFIGURATION =
            Set.of(
                    "maximumPercent",
                    "minimumHealthyPercent",
                    "strategy",
                    "deploymentCircuitBreaker",
                    "alarms");

    private static final Set<String> UPDATE =
            Set.of(
                    "cluster",
                    "service",
                    "desiredCount",
                    "placementConstraints",
                    "placementStrategy",
                    "healthCheckGracePeriodSeconds",
                    "enableECSManagedTags",
                    "propagateTags",
                    "availabilityZoneRebalancing",
                    "deploymentController");

    private static final Set<String> OF_TASK_SETS =
            Set.of(
                    "taskDefinition",
                    "capacityProviderStrategy",
                    "platformVersion",
                    "networkConfiguration",
                    "loadBalancers",
                    "serviceRegistries");

    private ExternalRules() {}

    static boolean isExternal(@Nullable DeploymentController controller) {
        return controller != null && controller.type() == DeploymentControllerType.EXTERNAL;
    }

    /** Also of services that ECS deploys, which pass. */
    static void check(CreateServiceRequest request) {
        if (!isExternal(request.deploymentController())) {
            return;
        }
        refuseDaemon(request.schedulingStrategy());
        if (request.taskDefinition() != null) {
            throw ApiErrors.invalid(
                    request.taskDefinition().isBlank()
                            ? "Family should not be null or empty."
                            : "TaskDefinition must be blank");
        }
        mustBeNull("NetworkConfiguration", request.networkConfiguration());
        mustBeNull("LaunchType", request.launchTypeAsString());
        mustBeNull("CapacityProviderStrategy", request.capacityProviderStrategy());
        mustBeNull("PlatformVersion", request.platformVersion());
        mustBeNull("LoadBalancers", request.loadBalancers());
        mustBeNull("ServiceRegistries", request.serviceRegistries());
        if (!Members.isNothing(request.serviceConnectConfiguration())) {
            throw ApiErrors.invalid(
                    "The EXTERNAL deployment controller type is not supported for services using"
                            + " Service Connect.");
        }
        check(request.deploymentConfiguration());
    }

    private static void mustBeNull(String name, @Nullable Object value) {
        if (!Members.isNothing(value)) {
            throw ApiErrors.invalid(name + " must be null.");
        }
    }

    private static void refuseDaemon(@Nullable SchedulingStrategy strategy) {
        if (strategy == SchedulingStrategy.DAEMON) {
            throw ApiErrors.invalid(
                    "The EXTERNAL deployment controller type is not supported for services using"
                            + " the DAEMON scheduling strategy.");
        }
    }

    /** The percentages count for the replacement of tasks only, and are ECS's standard ones. */
    private static void check(@Nullable DeploymentConfiguration given) {
        if (given == null) {
            return;
        }
        refuseOfEcs(given);
        Members.refuseAllBut(CONFIGURATION, given, PATH, ApiErrors::invalid);
        refuseCustom("maximumPercent", given.maximumPercent(), DOUBLE);
        refuseCustom("minimumHealthyPercent", given.minimumHealthyPercent(), FULL);
    }

    /** What only the deployments of ECS itself have. */
    private static void refuseOfEcs(DeploymentConfiguration configuration) {
        var breaker = configuration.deploymentCircuitBreaker();
        if (breaker != null && Boolean.TRUE.equals(breaker.enable())) {
            throw ApiErrors.invalid("Deployment circuit breaker" + ONLY_ECS);
        }
        if (configuration.alarms() != null
                && Boolean.TRUE.equals(configuration.alarms().enable())) {
            throw ApiErrors.invalid("Alarm based rollback" + ONLY_ECS);
        }
        DeploymentStrategy strategy = configuration.strategy();
        if (strategy != null && strategy != DeploymentStrategy.ROLLING) {
            throw ApiErrors.invalid("The deployment strategy " + strategy + ONLY_ECS);
        }
    }

    private static void refuseCustom(String name, @Nullable Integer value, int standard) {
        if (value != null && value != standard) {
            throw ApiErrors.invalid(
                    "You can't specify a custom "
                            + PATH
                            + name
                            + " for a service that uses the EXTERNAL deployment controller.");
        }
    }

    /**
     * A change of a service after which somebody else deploys it.
     *
     * @param external whether that is so already
     */
    static void check(Service before, boolean external, UpdateServiceRequest request) {
        for (SdkField<?> field : request.sdkFields()) {
            String name = field.locationName();
            if (!UPDATE.contains(name) && !Members.isNothing(field.getValueOrDefault(request))) {
                throw ApiErrors.invalid(
                        "Unable to update "
                                + name
                                + " on services with an EXTERNAL deployment controller."
                                + (OF_TASK_SETS.contains(name)
                                        ? " Use CreateTaskSet to create a task set with it."
                                        : ""));
            }
        }
        if (!external) {
            refuseOfEcs(before.deploymentConfiguration());
        }
    }

    /** The configuration of a service without what its task sets have. */
    static Service bare(Service spec) {
        DeploymentConfiguration configuration = spec.deploymentConfiguration();
        return spec.toBuilder()
                .taskDefinition(null)
                // As ECS shows it until there is a primary task set.
                .launchType(LaunchType.EC2)
                .capacityProviderStrategy((List<CapacityProviderStrategyItem>) null)
                .platformVersion(null)
                .platformFamily(null)
                .deploymentConfiguration(
                        d ->
                                d.maximumPercent(configuration.maximumPercent())
                                        .minimumHealthyPercent(
                                                configuration.minimumHealthyPercent()))
                .build();
    }

    /** The configuration of a service whose primary task set is handed over to ECS. */
    static Service takenBack(Service spec) {
        DeploymentConfiguration before = spec.deploymentConfiguration();
        return spec.toBuilder()
                .deploymentController((DeploymentController) null)
                .deploymentConfiguration(
                        DeploymentRules.standard().toBuilder()
                                .maximumPercent(before.maximumPercent())
                                .minimumHealthyPercent(before.minimumHealthyPercent())
                                .build())
                .build();
    }
}
