package io.gantry.control.api;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.command.Reply.Refused;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.GantryTag;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.CreateTaskSetRequest;
import software.amazon.awssdk.services.ecs.model.CreateTaskSetResponse;
import software.amazon.awssdk.services.ecs.model.DeleteTaskSetRequest;
import software.amazon.awssdk.services.ecs.model.DeleteTaskSetResponse;
import software.amazon.awssdk.services.ecs.model.DescribeTaskSetsRequest;
import software.amazon.awssdk.services.ecs.model.DescribeTaskSetsResponse;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.TaskSet;
import software.amazon.awssdk.services.ecs.model.TaskSetField;
import software.amazon.awssdk.services.ecs.model.UpdateServicePrimaryTaskSetRequest;
import software.amazon.awssdk.services.ecs.model.UpdateServicePrimaryTaskSetResponse;
import software.amazon.awssdk.services.ecs.model.UpdateTaskSetRequest;
import software.amazon.awssdk.services.ecs.model.UpdateTaskSetResponse;

/** The operations on task sets. */
final class TaskSets {
    private final ApiContext context;
    private final Quorum quorum;

    TaskSets(ApiContext context, Quorum quorum) {
        this.context = context;
        this.quorum = quorum;
    }

    /** A task set as a request names it, which need not exist. */
    private record Ref(ServiceKey service, long number) {}

    private Ref ref(@Nullable String cluster, String service, String taskSet) {
        ClusterState state = quorum.fresh();
        var refs = new Refs(Names.of(state));
        ServiceKey key = refs.service(refs.cluster(state, cluster).name(), service);
        return new Ref(key, refs.taskSet(key, taskSet));
    }

    CreateTaskSetResponse create(CreateTaskSetRequest request) {
        TaskSetRules.check(request);
        ClusterState state = quorum.fresh();
        Names names = Names.of(state);
        var refs = new Refs(names);
        Cluster cluster = refs.cluster(state, request.cluster());
        ServiceKey key = refs.service(cluster.name(), request.service());
        Service service = external(state, key);
        if (!service.active()) {
            throw notActive();
        }
        TaskDefinitionRow row = refs.activeDefinition(state, request.taskDefinition());
        Placement.checkTogether(row.definition(), service.spec().placementConstraints());
        ServiceCapacity capacity =
                ServiceCapacity.of(request, cluster, row.definition(), service.spec());
        TaskSet spec =
                TaskSet.builder()
                        .taskDefinition(names.taskDefinition(row.key()))
                        .externalId(request.externalId())
                        .scale(TaskSetRules.scale(request.scale()))
                        .build();
        Reply reply =
                quorum.accept(
                        new Command.CreateTaskSet(
                                key,
                                context.ids().deployment(),
                                row.key(),
                                capacity.on(spec),
                                Tags.checked(request.tags(), GantryTag.Place.TASK_SET),
                                Tokens.of(
                                        "CreateTaskSet", key.toString(), request.clientToken(), 36),
                                JsonForm.fingerprint(request)));
        long number = reply instanceof Reply.TaskSetMade made ? made.number() : 0;
        return CreateTaskSetResponse.builder()
                .taskSet(described(new Ref(key, number), true))
                .build();
    }

    UpdateTaskSetResponse update(UpdateTaskSetRequest request) {
        var scale = TaskSetRules.scale(request.scale());
        Ref ref = ref(request.cluster(), request.service(), request.taskSet());
        quorum.accept(new Command.ScaleTaskSet(ref.service(), ref.number(), scale));
        return UpdateTaskSetResponse.builder().taskSet(described(ref, false)).build();
    }

    UpdateServicePrimaryTaskSetResponse lead(UpdateServicePrimaryTaskSetRequest request) {
        Ref ref = ref(request.cluster(), request.service(), request.primaryTaskSet());
        quorum.accept(new Command.LeadTaskSet(ref.service(), ref.number()));
        return UpdateServicePrimaryTaskSetResponse.builder().taskSet(described(ref, false)).build();
    }

    DeleteTaskSetResponse delete(DeleteTaskSetRequest request) {
        Ref ref = ref(request.cluster(), request.service(), request.taskSet());
        boolean force = Boolean.TRUE.equals(request.force());
        quorum.accept(new Command.DeleteTaskSet(ref.service(), ref.number(), force));
        return DeleteTaskSetResponse.builder().taskSet(described(ref, false)).build();
    }

    private TaskSet described(Ref ref, boolean tagged) {
        ClusterState state = quorum.state();
        var view = new TaskSetView(Names.of(state));
        Service service = state.services().get(ref.service());
        Deployment found = service == null ? null : service.deployment(ref.number());
        return found == null || found.set() == null
                ? view.gone(ref.service(), ref.number())
                : view.of(ref.service(), found, tagged);
    }

    /** Whoever names no task set means all of them. */
    DescribeTaskSetsResponse describe(DescribeTaskSetsRequest request) {
        ClusterState state = quorum.fresh();
        Names names = Names.of(state);
        var refs = new Refs(names);
        ServiceKey key =
                refs.service(refs.cluster(state, request.cluster()).name(), request.service());
        Service service = external(state, key);
        if (service.status() == Service.LifeStatus.INACTIVE) {
            throw notActive();
        }
        boolean tagged = request.include().contains(TaskSetField.TAGS);
        List<Long> wanted =
                request.taskSets().isEmpty()
                        ? service.deployments().stream().map(Deployment::number).toList()
                        : request.taskSets().stream()
                                .map(given -> refs.taskSet(key, given))
                                .toList();
        var view = new TaskSetView(names);
        var found = new ArrayList<TaskSet>();
        var failures = new ArrayList<Failure>();
        for (long number : wanted) {
            Deployment deployment = service.deployment(number);
            if (deployment == null) {
                failures.add(Views.missing(names.taskSet(key, number)));
            } else {
                found.add(view.of(key, deployment, tagged));
            }
        }
        return DescribeTaskSetsResponse.builder().taskSets(found).failures(failures).build();
    }

    private static Service external(ClusterState state, ServiceKey key) {
        Service service = state.services().get(key);
        if (service == null) {
            throw ApiErrors.noService();
        }
        if (!service.external()) {
            throw ApiErrors.invalid(
                    "Amazon ECS only supports task set management on services configured to use"
                            + " external deployment controllers.");
        }
        return service;
    }

    private static RuntimeException notActive() {
        return ApiErrors.of(new Refused(Cause.SERVICE_NOT_ACTIVE, "Service was not ACTIVE."));
    }
}
