package io.gantry.control.api;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.AvailabilityZoneRebalancing;
import software.amazon.awssdk.services.ecs.model.CreateServiceRequest;
import software.amazon.awssdk.services.ecs.model.DeploymentController;
import software.amazon.awssdk.services.ecs.model.EcsException;
import software.amazon.awssdk.services.ecs.model.PropagateTags;
import software.amazon.awssdk.services.ecs.model.SchedulingStrategy;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.UpdateServiceRequest;

/** What may be asked of a service, and the configuration that follows from it. */
final class ServiceRules {
    /** ECS's quota; it also keeps counts far from overflowing. */
    static final int MOST_TASKS = 5_000;

    private static final Set<String> CREATE =
            Set.of(
                    "cluster",
                    "serviceName",
                    "taskDefinition",
                    "availabilityZoneRebalancing",
                    "desiredCount",
                    "clientToken",
                    "launchType",
                    "capacityProviderStrategy",
                    "platformVersion",
                    "deploymentConfiguration",
                    "placementConstraints",
                    "placementStrategy",
                    "healthCheckGracePeriodSeconds",
                    "schedulingStrategy",
                    "deploymentController",
                    "tags",
                    "enableECSManagedTags",
                    "enableExecuteCommand",
                    "propagateTags");

    private static final Set<String> UPDATE =
            Set.of(
                    "cluster",
                    "service",
                    "capacityProviderStrategy",
                    "platformVersion",
                    "desiredCount",
                    "taskDefinition",
                    "deploymentConfiguration",
                    "availabilityZoneRebalancing",
                    "placementConstraints",
                    "placementStrategy",
                    "forceNewDeployment",
                    "healthCheckGracePeriodSeconds",
                    "deploymentController",
                    "enableECSManagedTags",
                    "enableExecuteCommand",
                    "propagateTags");

    private ServiceRules() {}

    /** Everything about a new service that can be said without looking at the state. */
    static void check(CreateServiceRequest request) {
        Function<String, EcsException> invalid = ApiErrors::invalid;
        ExternalRules.check(request);
        boolean external = ExternalRules.isExternal(request.deploymentController());
        Placement.launchType(request.launchTypeAsString(), ApiErrors::client);
        if (request.launchType() != null && !request.capacityProviderStrategy().isEmpty()) {
            throw ApiErrors.invalid(
                    "Specify either Launch Type or Capacity Provider Strategy, but not both.");
        }
        if (request.serviceName() == null || request.serviceName().isBlank()) {
            throw ApiErrors.invalid("Service name can not be blank.");
        }
        if (!Refs.NAME.matcher(request.serviceName()).matches()) {
            throw ApiErrors.invalid(
                    "Service names can have up to 255 letters, numbers, underscores and hyphens.");
        }
        if (!external && (request.taskDefinition() == null || request.taskDefinition().isBlank())) {
            throw ApiErrors.invalid("TaskDefinition can not be blank.");
        }
        ApiErrors.checkModel(request, invalid);
        Members.refuseAllBut(CREATE, request, "", invalid);
        DaemonRules.check(request);
        if (request.desiredCount() == null && !external && !DaemonRules.isDaemon(request)) {
            throw ApiErrors.invalid("desiredCount can not be null.");
        }
        if (request.desiredCount() != null) {
            checkCount(request.desiredCount());
        }
        checkController(request.deploymentController());
        checkRest(request.healthCheckGracePeriodSeconds());
        Placement.checkConstraints(request.placementConstraints());
        Placement.checkStrategies(request.placementStrategy());
    }

    /** Everything about a change that can be said without looking at the state. */
    static void check(UpdateServiceRequest request) {
        Members.refuseAllBut(UPDATE, request, "", ApiErrors::invalid);
        if (request.desiredCount() != null) {
            checkCount(request.desiredCount());
        }
        checkController(request.deploymentController());
        checkRest(request.healthCheckGracePeriodSeconds());
        Placement.checkConstraints(request.placementConstraints());
        Placement.checkStrategies(request.placementStrategy());
    }

    private static void checkCount(int desired) {
        if (desired < 0 || desired > MOST_TASKS) {
            throw ApiErrors.invalid("desiredCount must be between 0 and " + MOST_TASKS + ".");
        }
    }

    private static void checkController(@Nullable DeploymentController controller) {
        if (controller != null
                && !"ECS".equals(controller.typeAsString())
                && !ExternalRules.isExternal(controller)) {
            throw Members.unsupported(
                    "deploymentController", controller.typeAsString(), ApiErrors::invalid);
        }
    }

    private static void checkRest(@Nullable Integer gracePeriod) {
        if (gracePeriod != null && gracePeriod < 0) {
            throw ApiErrors.invalid(
                    "healthCheckGracePeriodSeconds must be between 0 and 2147483647.");
        }
    }

    /** The configuration of a new service, with what was left out. */
    static Service spec(
            CreateServiceRequest request, @Nullable String taskDefinition, String creator) {
        return Service.builder()
                .taskDefinition(taskDefinition)
                .deploymentConfiguration(
                        DeploymentRules.merged(
                                DaemonRules.standard(request), request.deploymentConfiguration()))
                .placementConstraints(List.copyOf(request.placementConstraints()))
                .placementStrategy(List.copyOf(request.placementStrategy()))
                .healthCheckGracePeriodSeconds(request.healthCheckGracePeriodSeconds())
                .schedulingStrategy(
                        DaemonRules.isDaemon(request)
                                ? SchedulingStrategy.DAEMON
                                : SchedulingStrategy.REPLICA)
                .deploymentController(request.deploymentController())
                .createdBy(creator)
                .enableECSManagedTags(Boolean.TRUE.equals(request.enableECSManagedTags()))
                .propagateTags(
                        request.propagateTags() == null
                                ? PropagateTags.NONE
                                : request.propagateTags())
                .enableExecuteCommand(Boolean.TRUE.equals(request.enableExecuteCommand()))
                .availabilityZoneRebalancing(AvailabilityZoneRebalancing.DISABLED)
                .build();
    }

    /** The configuration after a change: what the request leaves out stays as it is. */
    static Service spec(
            Service before, UpdateServiceRequest request, @Nullable String taskDefinition) {
        Service.Builder builder =
                before.toBuilder()
                        .taskDefinition(taskDefinition)
                        .deploymentConfiguration(
                                DeploymentRules.merged(
                                        before.deploymentConfiguration(),
                                        request.deploymentConfiguration()));
        if (request.hasPlacementConstraints()) {
            builder.placementConstraints(request.placementConstraints());
        }
        if (request.hasPlacementStrategy()) {
            builder.placementStrategy(request.placementStrategy());
        }
        if (request.healthCheckGracePeriodSeconds() != null) {
            builder.healthCheckGracePeriodSeconds(request.healthCheckGracePeriodSeconds());
        }
        if (request.deploymentController() != null) {
            builder.deploymentController(request.deploymentController());
        }
        if (request.enableECSManagedTags() != null) {
            builder.enableECSManagedTags(request.enableECSManagedTags());
        }
        if (request.enableExecuteCommand() != null) {
            builder.enableExecuteCommand(request.enableExecuteCommand());
        }
        if (request.propagateTags() != null) {
            builder.propagateTags(request.propagateTags());
        }
        return builder.build();
    }
}
