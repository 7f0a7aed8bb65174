package io.gantry.control.api;

import io.gantry.control.core.schedule.Refusal;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.util.List;
import software.amazon.awssdk.services.ecs.model.Failure;

/** Why tasks of a request were not started, as RunTask tells it. */
final class RunTaskFailures {
    private RunTaskFailures() {}

    /** A machine that did not do. */
    static Failure of(Names names, String cluster, Refusal refusal) {
        return failure(names.instance(cluster, refusal.worker()), refusal.reason().code());
    }

    /** Providers without any machine. */
    static List<Failure> empty(Names names, List<String> providers) {
        return providers.stream()
                .map(each -> failure(names.capacityProvider(each), "EMPTY CAPACITY PROVIDER"))
                .toList();
    }

    /** No machine serves Fargate. */
    static Failure noFargate(Names names, TaskDefinitionKey definition) {
        return failure(
                names.taskDefinition(definition),
                "Capacity is unavailable at this time. Please try again later or in a different"
                        + " availability zone");
    }

    private static Failure failure(String arn, String reason) {
        return Failure.builder().arn(arn).reason(reason).build();
    }
}
