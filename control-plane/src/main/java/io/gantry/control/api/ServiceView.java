package io.gantry.control.api;

import io.gantry.control.core.capacity.Platform;
import io.gantry.control.core.reconcile.Launches;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Releases;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceRevision;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;
import software.amazon.awssdk.services.ecs.model.ServiceCurrentRevisionSummary;
import software.amazon.awssdk.services.ecs.model.ServiceEvent;
import software.amazon.awssdk.services.ecs.model.TaskSet;

/** Services as ECS describes them. */
final class ServiceView {
    private final Names names;
    private final Releases releases;

    ServiceView(ClusterState state) {
        this.releases = state.releases();
        this.names = Names.of(state);
    }

    software.amazon.awssdk.services.ecs.model.Service of(Service service, boolean tagged) {
        List<Deployment> deployments = service.deployments();
        var builder =
                service.spec().toBuilder()
                        .serviceArn(names.service(service.key()))
                        .serviceName(service.key().name())
                        .clusterArn(names.cluster(service.key().cluster()))
                        .loadBalancers(List.of())
                        .serviceRegistries(List.of())
                        // ECS leaves its own controller out, and Terraform looks for records of
                        // the deployments themselves when it sees one.
                        .deploymentController(
                                service.external() ? service.spec().deploymentController() : null)
                        .status(service.status().name())
                        .desiredCount(service.desiredCount())
                        .runningCount(deployments.stream().mapToInt(Deployment::running).sum())
                        .pendingCount(deployments.stream().mapToInt(Deployment::pending).sum())
                        .deployments(service.external() ? List.of() : deployments(service))
                        .taskSets(service.external() ? taskSets(service, tagged) : null)
                        .events(service.events().stream().map(ServiceView::event).toList())
                        .createdAt(Views.time(service.createdAtMillis()));
        ServiceDeployment.Key ongoing = service.ongoing();
        if (ongoing != null) {
            builder.currentServiceDeployment(names.serviceDeployment(ongoing));
        }
        if (!service.external()) {
            builder.currentServiceRevisions(
                    deployments.stream().map(each -> revision(service, each)).toList());
        }
        if (tagged) {
            builder.tags(service.tags());
        }
        return builder.build();
    }

    /** Left out where a launch type is shown. */
    private static @Nullable Collection<CapacityProviderStrategyItem> strategy(
            software.amazon.awssdk.services.ecs.model.Service spec) {
        List<CapacityProviderStrategyItem> strategy = spec.capacityProviderStrategy();
        return strategy.isEmpty() ? null : strategy;
    }

    private List<TaskSet> taskSets(Service service, boolean tagged) {
        var view = new TaskSetView(names);
        return service.deployments().stream()
                .map(each -> view.of(service.key(), each, tagged))
                .toList();
    }

    private ServiceCurrentRevisionSummary revision(Service service, Deployment deployment) {
        return ServiceCurrentRevisionSummary.builder()
                .arn(names.serviceRevision(service.key(), deployment.number()))
                .requestedTaskCount(deployment.desired())
                .runningTaskCount(deployment.running())
                .pendingTaskCount(deployment.pending())
                .build();
    }

    /** What the service was configured to be when a deployment began. */
    private software.amazon.awssdk.services.ecs.model.Service spec(
            Service service, Deployment deployment) {
        ServiceRevision revision =
                releases.revisions()
                        .get(new ServiceRevision.Key(service.key(), deployment.number()));
        return revision == null ? service.spec() : revision.spec();
    }

    private static ServiceEvent event(Service.Event event) {
        return ServiceEvent.builder()
                .id(event.id().toString())
                .createdAt(Views.time(event.createdAtMillis()))
                .message(event.message())
                .build();
    }

    private List<software.amazon.awssdk.services.ecs.model.Deployment> deployments(
            Service service) {
        var shown = new ArrayList<software.amazon.awssdk.services.ecs.model.Deployment>();
        for (Deployment deployment : service.deployments()) {
            var spec = spec(service, deployment);
            shown.add(
                    software.amazon.awssdk.services.ecs.model.Deployment.builder()
                            .id(deployment.id())
                            .status(shown.isEmpty() ? "PRIMARY" : "ACTIVE")
                            .taskDefinition(names.taskDefinition(deployment.taskDefinition()))
                            .desiredCount(deployment.desired())
                            .pendingCount(deployment.pending())
                            .runningCount(deployment.running())
                            .failedTasks(deployment.failed())
                            .createdAt(Views.time(deployment.createdAtMillis()))
                            .updatedAt(Views.time(deployment.updatedAtMillis()))
                            .launchType(spec.launchType())
                            .networkConfiguration(spec.networkConfiguration())
                            .capacityProviderStrategy(strategy(spec))
                            .platformVersion(
                                    Platform.of(Launches.launchType(spec), spec.platformVersion()))
                            .platformFamily(spec.platformFamily())
                            .rolloutState(deployment.rollout().name())
                            .rolloutStateReason(deployment.rolloutReason())
                            .build());
        }
        return shown;
    }
}
