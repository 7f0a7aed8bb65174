package io.gantry.control.api;

import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.ManagedDeployment;
import io.gantry.control.core.state.ManagedRevision;
import io.gantry.control.core.state.ServiceKey;
import java.util.ArrayList;
import software.amazon.awssdk.services.ecs.model.DaemonDeployment;
import software.amazon.awssdk.services.ecs.model.DaemonRevision;
import software.amazon.awssdk.services.ecs.model.DescribeDaemonDeploymentsRequest;
import software.amazon.awssdk.services.ecs.model.DescribeDaemonDeploymentsResponse;
import software.amazon.awssdk.services.ecs.model.DescribeDaemonRevisionsRequest;
import software.amazon.awssdk.services.ecs.model.DescribeDaemonRevisionsResponse;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.ListDaemonDeploymentsRequest;
import software.amazon.awssdk.services.ecs.model.ListDaemonDeploymentsResponse;

/** The operations on deployments and revisions of managed daemons. */
final class DaemonDeployments {
    private final Quorum quorum;

    DaemonDeployments(Quorum quorum) {
        this.quorum = quorum;
    }

    /** Those of a daemon that was deleted are listed as long as they are kept. */
    ListDaemonDeploymentsResponse list(ListDaemonDeploymentsRequest request) {
        ClusterState state = quorum.fresh();
        ServiceKey key = new DaemonRefs(state).daemon(request.daemonArn());
        new Refs(Names.of(state)).cluster(state, key.cluster());
        if (state.managed().daemons().get(key) == null
                && state.managed().deploymentsOf(key).findFirst().isEmpty()) {
            throw ApiErrors.invalid("The specified daemon wasn't found.");
        }
        var page =
                new DeploymentListing(request.statusAsStrings(), request.createdAt())
                        .page(
                                "MDD",
                                key,
                                request.maxResults(),
                                request.nextToken(),
                                state.managed().deploymentsOf(key),
                                each ->
                                        new DeploymentListing.Position(
                                                each.times().created(), each.key().id()),
                                each -> each.status().name());
        var view = new DaemonView(state);
        return ListDaemonDeploymentsResponse.builder()
                .daemonDeployments(page.rows().stream().map(view::brief).toList())
                .nextToken(page.nextToken())
                .build();
    }

    DescribeDaemonDeploymentsResponse describe(DescribeDaemonDeploymentsRequest request) {
        DeploymentListing.checkCount("daemonDeploymentArns", request.daemonDeploymentArns());
        ClusterState state = quorum.fresh();
        var refs = new DaemonRefs(state);
        var view = new DaemonView(state);
        var found = new ArrayList<DaemonDeployment>();
        var failures = new ArrayList<Failure>();
        for (String given : request.daemonDeploymentArns()) {
            ManagedDeployment row = state.managed().deployments().get(refs.deployment(given));
            if (row == null) {
                failures.add(Views.missing(given));
            } else {
                found.add(view.of(row));
            }
        }
        return DescribeDaemonDeploymentsResponse.builder()
                .daemonDeployments(found)
                .failures(failures)
                .build();
    }

    DescribeDaemonRevisionsResponse revisions(DescribeDaemonRevisionsRequest request) {
        DeploymentListing.checkCount("daemonRevisionArns", request.daemonRevisionArns());
        ClusterState state = quorum.fresh();
        var refs = new DaemonRefs(state);
        var view = new DaemonView(state);
        var found = new ArrayList<DaemonRevision>();
        var failures = new ArrayList<Failure>();
        for (String given : request.daemonRevisionArns()) {
            ManagedRevision.Key key = refs.revision(given);
            ManagedRevision row = key == null ? null : state.managed().revisions().get(key);
            if (row == null) {
                failures.add(Views.missing(given));
            } else {
                found.add(view.of(row));
            }
        }
        return DescribeDaemonRevisionsResponse.builder()
                .daemonRevisions(found)
                .failures(failures)
                .build();
    }
}
