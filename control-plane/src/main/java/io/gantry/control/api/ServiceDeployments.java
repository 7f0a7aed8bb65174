package io.gantry.control.api;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.ServiceRevision;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContinueServiceDeploymentRequest;
import software.amazon.awssdk.services.ecs.model.ContinueServiceDeploymentResponse;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHookAction;
import software.amazon.awssdk.services.ecs.model.DescribeServiceDeploymentsRequest;
import software.amazon.awssdk.services.ecs.model.DescribeServiceDeploymentsResponse;
import software.amazon.awssdk.services.ecs.model.DescribeServiceRevisionsRequest;
import software.amazon.awssdk.services.ecs.model.DescribeServiceRevisionsResponse;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.ListServiceDeploymentsRequest;
import software.amazon.awssdk.services.ecs.model.ListServiceDeploymentsResponse;
import software.amazon.awssdk.services.ecs.model.StopServiceDeploymentRequest;
import software.amazon.awssdk.services.ecs.model.StopServiceDeploymentResponse;
import software.amazon.awssdk.services.ecs.model.StopServiceDeploymentStopType;

/** The operations on service deployments and service revisions. */
final class ServiceDeployments {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,19}");

    private final Quorum quorum;

    ServiceDeployments(Quorum quorum) {
        this.quorum = quorum;
    }

    ListServiceDeploymentsResponse list(ListServiceDeploymentsRequest request) {
        ClusterState state = quorum.fresh();
        Names names = Names.of(state);
        var refs = new Refs(names);
        String cluster = refs.cluster(state, request.cluster()).name();
        ServiceKey service = refs.service(cluster, request.service());
        if (state.services().get(service) == null) {
            throw ApiErrors.noService();
        }
        var page =
                new DeploymentListing(request.statusAsStrings(), request.createdAt())
                        .page(
                                "SD",
                                service,
                                request.maxResults(),
                                request.nextToken(),
                                state.releases().deploymentsOf(service),
                                each ->
                                        new DeploymentListing.Position(
                                                each.times().created(), each.key().id()),
                                each -> each.status().name());
        var view = new ServiceDeploymentView(state);
        return ListServiceDeploymentsResponse.builder()
                .serviceDeployments(page.rows().stream().map(view::brief).toList())
                .nextToken(page.nextToken())
                .build();
    }

    DescribeServiceDeploymentsResponse describe(DescribeServiceDeploymentsRequest request) {
        DeploymentListing.checkCount("serviceDeploymentArns", request.serviceDeploymentArns());
        ClusterState state = quorum.fresh();
        var refs = new Refs(Names.of(state));
        var view = new ServiceDeploymentView(state);
        var found = new ArrayList<software.amazon.awssdk.services.ecs.model.ServiceDeployment>();
        var failures = new ArrayList<Failure>();
        for (String given : request.serviceDeploymentArns()) {
            ServiceDeployment row = state.releases().deployments().get(deployment(refs, given));
            if (row == null) {
                failures.add(Views.missing(given));
            } else {
                found.add(view.of(row));
            }
        }
        return DescribeServiceDeploymentsResponse.builder()
                .serviceDeployments(found)
                .failures(failures)
                .build();
    }

    DescribeServiceRevisionsResponse revisions(DescribeServiceRevisionsRequest request) {
        DeploymentListing.checkCount("serviceRevisionArns", request.serviceRevisionArns());
        ClusterState state = quorum.fresh();
        var refs = new Refs(Names.of(state));
        var view = new ServiceDeploymentView(state);
        var found = new ArrayList<software.amazon.awssdk.services.ecs.model.ServiceRevision>();
        var failures = new ArrayList<Failure>();
        for (String given : request.serviceRevisionArns()) {
            ServiceRevision.Key key = revision(refs, given);
            ServiceRevision row = key == null ? null : state.releases().revisions().get(key);
            if (row == null) {
                failures.add(Views.missing(given));
            } else {
                found.add(view.of(row));
            }
        }
        return DescribeServiceRevisionsResponse.builder()
                .serviceRevisions(found)
                .failures(failures)
                .build();
    }

    private static ServiceDeployment.Key deployment(Refs refs, String given) {
        List<String> parts = refs.ofService(given, "service-deployment");
        return new ServiceDeployment.Key(
                new ServiceKey(parts.getFirst(), parts.get(1)), parts.getLast());
    }

    private static ServiceRevision.@Nullable Key revision(Refs refs, String given) {
        List<String> parts = refs.ofService(given, "service-revision");
        String number = parts.getLast();
        if (!NUMBER.matcher(number).matches()) {
            return null;
        }
        try {
            return new ServiceRevision.Key(
                    new ServiceKey(parts.getFirst(), parts.get(1)), Long.parseLong(number));
        } catch (NumberFormatException tooLarge) {
            return null;
        }
    }

    StopServiceDeploymentResponse stop(StopServiceDeploymentRequest request) {
        var refs = new Refs(Names.of(quorum.fresh()));
        boolean abort = request.stopType() == StopServiceDeploymentStopType.ABORT;
        quorum.accept(
                new Command.StopServiceDeployment(
                        deployment(refs, request.serviceDeploymentArn()), !abort));
        return StopServiceDeploymentResponse.builder()
                .serviceDeploymentArn(request.serviceDeploymentArn())
                .build();
    }

    ContinueServiceDeploymentResponse decide(ContinueServiceDeploymentRequest request) {
        var refs = new Refs(Names.of(quorum.fresh()));
        boolean back = request.action() == DeploymentLifecycleHookAction.ROLLBACK;
        quorum.accept(
                new Command.ContinueServiceDeployment(
                        deployment(refs, request.serviceDeploymentArn()), request.hookId(), back));
        return ContinueServiceDeploymentResponse.builder()
                .serviceDeploymentArn(request.serviceDeploymentArn())
                .build();
    }
}
