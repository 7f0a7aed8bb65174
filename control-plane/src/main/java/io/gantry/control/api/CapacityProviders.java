package io.gantry.control.api;

import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.CapacityProvider;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.GantryTag;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.AutoScalingGroupProvider;
import software.amazon.awssdk.services.ecs.model.CapacityProviderField;
import software.amazon.awssdk.services.ecs.model.ClusterField;
import software.amazon.awssdk.services.ecs.model.CreateCapacityProviderRequest;
import software.amazon.awssdk.services.ecs.model.CreateCapacityProviderResponse;
import software.amazon.awssdk.services.ecs.model.DeleteCapacityProviderRequest;
import software.amazon.awssdk.services.ecs.model.DeleteCapacityProviderResponse;
import software.amazon.awssdk.services.ecs.model.DescribeCapacityProvidersRequest;
import software.amazon.awssdk.services.ecs.model.DescribeCapacityProvidersResponse;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.PutClusterCapacityProvidersRequest;
import software.amazon.awssdk.services.ecs.model.PutClusterCapacityProvidersResponse;
import software.amazon.awssdk.services.ecs.model.UpdateCapacityProviderRequest;
import software.amazon.awssdk.services.ecs.model.UpdateCapacityProviderResponse;

/**
 * The operations on capacity providers. Beyond ECS, one may be made without an Auto Scaling group:
 * it is the pool of the workers that name it.
 */
final class CapacityProviders {
    private static final int PAGE = 10;
    private static final int MOST_DESCRIBED = 100;
    private static final int MOST_OF_CLUSTER = 20;
    private static final List<String> RESERVED = List.of("aws", "ecs", "fargate");

    private final Quorum quorum;

    CapacityProviders(Quorum quorum) {
        this.quorum = quorum;
    }

    CreateCapacityProviderResponse create(CreateCapacityProviderRequest request) {
        checkName(request.name());
        Members.refuseAllBut(
                Set.of("name", "autoScalingGroupProvider", "tags"),
                request,
                "",
                ApiErrors::invalid);
        AutoScalingGroupProvider group = request.autoScalingGroupProvider();
        quorum.accept(
                new Command.CreateCapacityProvider(
                        software.amazon.awssdk.services.ecs.model.CapacityProvider.builder()
                                .name(request.name())
                                .autoScalingGroupProvider(
                                        group == null ? null : AutoScalingGroups.complete(group))
                                .tags(
                                        Tags.checked(
                                                request.tags(), GantryTag.Place.CAPACITY_PROVIDER))
                                .build()));
        return CreateCapacityProviderResponse.builder()
                .capacityProvider(view(request.name(), true))
                .build();
    }

    private static void checkName(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!Refs.NAME.matcher(name).matches() || RESERVED.stream().anyMatch(lower::startsWith)) {
            throw ApiErrors.client(
                    "The specified capacity provider name is invalid. Up to 255 characters are"
                            + " allowed, including letters (upper and lowercase), numbers,"
                            + " underscores, and hyphens. The name cannot be prefixed with"
                            + " \"aws\", \"ecs\", or \"fargate\". Specify a valid name and try"
                            + " again.");
        }
    }

    private software.amazon.awssdk.services.ecs.model.CapacityProvider view(
            String name, boolean tagged) {
        var found = new CapacityProviderView(quorum.state()).of(name, tagged);
        if (found == null) {
            throw ApiErrors.client(
                    "The specified capacity provider does not exist. Specify a valid name or ARN"
                            + " and try again.");
        }
        return found;
    }

    UpdateCapacityProviderResponse update(UpdateCapacityProviderRequest request) {
        String name = changeable(request.name());
        Members.refuseAllBut(
                Set.of("name", "autoScalingGroupProvider"), request, "", ApiErrors::invalid);
        if (request.autoScalingGroupProvider() == null) {
            throw ApiErrors.invalid("autoScalingGroupProvider can not be null.");
        }
        quorum.accept(
                new Command.UpdateCapacityProvider(
                        name, AutoScalingGroups.checked(request.autoScalingGroupProvider())));
        return UpdateCapacityProviderResponse.builder().capacityProvider(view(name, true)).build();
    }

    DeleteCapacityProviderResponse delete(DeleteCapacityProviderRequest request) {
        String name = changeable(request.capacityProvider());
        Members.refuseAllBut(Set.of("capacityProvider"), request, "", ApiErrors::invalid);
        quorum.accept(new Command.DeleteCapacityProvider(name));
        return DeleteCapacityProviderResponse.builder().capacityProvider(view(name, true)).build();
    }

    private String changeable(String given) {
        String name = new Refs(Names.of(quorum.state())).capacityProvider(given);
        if (Capacity.isFargate(name)) {
            throw ApiErrors.client(
                    "The specified capacity provider is reserved and cannot be changed or deleted: "
                            + name);
        }
        return name;
    }

    DescribeCapacityProvidersResponse describe(DescribeCapacityProvidersRequest request) {
        if (request.capacityProviders().size() > MOST_DESCRIBED) {
            throw ApiErrors.invalid("Capacity providers cannot have more than 100 elements.");
        }
        ClusterState state = quorum.fresh();
        var refs = new Refs(Names.of(state));
        Cluster cluster = request.cluster() == null ? null : refs.cluster(state, request.cluster());
        return request.capacityProviders().isEmpty()
                ? all(request, state, cluster)
                : some(request, state, cluster);
    }

    private DescribeCapacityProvidersResponse all(
            DescribeCapacityProvidersRequest request,
            ClusterState state,
            @Nullable Cluster cluster) {
        var pages =
                Pages.of(
                        PAGE,
                        PAGE,
                        request.maxResults(),
                        request.nextToken(),
                        List.of("P", cluster == null ? "" : cluster.name()));
        String last = pages.last(name -> name);
        Stream<String> rows =
                Stream.concat(
                                Stream.of(Capacity.FARGATE, Capacity.FARGATE_SPOT),
                                state.capacityProviders()
                                        .values()
                                        .filter(CapacityProvider::active)
                                        .map(CapacityProvider::name))
                        .filter(name -> has(cluster, name))
                        .sorted()
                        .filter(name -> last == null || name.compareTo(last) > 0);
        var page = pages.cut(rows, name -> name);
        var view = new CapacityProviderView(state);
        return DescribeCapacityProvidersResponse.builder()
                .capacityProviders(
                        page.rows().stream()
                                .map(name -> view.of(name, tagged(request)))
                                .filter(Objects::nonNull)
                                .toList())
                .failures(List.of())
                .nextToken(page.nextToken())
                .build();
    }

    private static boolean has(@Nullable Cluster cluster, String name) {
        return cluster == null || cluster.spec().capacityProviders().contains(name);
    }

    private static boolean tagged(DescribeCapacityProvidersRequest request) {
        return request.include().contains(CapacityProviderField.TAGS);
    }

    private DescribeCapacityProvidersResponse some(
            DescribeCapacityProvidersRequest request,
            ClusterState state,
            @Nullable Cluster cluster) {
        Names names = Names.of(state);
        var refs = new Refs(names);
        var view = new CapacityProviderView(state);
        var found = new ArrayList<software.amazon.awssdk.services.ecs.model.CapacityProvider>();
        var failures = new ArrayList<Failure>();
        for (String given : request.capacityProviders()) {
            String name = refs.capacityProvider(given);
            var provider = has(cluster, name) ? view.of(name, tagged(request)) : null;
            if (provider == null) {
                failures.add(Views.missing(names.capacityProvider(name)));
            } else {
                found.add(provider);
            }
        }
        return DescribeCapacityProvidersResponse.builder()
                .capacityProviders(found)
                .failures(failures)
                .build();
    }

    PutClusterCapacityProvidersResponse put(PutClusterCapacityProvidersRequest request) {
        ClusterState state = quorum.fresh();
        String name = new Refs(Names.of(state)).cluster(state, request.cluster()).name();
        quorum.accept(
                new Command.SetClusterCapacity(
                        name,
                        checked(request.capacityProviders()),
                        CapacityStrategyRules.checked(request.defaultCapacityProviderStrategy())));
        ClusterState after = quorum.state();
        Cluster cluster = after.clusters().get(name);
        if (cluster == null) {
            throw ApiErrors.noCluster();
        }
        return PutClusterCapacityProvidersResponse.builder()
                .cluster(
                        new ClusterView(after)
                                .of(cluster, Set.of(ClusterField.TAGS, ClusterField.ATTACHMENTS)))
                .build();
    }

    /** What a cluster may have; whether there are such providers is judged later. */
    static List<String> checked(List<String> providers) {
        if (providers.size() > MOST_OF_CLUSTER) {
            throw ApiErrors.invalid("A cluster can have up to 20 capacity providers.");
        }
        if (new HashSet<>(providers).size() < providers.size()) {
            throw ApiErrors.invalid("capacityProviders cannot contain a duplicate.");
        }
        return List.copyOf(providers);
    }
}
