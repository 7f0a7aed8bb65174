package io.gantry.control.api;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.query.Query;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.GantryTag;
import io.gantry.control.core.state.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.ContainerInstanceField;
import software.amazon.awssdk.services.ecs.model.DeregisterContainerInstanceRequest;
import software.amazon.awssdk.services.ecs.model.DeregisterContainerInstanceResponse;
import software.amazon.awssdk.services.ecs.model.DescribeContainerInstancesRequest;
import software.amazon.awssdk.services.ecs.model.DescribeContainerInstancesResponse;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.ListContainerInstancesRequest;
import software.amazon.awssdk.services.ecs.model.ListContainerInstancesResponse;
import software.amazon.awssdk.services.ecs.model.RegisterContainerInstanceRequest;
import software.amazon.awssdk.services.ecs.model.RegisterContainerInstanceResponse;
import software.amazon.awssdk.services.ecs.model.UpdateContainerInstancesStateRequest;
import software.amazon.awssdk.services.ecs.model.UpdateContainerInstancesStateResponse;

/** The operations on container instances. */
final class ContainerInstances {
    private static final int PAGE = 100;
    private static final int MOST_DESCRIBED = 100;
    private static final int MOST_UPDATED = 10;

    private final ApiContext context;
    private final Quorum quorum;

    ContainerInstances(ApiContext context, Quorum quorum) {
        this.context = context;
        this.quorum = quorum;
    }

    RegisterContainerInstanceResponse register(
            AgentModel.RegisterContainerInstanceRequest registering) {
        RegisterContainerInstanceRequest request = registering.modelled();
        ApiErrors.checkModel(request, ApiErrors::invalid);
        ClusterState state = quorum.fresh();
        var refs = new Refs(Names.of(state));
        String cluster = refs.cluster(state, request.cluster()).name();
        Registration registration = Registration.of(request);
        WorkerId known = known(refs, cluster, request.containerInstanceArn());
        Reply reply =
                quorum.accept(
                        new Command.RegisterWorker(
                                known == null ? context.ids().worker() : known,
                                known != null,
                                cluster,
                                registration.attributes(),
                                Tags.checked(request.tags(), GantryTag.Place.CONTAINER_INSTANCE),
                                registration.resources(),
                                registration.reservedPorts(),
                                registering.clientToken(),
                                registration.gpus()));
        if (!(reply instanceof Reply.WorkerRegistered(WorkerId id))) {
            throw new IllegalStateException("unexpected reply " + reply);
        }
        return RegisterContainerInstanceResponse.builder()
                .containerInstance(view(quorum.state(), id))
                .build();
    }

    private static @Nullable WorkerId known(Refs refs, String cluster, @Nullable String arn) {
        if (arn == null || arn.isEmpty()) {
            return null;
        }
        WorkerId id = refs.instance(cluster, arn);
        if (id == null) {
            throw ApiErrors.client("The container instance is not registered with the cluster.");
        }
        return id;
    }

    private static @Nullable ContainerInstance view(ClusterState state, WorkerId id) {
        Worker worker = state.workers().get(id);
        return worker == null ? null : new InstanceView(state).of(worker, true);
    }

    DeregisterContainerInstanceResponse deregister(DeregisterContainerInstanceRequest request) {
        ClusterState state = quorum.fresh();
        var refs = new Refs(Names.of(state));
        String cluster = refs.cluster(state, request.cluster()).name();
        Worker worker = find(state, refs.instance(cluster, request.containerInstance()), cluster);
        if (worker == null) {
            throw ApiErrors.invalid("The specified container instance does not exist.");
        }
        quorum.accept(
                new Command.DeregisterWorker(worker.id(), Boolean.TRUE.equals(request.force())));
        return DeregisterContainerInstanceResponse.builder()
                .containerInstance(view(quorum.state(), worker.id()))
                .build();
    }

    /** A container instance of the cluster, or null. */
    static @Nullable Worker find(ClusterState state, @Nullable WorkerId id, String cluster) {
        Worker worker = id == null ? null : state.workers().get(id);
        return worker != null && worker.cluster().equals(cluster) ? worker : null;
    }

    DescribeContainerInstancesResponse describe(DescribeContainerInstancesRequest request) {
        if (request.containerInstances().isEmpty()) {
            throw ApiErrors.client("Container Instances cannot be empty.");
        }
        if (request.containerInstances().size() > MOST_DESCRIBED) {
            throw ApiErrors.invalid("Container Instances cannot have more than 100 elements.");
        }
        ApiErrors.checkModel(request, ApiErrors::invalid);
        ClusterState state = quorum.fresh();
        Names names = Names.of(state);
        var refs = new Refs(names);
        String cluster = refs.cluster(state, request.cluster()).name();
        boolean tagged = request.include().contains(ContainerInstanceField.TAGS);
        boolean examined =
                request.include().contains(ContainerInstanceField.CONTAINER_INSTANCE_HEALTH);
        var view = new InstanceView(state);
        var health = new InstanceHealth(context.live(), context.clock().nowMillis());
        var found = new ArrayList<ContainerInstance>();
        var failures = new ArrayList<Failure>();
        for (String given : request.containerInstances()) {
            Worker worker = find(state, refs.instance(cluster, given), cluster);
            if (worker == null) {
                String id = refs.instanceId(cluster, given);
                failures.add(Views.missing(names.instance(cluster, id)));
            } else {
                ContainerInstance shown = view.of(worker, tagged);
                found.add(
                        examined
                                ? shown.toBuilder().healthStatus(health.of(worker)).build()
                                : shown);
            }
        }
        return DescribeContainerInstancesResponse.builder()
                .containerInstances(found)
                .failures(failures)
                .build();
    }

    UpdateContainerInstancesStateResponse updateState(
            UpdateContainerInstancesStateRequest request) {
        if (request.containerInstances().isEmpty()) {
            throw ApiErrors.client("Container Instances cannot be empty.");
        }
        if (request.containerInstances().size() > MOST_UPDATED) {
            throw ApiErrors.invalid("Container Instances cannot have more than 10 elements.");
        }
        Worker.Status status =
                switch (request.status()) {
                    case ACTIVE -> Worker.Status.ACTIVE;
                    case DRAINING -> Worker.Status.DRAINING;
                    case null, default ->
                            throw ApiErrors.invalid(
                                    "Container instance status should be one of [ACTIVE,"
                                            + " DRAINING]");
                };
        ClusterState state = quorum.fresh();
        var refs = new Refs(Names.of(state));
        String cluster = refs.cluster(state, request.cluster()).name();
        List<WorkerId> ids =
                request.containerInstances().stream()
                        .map(given -> find(state, refs.instance(cluster, given), cluster))
                        .filter(Objects::nonNull)
                        .map(Worker::id)
                        .distinct()
                        .toList();
        if (!ids.isEmpty()) {
            quorum.accept(new Command.SetWorkerStatus(ids, status));
        }
        return updated(request, cluster);
    }

    /** Container instances that were deregistered have no state that could be changed. */
    private UpdateContainerInstancesStateResponse updated(
            UpdateContainerInstancesStateRequest request, String cluster) {
        ClusterState state = quorum.state();
        Names names = Names.of(state);
        var refs = new Refs(names);
        var view = new InstanceView(state);
        var found = new ArrayList<ContainerInstance>();
        var failures = new ArrayList<Failure>();
        for (String given : request.containerInstances()) {
            Worker worker = find(state, refs.instance(cluster, given), cluster);
            if (worker == null) {
                String id = refs.instanceId(cluster, given);
                failures.add(Views.missing(names.instance(cluster, id)));
            } else if (worker.status() == Worker.Status.INACTIVE) {
                failures.add(
                        Failure.builder()
                                .arn(names.instance(cluster, worker.id()))
                                .reason("INACTIVE")
                                .build());
            } else {
                found.add(view.of(worker, false));
            }
        }
        return UpdateContainerInstancesStateResponse.builder()
                .containerInstances(found)
                .failures(failures)
                .build();
    }

    ListContainerInstancesResponse list(ListContainerInstancesRequest request) {
        String filter = request.filter() == null ? "" : request.filter();
        Query query =
                filter.isEmpty()
                        ? null
                        : Placement.checkExpression("filter", filter, ApiErrors::invalid);
        ClusterState state = quorum.fresh();
        Names names = Names.of(state);
        String cluster = new Refs(names).cluster(state, request.cluster()).name();
        String status = request.statusAsString();
        var pages =
                Pages.of(
                        PAGE,
                        PAGE,
                        request.maxResults(),
                        request.nextToken(),
                        List.of("I", cluster, String.valueOf(status), filter));
        WorkerId last = pages.last(WorkerId::parse);
        Stream<Worker> rows =
                state.workersOf(cluster)
                        .filter(worker -> last == null || worker.id().compareTo(last) > 0)
                        .filter(
                                worker ->
                                        status == null
                                                ? worker.status() != Worker.Status.INACTIVE
                                                : worker.status().name().equals(status))
                        .filter(worker -> query == null || query.matches(worker));
        var page = pages.cut(rows, Worker::id);
        return ListContainerInstancesResponse.builder()
                .containerInstanceArns(
                        page.rows().stream()
                                .map(worker -> names.instance(cluster, worker.id()))
                                .toList())
                .nextToken(page.nextToken())
                .build();
    }
}
