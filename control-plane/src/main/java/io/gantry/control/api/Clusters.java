package io.gantry.control.api;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.GantryTag;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.ecs.model.ClusterSetting;
import software.amazon.awssdk.services.ecs.model.CreateClusterRequest;
import software.amazon.awssdk.services.ecs.model.CreateClusterResponse;
import software.amazon.awssdk.services.ecs.model.DeleteClusterRequest;
import software.amazon.awssdk.services.ecs.model.DeleteClusterResponse;
import software.amazon.awssdk.services.ecs.model.DescribeClustersRequest;
import software.amazon.awssdk.services.ecs.model.DescribeClustersResponse;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.ListClustersRequest;
import software.amazon.awssdk.services.ecs.model.ListClustersResponse;
import software.amazon.awssdk.services.ecs.model.UpdateClusterRequest;
import software.amazon.awssdk.services.ecs.model.UpdateClusterResponse;
import software.amazon.awssdk.services.ecs.model.UpdateClusterSettingsRequest;
import software.amazon.awssdk.services.ecs.model.UpdateClusterSettingsResponse;

/** The operations on clusters. */
final class Clusters {
    private static final int MOST_DESCRIBED = 100;
    private static final int PAGE = 100;

    private final Quorum quorum;

    Clusters(Quorum quorum) {
        this.quorum = quorum;
    }

    CreateClusterResponse create(CreateClusterRequest request) {
        ClusterRules.checkDefaults(request.serviceConnectDefaults());
        Names names = Names.of(quorum.state());
        String name = new Refs(names).clusterName(request.clusterName());
        if (!Refs.NAME.matcher(name).matches()) {
            throw ApiErrors.invalid(
                    "Cluster names can have up to 255 letters, numbers, underscores and hyphens.");
        }
        quorum.accept(
                new Command.CreateCluster(
                        software.amazon.awssdk.services.ecs.model.Cluster.builder()
                                .clusterName(name)
                                .settings(settings(names, request))
                                .configuration(ClusterRules.configuration(request.configuration()))
                                .capacityProviders(
                                        CapacityProviders.checked(request.capacityProviders()))
                                .defaultCapacityProviderStrategy(
                                        CapacityStrategyRules.checked(
                                                request.defaultCapacityProviderStrategy()))
                                .tags(Tags.checked(request.tags(), GantryTag.Place.CLUSTER))
                                .build()));
        ClusterState state = quorum.state();
        Cluster created = state.clusters().get(name);
        if (created == null) {
            throw ApiErrors.noCluster();
        }
        return CreateClusterResponse.builder()
                .cluster(new ClusterView(state).of(created, ClusterView.EVERYTHING))
                .build();
    }

    /** What the request does not say is as the settings of the account have it. */
    private List<ClusterSetting> settings(Names names, CreateClusterRequest request) {
        return request.settings().isEmpty()
                ? List.of(
                        ClusterRules.insights(
                                AccountSettingName.CONTAINER_INSIGHTS.effective(
                                        quorum.fresh(), names.root(), names.root())))
                : ClusterRules.settings(request.settings());
    }

    UpdateClusterResponse update(UpdateClusterRequest request) {
        ClusterRules.checkDefaults(request.serviceConnectDefaults());
        var change =
                software.amazon.awssdk.services.ecs.model.Cluster.builder()
                        .configuration(ClusterRules.configuration(request.configuration()));
        if (!request.settings().isEmpty()) {
            change.settings(ClusterRules.settings(request.settings()));
        }
        return UpdateClusterResponse.builder()
                .cluster(updated(request.cluster(), change.build()))
                .build();
    }

    UpdateClusterSettingsResponse updateSettings(UpdateClusterSettingsRequest request) {
        if (request.settings().isEmpty()) {
            throw ApiErrors.invalid("settings can not be empty.");
        }
        var change =
                software.amazon.awssdk.services.ecs.model.Cluster.builder()
                        .settings(ClusterRules.settings(request.settings()))
                        .build();
        return UpdateClusterSettingsResponse.builder()
                .cluster(updated(request.cluster(), change))
                .build();
    }

    private software.amazon.awssdk.services.ecs.model.Cluster updated(
            String given, software.amazon.awssdk.services.ecs.model.Cluster change) {
        String name = new Refs(Names.of(quorum.state())).clusterName(given);
        quorum.accept(new Command.UpdateCluster(name, change));
        ClusterState state = quorum.state();
        Cluster cluster = state.clusters().get(name);
        if (cluster == null) {
            throw ApiErrors.noCluster();
        }
        return new ClusterView(state).of(cluster, ClusterView.EVERYTHING);
    }

    DeleteClusterResponse delete(DeleteClusterRequest request) {
        var refs = new Refs(Names.of(quorum.state()));
        String name = refs.clusterName(request.cluster());
        quorum.accept(new Command.DeleteCluster(name));
        ClusterState state = quorum.state();
        Cluster deleted = state.clusters().get(name);
        if (deleted == null) {
            throw ApiErrors.noCluster();
        }
        return DeleteClusterResponse.builder()
                .cluster(new ClusterView(state).of(deleted, Set.of()))
                .build();
    }

    DescribeClustersResponse describe(DescribeClustersRequest request) {
        if (request.clusters().size() > MOST_DESCRIBED) {
            throw ApiErrors.invalid("Clusters cannot have more than 100 elements.");
        }
        ClusterState state = quorum.fresh();
        Names names = Names.of(state);
        var refs = new Refs(names);
        var view = new ClusterView(state);
        var include = Set.copyOf(request.include());
        var found = new ArrayList<software.amazon.awssdk.services.ecs.model.Cluster>();
        var failures = new ArrayList<Failure>();
        List<String> asked = request.clusters().isEmpty() ? List.of("") : request.clusters();
        for (String given : asked) {
            String name = refs.clusterName(given);
            Cluster cluster = state.clusters().get(name);
            if (cluster == null) {
                failures.add(Views.missing(names.cluster(name)));
            } else {
                found.add(view.of(cluster, include));
            }
        }
        return DescribeClustersResponse.builder().clusters(found).failures(failures).build();
    }

    ListClustersResponse list(ListClustersRequest request) {
        var pages = Pages.of(PAGE, PAGE, request.maxResults(), request.nextToken(), List.of("C"));
        ClusterState state = quorum.fresh();
        Names names = Names.of(state);
        String last = pages.last(name -> name);
        var active =
                state.clusters()
                        .streamFrom(last == null ? "" : last)
                        .map(Map.Entry::getValue)
                        .filter(cluster -> cluster.active() && !cluster.name().equals(last));
        var page = pages.cut(active, Cluster::name);
        return ListClustersResponse.builder()
                .clusterArns(page.rows().stream().map(each -> names.cluster(each.name())).toList())
                .nextToken(page.nextToken())
                .build();
    }
}
