package io.gantry.control.api;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.GantryTag;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedDeployment;
import io.gantry.control.core.state.ManagedRevision;
import io.gantry.control.core.state.ServiceKey;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ecs.model.CreateDaemonRequest;
import software.amazon.awssdk.services.ecs.model.CreateDaemonResponse;
import software.amazon.awssdk.services.ecs.model.DaemonSummary;
import software.amazon.awssdk.services.ecs.model.DeleteDaemonRequest;
import software.amazon.awssdk.services.ecs.model.DeleteDaemonResponse;
import software.amazon.awssdk.services.ecs.model.DescribeDaemonRequest;
import software.amazon.awssdk.services.ecs.model.DescribeDaemonResponse;
import software.amazon.awssdk.services.ecs.model.ListDaemonsRequest;
import software.amazon.awssdk.services.ecs.model.ListDaemonsResponse;
import software.amazon.awssdk.services.ecs.model.UpdateDaemonRequest;
import software.amazon.awssdk.services.ecs.model.UpdateDaemonResponse;

/** The operations on managed daemons. */
final class Daemons {
    private static final int PAGE = 100;
    private static final int LONGEST_TOKEN = 36;

    private final ApiContext context;
    private final Quorum quorum;

    Daemons(ApiContext context, Quorum quorum) {
        this.context = context;
        this.quorum = quorum;
    }

    CreateDaemonResponse create(CreateDaemonRequest request) {
        if (!Refs.NAME.matcher(request.daemonName()).matches()) {
            throw ApiErrors.invalid(
                    "The daemon name can have up to 255 letters, numbers, underscores, and"
                            + " hyphens.");
        }
        ClusterState state = quorum.fresh();
        Cluster cluster = new Refs(Names.of(state)).cluster(state, request.clusterArn());
        ServiceKey key = ServiceKey.ofDaemon(cluster.name(), request.daemonName());
        quorum.accept(
                new Command.CreateDaemon(
                        key,
                        ManagedDaemonRules.spec(
                                state,
                                cluster,
                                new ManagedDaemonRules.Given(
                                        request.daemonTaskDefinitionArn(),
                                        request.capacityProviderArns(),
                                        request.propagateTags(),
                                        request.enableECSManagedTags(),
                                        request.enableExecuteCommand(),
                                        request.deploymentConfiguration())),
                        Tags.checked(request.tags(), GantryTag.Place.DAEMON),
                        context.ids().deployment(),
                        Tokens.of(
                                "CreateDaemon",
                                cluster.name(),
                                request.clientToken(),
                                LONGEST_TOKEN),
                        JsonForm.fingerprint(request)));
        ManagedDaemon daemon = row(key);
        Names names = Names.of(quorum.state());
        return CreateDaemonResponse.builder()
                .daemonArn(names.daemon(key))
                .status(daemon.status().name())
                .createdAt(Views.time(daemon.createdAtMillis()))
                .deploymentArn(names.daemonDeployment(key, daemon.latest()))
                .build();
    }

    private ManagedDaemon row(ServiceKey key) {
        ManagedDaemon daemon = quorum.state().managed().daemons().get(key);
        if (daemon == null) {
            throw ApiErrors.noDaemon("The specified daemon wasn't found.");
        }
        return daemon;
    }

    UpdateDaemonResponse update(UpdateDaemonRequest request) {
        ClusterState state = quorum.fresh();
        ManagedDaemon known = new DaemonRefs(state).present(state, request.daemonArn());
        ServiceKey key = known.key();
        if (!known.active()) {
            throw ApiErrors.daemonNotActive("The specified daemon isn't active.");
        }
        Cluster cluster = new Refs(Names.of(state)).cluster(state, key.cluster());
        quorum.accept(
                new Command.UpdateDaemon(
                        key,
                        ManagedDaemonRules.spec(
                                state,
                                cluster,
                                new ManagedDaemonRules.Given(
                                        request.daemonTaskDefinitionArn(),
                                        request.capacityProviderArns(),
                                        request.propagateTags(),
                                        request.enableECSManagedTags(),
                                        request.enableExecuteCommand(),
                                        request.deploymentConfiguration())),
                        context.ids().deployment()));
        ManagedDaemon daemon = row(key);
        Names names = Names.of(quorum.state());
        return UpdateDaemonResponse.builder()
                .daemonArn(names.daemon(key))
                .status(daemon.status().name())
                .createdAt(Views.time(daemon.createdAtMillis()))
                .updatedAt(Views.time(daemon.updatedAtMillis()))
                .deploymentArn(names.daemonDeployment(key, daemon.latest()))
                .build();
    }

    /** A daemon without tasks is gone at once, so the answer is made of what was before. */
    DeleteDaemonResponse delete(DeleteDaemonRequest request) {
        ClusterState state = quorum.fresh();
        ManagedDaemon known = new DaemonRefs(state).present(state, request.daemonArn());
        ServiceKey key = known.key();
        long number = context.ids().deployment();
        quorum.accept(new Command.DeleteDaemon(key, number));
        ClusterState after = quorum.state();
        ManagedDaemon left = after.managed().daemons().get(key);
        Names names = Names.of(after);
        String deployment =
                left == null || left.active()
                        ? ManagedDeployment.Key.of(key, number).id()
                        : left.latest();
        return DeleteDaemonResponse.builder()
                .daemonArn(names.daemon(key))
                .status(ManagedDaemon.Status.DELETE_IN_PROGRESS.name())
                .createdAt(Views.time(known.createdAtMillis()))
                .updatedAt(Views.time(left == null ? after.nowMillis() : left.updatedAtMillis()))
                .deploymentArn(names.daemonDeployment(key, deployment))
                .build();
    }

    DescribeDaemonResponse describe(DescribeDaemonRequest request) {
        ClusterState state = quorum.fresh();
        ManagedDaemon daemon = new DaemonRefs(state).present(state, request.daemonArn());
        return DescribeDaemonResponse.builder().daemon(new DaemonView(state).of(daemon)).build();
    }

    ListDaemonsResponse list(ListDaemonsRequest request) {
        ClusterState state = quorum.fresh();
        Names names = Names.of(state);
        var refs = new Refs(names);
        String given = request.clusterArn();
        String cluster =
                given == null || given.isEmpty() ? null : refs.cluster(state, given).name();
        Set<String> providers = new HashSet<>();
        request.capacityProviderArns().forEach(each -> providers.add(refs.capacityProvider(each)));
        var pages =
                Pages.of(
                        PAGE,
                        PAGE,
                        request.maxResults(),
                        request.nextToken(),
                        List.of(
                                "MD",
                                String.valueOf(cluster),
                                providers.stream().sorted().toList()));
        ServiceKey last = pages.last(ServiceKey::parse);
        Stream<ManagedDaemon> all =
                cluster == null
                        ? state.managed().daemons().values()
                        : state.managed().daemonsOf(cluster);
        Stream<ManagedDaemon> rows =
                all.filter(row -> last == null || row.key().compareTo(last) > 0)
                        .filter(row -> providers.isEmpty() || has(state, row, providers));
        var page = pages.cut(rows, ManagedDaemon::key);
        return ListDaemonsResponse.builder()
                .daemonSummariesList(page.rows().stream().map(row -> summary(names, row)).toList())
                .nextToken(page.nextToken())
                .build();
    }

    private static boolean has(ClusterState state, ManagedDaemon daemon, Set<String> providers) {
        ManagedRevision revision = state.managed().revision(daemon.key(), daemon.target());
        return revision != null && revision.providers().stream().anyMatch(providers::contains);
    }

    private static DaemonSummary summary(Names names, ManagedDaemon daemon) {
        return DaemonSummary.builder()
                .daemonArn(names.daemon(daemon.key()))
                .status(daemon.status().name())
                .createdAt(Views.time(daemon.createdAtMillis()))
                .updatedAt(Views.time(daemon.updatedAtMillis()))
                .build();
    }
}
