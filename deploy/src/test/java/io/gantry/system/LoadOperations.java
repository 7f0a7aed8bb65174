package io.gantry.system;

import io.gantry.common.history.Register.Read;
import io.gantry.common.history.Register.Write;
import io.gantry.common.history.Sequence.Action;
import io.gantry.system.LoadEndpoints.Endpoint;
import io.gantry.system.LoadObjects.Counted;

/** What one client does with services and task definitions. */
final class LoadOperations {
    private final LoadHistory history;
    private final LoadObjects objects;
    private final LoadCalls calls;

    LoadOperations(LoadHistory history, LoadObjects objects, LoadCalls calls) {
        this.history = history;
        this.objects = objects;
        this.calls = calls;
    }

    void write(Endpoint endpoint, Counted service) {
        int count = service.nextCount();
        calls.record(
                endpoint,
                history.counts,
                "UpdateService",
                service.name(),
                new Write<>(count),
                ecs -> {
                    ecs.updateService(
                            request ->
                                    request.cluster(service.cluster())
                                            .service(service.name())
                                            .desiredCount(count));
                    // The service in the answer may already be that of a later write.
                    return count;
                });
    }

    void read(Endpoint endpoint, Counted service) {
        calls.record(
                endpoint,
                history.counts,
                "DescribeServices",
                service.name(),
                new Read<>(),
                ecs -> service.describe(ecs).desiredCount());
    }

    void register(Endpoint endpoint, String family) {
        calls.record(
                endpoint,
                history.revisions,
                "RegisterTaskDefinition",
                family,
                Action.NEXT,
                ecs -> objects.register(ecs, family));
    }

    void latest(Endpoint endpoint, String family) {
        calls.record(
                endpoint,
                history.revisions,
                "DescribeTaskDefinition",
                family,
                Action.LATEST,
                ecs ->
                        ecs.describeTaskDefinition(request -> request.taskDefinition(family))
                                .taskDefinition()
                                .revision());
    }

    /** Asks for all that has a present value. */
    void readAll(Endpoint endpoint) {
        objects.services().forEach(service -> read(endpoint, service));
        objects.families().forEach(family -> latest(endpoint, family));
    }
}
