package io.gantry.control.api;

import io.gantry.common.check.Check;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.capacity.Platform;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.TaskSet;
import java.util.List;
import software.amazon.awssdk.services.ecs.model.StabilityStatus;

/** Task sets as ECS describes them. */
final class TaskSetView {
    private final Names names;

    TaskSetView(Names names) {
        this.names = names;
    }

    software.amazon.awssdk.services.ecs.model.TaskSet of(
            ServiceKey service, Deployment deployment, boolean tagged) {
        TaskSet set = Check.present(deployment.set(), deployment.id());
        return named(set.spec().toBuilder(), service, deployment.number())
                .status(set.status().name())
                .taskDefinition(names.taskDefinition(deployment.taskDefinition()))
                .computedDesiredCount(deployment.desired())
                .pendingCount(deployment.pending())
                .runningCount(deployment.running())
                .createdAt(Views.time(deployment.createdAtMillis()))
                .updatedAt(Views.time(deployment.updatedAtMillis()))
                .platformVersion(Platform.of(launchType(set), set.spec().platformVersion()))
                .loadBalancers(List.of())
                .serviceRegistries(List.of())
                .stabilityStatus(
                        set.steady() ? StabilityStatus.STEADY_STATE : StabilityStatus.STABILIZING)
                .stabilityStatusAt(Views.time(set.stabilityAtMillis()))
                .tags(tagged ? set.tags() : List.of())
                .build();
    }

    /** One that has gone already when its deletion is answered. */
    software.amazon.awssdk.services.ecs.model.TaskSet gone(ServiceKey service, long number) {
        return named(software.amazon.awssdk.services.ecs.model.TaskSet.builder(), service, number)
                .status(TaskSet.Status.DRAINING.name())
                .computedDesiredCount(0)
                .pendingCount(0)
                .runningCount(0)
                .build();
    }

    private software.amazon.awssdk.services.ecs.model.TaskSet.Builder named(
            software.amazon.awssdk.services.ecs.model.TaskSet.Builder builder,
            ServiceKey service,
            long number) {
        return builder.id("ecs-svc/" + number)
                .taskSetArn(names.taskSet(service, number))
                .serviceArn(names.service(service))
                .clusterArn(names.cluster(service.cluster()));
    }

    private static String launchType(TaskSet set) {
        var strategy = set.spec().capacityProviderStrategy();
        return strategy.isEmpty()
                ? String.valueOf(set.spec().launchTypeAsString())
                : Capacity.launchTypeOf(strategy.getFirst().capacityProvider());
    }
}
