package io.gantry.control.api;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.command.Reply.Refused;
import io.gantry.control.core.reconcile.Launches;
import io.gantry.control.core.rollout.Controllers;
import io.gantry.control.core.rollout.Revisions;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.GantryTag;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ecs.model.CreateServiceRequest;
import software.amazon.awssdk.services.ecs.model.CreateServiceResponse;
import software.amazon.awssdk.services.ecs.model.DeleteServiceRequest;
import software.amazon.awssdk.services.ecs.model.DeleteServiceResponse;
import software.amazon.awssdk.services.ecs.model.DescribeServicesRequest;
import software.amazon.awssdk.services.ecs.model.DescribeServicesResponse;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.ListServicesRequest;
import software.amazon.awssdk.services.ecs.model.ListServicesResponse;
import software.amazon.awssdk.services.ecs.model.ResourceManagementType;
import software.amazon.awssdk.services.ecs.model.SchedulingStrategy;
import software.amazon.awssdk.services.ecs.model.ServiceField;
import software.amazon.awssdk.services.ecs.model.UpdateServiceRequest;
import software.amazon.awssdk.services.ecs.model.UpdateServiceResponse;

/** The operations on services. */
final class Services {
    private static final int PAGE = 10;
    private static final int LARGEST_PAGE = 100;
    private static final int MOST_DESCRIBED = 10;

    /** A service in the middle of a roll-out changes many times a second. */
    private static final int MOST_TRIES = 20;

    private final ApiContext context;
    private final Quorum quorum;

    Services(ApiContext context, Quorum quorum) {
        this.context = context;
        this.quorum = quorum;
    }

    CreateServiceResponse create(CreateServiceRequest request) {
        ServiceRules.check(request);
        ClusterState state = quorum.fresh();
        Names names = Names.of(state);
        Cluster cluster = new Refs(names).cluster(state, request.cluster());
        var key = new ServiceKey(cluster.name(), request.serviceName());
        boolean external = ExternalRules.isExternal(request.deploymentController());
        TaskDefinitionRow row =
                external ? null : new Refs(names).activeDefinition(state, request.taskDefinition());
        var spec =
                row == null
                        ? ExternalRules.bare(ServiceRules.spec(request, null, names.root()))
                        : spec(request, cluster, row, names);
        quorum.accept(
                new Command.CreateService(
                        key,
                        RebalancingRules.begin(spec, request.availabilityZoneRebalancing()),
                        Objects.requireNonNullElse(request.desiredCount(), 0),
                        Tags.checked(request.tags(), GantryTag.Place.SERVICE),
                        row == null ? null : row.key(),
                        external ? 0 : context.ids().deployment(),
                        Tokens.of("CreateService", cluster.name(), request.clientToken(), 36),
                        JsonForm.fingerprint(request)));
        return CreateServiceResponse.builder().service(describe(key, true)).build();
    }

    private static software.amazon.awssdk.services.ecs.model.Service spec(
            CreateServiceRequest request, Cluster cluster, TaskDefinitionRow row, Names names) {
        Placement.checkTogether(row.definition(), request.placementConstraints());
        ServiceCapacity capacity = ServiceCapacity.of(request, cluster, row.definition());
        FallbackRules.check(request.tags(), GantryTag.Place.SERVICE, capacity.choice(), cluster);
        return capacity.on(
                ServiceRules.spec(request, names.taskDefinition(row.key()), names.root()));
    }

    private software.amazon.awssdk.services.ecs.model.Service describe(
            ServiceKey key, boolean tagged) {
        ClusterState state = quorum.state();
        Service service = state.services().get(key);
        if (service == null) {
            throw ApiErrors.noService();
        }
        return new ServiceView(state).of(service, tagged);
    }

    UpdateServiceResponse update(UpdateServiceRequest request) {
        ServiceRules.check(request);
        ClusterState state = quorum.fresh();
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            Command.UpdateService update = update(state, request);
            Reply reply = quorum.commit(update);
            if (!(reply instanceof Refused refused && refused.cause() == Cause.STALE)) {
                ApiErrors.check(reply);
                return UpdateServiceResponse.builder()
                        .service(describe(update.service(), false))
                        .build();
            }
            state = quorum.state();
        }
        throw ApiErrors.unavailable("The service keeps changing. Please try again.");
    }

    private Command.UpdateService update(ClusterState state, UpdateServiceRequest request) {
        Names names = Names.of(state);
        var refs = new Refs(names);
        String cluster = refs.cluster(state, request.cluster()).name();
        ServiceKey key = refs.service(cluster, request.service());
        Service service = active(state, key);
        if (staysExternal(service, request)) {
            return external(service, request);
        }
        TaskDefinitionKey running = running(service);
        var before = service.external() ? ExternalRules.takenBack(service.spec()) : service.spec();
        DaemonRules.check(before, request);
        TaskDefinitionKey wanted =
                request.taskDefinition() == null
                        ? running
                        : refs.activeDefinition(state, request.taskDefinition()).key();
        var capacity = ServiceCapacity.after(before, request, state.taskDefinitions().get(wanted));
        var spec =
                RebalancingRules.change(
                        capacity.on(
                                ServiceRules.spec(before, request, names.taskDefinition(wanted))),
                        request.availabilityZoneRebalancing());
        boolean deploys =
                service.external()
                        || !wanted.equals(running)
                        || Revisions.differ(service.spec(), spec)
                        || Boolean.TRUE.equals(request.forceNewDeployment());
        return new Command.UpdateService(
                key,
                service.version(),
                spec,
                Objects.requireNonNullElse(request.desiredCount(), service.desiredCount()),
                wanted,
                deploys ? context.ids().deployment() : 0);
    }

    private static Service active(ClusterState state, ServiceKey key) {
        Service service = state.services().get(key);
        if (service == null) {
            throw ApiErrors.noService();
        }
        if (!service.active()) {
            throw ApiErrors.of(new Refused(Cause.SERVICE_NOT_ACTIVE, "Service was not ACTIVE."));
        }
        return service;
    }

    /** What ECS would go on with. */
    private static TaskDefinitionKey running(Service service) {
        String wrong = Controllers.refusal(service, false);
        Deployment present = service.external() ? service.primarySet() : service.primary();
        if (wrong != null || present == null) {
            throw ApiErrors.invalid(String.valueOf(wrong));
        }
        return present.taskDefinition();
    }

    /** Whether somebody else is to deploy the service once it is changed. */
    private static boolean staysExternal(Service service, UpdateServiceRequest request) {
        return request.deploymentController() == null
                ? service.external()
                : ExternalRules.isExternal(request.deploymentController());
    }

    private static Command.UpdateService external(Service service, UpdateServiceRequest request) {
        ExternalRules.check(service.spec(), service.external(), request);
        var before = service.external() ? service.spec() : ExternalRules.bare(service.spec());
        var spec =
                RebalancingRules.change(
                        ServiceRules.spec(before, request, before.taskDefinition()),
                        request.availabilityZoneRebalancing());
        service.deployments().stream()
                .flatMap(each -> Stream.ofNullable(each.set()))
                .forEach(
                        set ->
                                TaskSetRules.check(
                                        set,
                                        spec.placementConstraints(),
                                        spec.placementStrategy()));
        return new Command.UpdateService(
                service.key(),
                service.version(),
                spec,
                Objects.requireNonNullElse(request.desiredCount(), service.desiredCount()),
                null,
                0);
    }

    DeleteServiceResponse delete(DeleteServiceRequest request) {
        ClusterState state = quorum.fresh();
        var refs = new Refs(Names.of(state));
        String cluster = refs.cluster(state, request.cluster()).name();
        ServiceKey key = refs.service(cluster, request.service());
        quorum.accept(new Command.DeleteService(key, Boolean.TRUE.equals(request.force())));
        return DeleteServiceResponse.builder().service(describe(key, false)).build();
    }

    DescribeServicesResponse describe(DescribeServicesRequest request) {
        if (request.services().isEmpty()) {
            throw ApiErrors.invalid("Services cannot be empty.");
        }
        if (request.services().size() > MOST_DESCRIBED) {
            throw ApiErrors.invalid("Services cannot have more than 10 elements.");
        }
        ApiErrors.checkModel(request, ApiErrors::invalid);
        ClusterState state = quorum.fresh();
        Names names = Names.of(state);
        var refs = new Refs(names);
        String cluster = refs.cluster(state, request.cluster()).name();
        boolean tagged = request.include().contains(ServiceField.TAGS);
        var view = new ServiceView(state);
        var found = new ArrayList<software.amazon.awssdk.services.ecs.model.Service>();
        var failures = new ArrayList<Failure>();
        for (String given : request.services()) {
            ServiceKey key = refs.service(cluster, given);
            Service service = state.services().get(key);
            if (service == null) {
                failures.add(Views.missing(names.service(key)));
            } else {
                found.add(view.of(service, tagged));
            }
        }
        return DescribeServicesResponse.builder().services(found).failures(failures).build();
    }

    ListServicesResponse list(ListServicesRequest request) {
        ClusterState state = quorum.fresh();
        Names names = Names.of(state);
        String cluster = new Refs(names).cluster(state, request.cluster()).name();
        var pages =
                Pages.of(
                        PAGE,
                        LARGEST_PAGE,
                        request.maxResults(),
                        request.nextToken(),
                        List.of(
                                "S",
                                cluster,
                                String.valueOf(request.launchTypeAsString()),
                                String.valueOf(request.schedulingStrategyAsString()),
                                String.valueOf(request.resourceManagementTypeAsString())));
        String last = pages.last(name -> name);
        Stream<Service> rows =
                state.servicesOf(cluster)
                        .filter(service -> last == null || service.key().name().compareTo(last) > 0)
                        .filter(service -> service.active() && matches(service, request));
        var page = pages.cut(rows, service -> service.key().name());
        return ListServicesResponse.builder()
                .serviceArns(page.rows().stream().map(each -> names.service(each.key())).toList())
                .nextToken(page.nextToken())
                .build();
    }

    /** All services are of the kind that users configure themselves. */
    private static boolean matches(Service service, ListServicesRequest request) {
        SchedulingStrategy scheduling = request.schedulingStrategy();
        return (request.launchType() == null
                        || request.launchTypeAsString().equals(Launches.launchType(service.spec())))
                && (scheduling == null || scheduling == service.spec().schedulingStrategy())
                && request.resourceManagementType() != ResourceManagementType.ECS;
    }
}
