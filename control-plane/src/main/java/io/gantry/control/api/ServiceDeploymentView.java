package io.gantry.control.api;

import io.gantry.control.core.rollout.Breaker;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceDeployment.Tally;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.ServiceRevision;
import io.gantry.control.core.state.Staging;
import io.gantry.control.core.state.TaskCounts;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerImage;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHook;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHookDetail;
import software.amazon.awssdk.services.ecs.model.Rollback;
import software.amazon.awssdk.services.ecs.model.ServiceDeploymentBrief;
import software.amazon.awssdk.services.ecs.model.ServiceDeploymentCircuitBreaker;
import software.amazon.awssdk.services.ecs.model.ServiceDeploymentRollbackMonitorsStatus;
import software.amazon.awssdk.services.ecs.model.ServiceRevisionSummary;

/** Service deployments and service revisions as ECS describes them. */
final class ServiceDeploymentView {
    private final ClusterState state;
    private final Names names;

    ServiceDeploymentView(ClusterState state) {
        this.state = state;
        this.names = Names.of(state);
    }

    ServiceDeploymentBrief brief(ServiceDeployment row) {
        ServiceKey service = row.key().service();
        return ServiceDeploymentBrief.builder()
                .serviceDeploymentArn(names.serviceDeployment(row.key()))
                .serviceArn(names.service(service))
                .clusterArn(names.cluster(service.cluster()))
                .createdAt(Views.time(row.times().created()))
                .startedAt(Views.time(row.times().started()))
                .finishedAt(Views.time(row.times().finished()))
                .targetServiceRevisionArn(names.serviceRevision(service, row.target()))
                .status(row.status().name())
                .statusReason(row.reason())
                .build();
    }

    software.amazon.awssdk.services.ecs.model.ServiceDeployment of(ServiceDeployment row) {
        ServiceKey service = row.key().service();
        Staging staging = row.staging();
        List<ServiceRevisionSummary> sources =
                row.sources().stream().map(number -> summary(row, number)).toList();
        var builder =
                software.amazon.awssdk.services.ecs.model.ServiceDeployment.builder()
                        .serviceDeploymentArn(names.serviceDeployment(row.key()))
                        .serviceArn(names.service(service))
                        .clusterArn(names.cluster(service.cluster()))
                        .createdAt(Views.time(row.times().created()))
                        .startedAt(Views.time(row.times().started()))
                        .finishedAt(Views.time(row.times().finished()))
                        .stoppedAt(Views.time(row.times().stopped()))
                        .updatedAt(Views.time(row.times().updated()))
                        .sourceServiceRevisions(sources)
                        .targetServiceRevision(summary(row, row.target()))
                        .status(row.status().name())
                        .statusReason(row.reason())
                        .lifecycleStage(stage(row))
                        .deploymentConfiguration(row.configuration())
                        .rollback(rollback(row))
                        .deploymentCircuitBreaker(breaker(row));
        if (staging != null) {
            builder.lifecycleHookDetails(
                    staging.hooks().stream().map(hook -> hook(row, hook)).toList());
        }
        return builder.build();
    }

    private static @Nullable String stage(ServiceDeployment row) {
        Staging staging = row.staging();
        if (staging == null) {
            return row.times().baking() == 0 ? null : "BAKE_TIME";
        }
        // ECS's word for the stage lacks the one that there are only hooks in.
        return staging.stage() == Staging.Stage.PRE_PRODUCTION_TRAFFIC_SHIFT
                ? Staging.Stage.PRODUCTION_TRAFFIC_SHIFT.name()
                : staging.stage().name();
    }

    private @Nullable Rollback rollback(ServiceDeployment row) {
        ServiceDeployment.Rollback back = row.rollback();
        if (back == null) {
            return null;
        }
        return Rollback.builder()
                .reason(back.reason())
                .startedAt(Views.time(back.startedAtMillis()))
                .serviceRevisionArn(
                        back.revision() == 0
                                ? null
                                : names.serviceRevision(row.key().service(), back.revision()))
                .build();
    }

    private ServiceRevisionSummary summary(ServiceDeployment row, long number) {
        Tally tally = tally(row, number);
        var builder =
                ServiceRevisionSummary.builder()
                        .arn(names.serviceRevision(row.key().service(), number))
                        .requestedTaskCount(tally.desired())
                        .runningTaskCount(tally.tasks().running())
                        .pendingTaskCount(tally.tasks().pending());
        Staging staging = row.staging();
        if (staging != null && (number == row.target() || number == staging.blue())) {
            boolean green = number == row.target();
            builder.requestedTestTrafficWeight(green ? staging.test() : 100 - staging.test())
                    .requestedProductionTrafficWeight(
                            green ? staging.production() : 100 - staging.production());
        }
        return builder.build();
    }

    /** How many tasks there are, or were when the deployment ended. */
    private Tally tally(ServiceDeployment row, long number) {
        Deployment now = deployment(row, number);
        var present =
                now == null
                        ? new Tally(number, 0, TaskCounts.NONE)
                        : new Tally(number, now.desired(), now.tasks());
        return row.tallies().isEmpty()
                ? present
                : row.tallies().stream()
                        .filter(each -> each.revision() == number)
                        .findFirst()
                        .orElse(new Tally(number, 0, TaskCounts.NONE));
    }

    private @Nullable Deployment deployment(ServiceDeployment row, long number) {
        Service service = state.services().get(row.key().service());
        return service == null ? null : service.deployment(number);
    }

    private ServiceDeploymentCircuitBreaker breaker(ServiceDeployment row) {
        ServiceDeployment.Trial trial = row.trial();
        boolean over = row.status().over() || trial.tripped();
        Service service = state.services().get(row.key().service());
        Breaker now =
                Breaker.of(
                        service == null ? null : service.spec().deploymentConfiguration(),
                        service == null ? 0 : service.desiredCount());
        Deployment target = deployment(row, row.target());
        int failures = over || target == null ? trial.failures() : target.failed();
        int threshold = over ? trial.threshold() : now.threshold();
        boolean on = over ? trial.threshold() > 0 : now.on();
        return ServiceDeploymentCircuitBreaker.builder()
                .status(status(on, over, trial.tripped()))
                .failureCount(on ? failures : 0)
                .threshold(on ? threshold : 0)
                .build();
    }

    private static ServiceDeploymentRollbackMonitorsStatus status(
            boolean on, boolean over, boolean tripped) {
        if (!on) {
            return ServiceDeploymentRollbackMonitorsStatus.DISABLED;
        }
        if (tripped) {
            return ServiceDeploymentRollbackMonitorsStatus.TRIGGERED;
        }
        return over
                ? ServiceDeploymentRollbackMonitorsStatus.MONITORING_COMPLETE
                : ServiceDeploymentRollbackMonitorsStatus.MONITORING;
    }

    private static DeploymentLifecycleHookDetail hook(ServiceDeployment row, Staging.Hook hook) {
        List<DeploymentLifecycleHook> configured = row.configuration().lifecycleHooks();
        String target =
                hook.index() < configured.size()
                        ? configured.get(hook.index()).hookTargetArn()
                        : null;
        return DeploymentLifecycleHookDetail.builder()
                .hookId(hook.id())
                .targetType(hook.pause() ? "PAUSE" : "AWS_LAMBDA")
                .targetArn(target)
                .status(hook.status().name())
                .expiresAt(Views.time(hook.expiresAtMillis()))
                .timeoutAction(hook.continues() ? "CONTINUE" : "ROLLBACK")
                .build();
    }

    software.amazon.awssdk.services.ecs.model.ServiceRevision of(ServiceRevision row) {
        ServiceKey service = row.key().service();
        var spec = row.spec();
        var builder =
                software.amazon.awssdk.services.ecs.model.ServiceRevision.builder()
                        .serviceRevisionArn(names.serviceRevision(service, row.key().number()))
                        .serviceArn(names.service(service))
                        .clusterArn(names.cluster(service.cluster()))
                        .taskDefinition(names.taskDefinition(row.taskDefinition()))
                        .platformVersion(spec.platformVersion())
                        .platformFamily(spec.platformFamily())
                        .networkConfiguration(spec.networkConfiguration())
                        .loadBalancers(spec.loadBalancers())
                        .serviceRegistries(spec.serviceRegistries())
                        .containerImages(images(row))
                        .guardDutyEnabled(false)
                        .createdAt(Views.time(row.createdAtMillis()));
        if (spec.capacityProviderStrategy().isEmpty()) {
            builder.launchType(spec.launchType());
        } else {
            builder.capacityProviderStrategy(spec.capacityProviderStrategy());
        }
        return builder.build();
    }

    private List<ContainerImage> images(ServiceRevision row) {
        TaskDefinitionRow definition = state.taskDefinitions().get(row.taskDefinition());
        return definition == null
                ? List.of()
                : definition.definition().containerDefinitions().stream()
                        .map(
                                each ->
                                        ContainerImage.builder()
                                                .containerName(each.name())
                                                .image(each.image())
                                                .imageDigest(row.imageDigests().get(each.name()))
                                                .build())
                        .toList();
    }
}
