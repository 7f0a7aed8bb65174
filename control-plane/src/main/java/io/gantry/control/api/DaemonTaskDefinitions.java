package io.gantry.control.api;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.GantryTag;
import io.gantry.control.core.state.ManagedDefinition;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DaemonTaskDefinition;
import software.amazon.awssdk.services.ecs.model.DaemonTaskDefinitionRevisionFilter;
import software.amazon.awssdk.services.ecs.model.DaemonTaskDefinitionSummary;
import software.amazon.awssdk.services.ecs.model.DeleteDaemonTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.DeleteDaemonTaskDefinitionResponse;
import software.amazon.awssdk.services.ecs.model.DescribeDaemonTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.DescribeDaemonTaskDefinitionResponse;
import software.amazon.awssdk.services.ecs.model.ListDaemonTaskDefinitionsRequest;
import software.amazon.awssdk.services.ecs.model.ListDaemonTaskDefinitionsResponse;
import software.amazon.awssdk.services.ecs.model.RegisterDaemonTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.RegisterDaemonTaskDefinitionResponse;
import software.amazon.awssdk.services.ecs.model.SortOrder;

/** The operations on daemon task definitions. */
final class DaemonTaskDefinitions {
    private static final int PAGE = 100;

    private final Quorum quorum;

    DaemonTaskDefinitions(Quorum quorum) {
        this.quorum = quorum;
    }

    RegisterDaemonTaskDefinitionResponse register(RegisterDaemonTaskDefinitionRequest request) {
        var checked = TaskDefinitionRules.check(DaemonForms.plain(request));
        DaemonTaskDefinition definition =
                DaemonForms.described(checked.definition()).toBuilder()
                        .registeredBy(Names.of(quorum.state()).root())
                        .build();
        Reply reply =
                quorum.accept(
                        new Command.RegisterDaemonTaskDefinition(
                                definition,
                                checked.definition(),
                                Tags.checked(
                                        request.tags(), GantryTag.Place.DAEMON_TASK_DEFINITION),
                                checked.footprint()));
        if (!(reply instanceof Reply.Registered(TaskDefinitionKey key))) {
            throw new IllegalStateException("unexpected reply " + reply);
        }
        return RegisterDaemonTaskDefinitionResponse.builder()
                .daemonTaskDefinitionArn(Names.of(quorum.state()).taskDefinition(key))
                .build();
    }

    DescribeDaemonTaskDefinitionResponse describe(DescribeDaemonTaskDefinitionRequest request) {
        ClusterState state = quorum.fresh();
        ManagedDefinition row =
                new DaemonRefs(state).definition(state, request.daemonTaskDefinition());
        if (row == null) {
            throw ApiErrors.client("Unable to describe daemon task definition.");
        }
        return DescribeDaemonTaskDefinitionResponse.builder()
                .daemonTaskDefinition(row.definition())
                .build();
    }

    DeleteDaemonTaskDefinitionResponse delete(DeleteDaemonTaskDefinitionRequest request) {
        ClusterState state = quorum.fresh();
        Refs.DefinitionRef meant = new DaemonRefs(state).definition(request.daemonTaskDefinition());
        Integer revision = meant.revision();
        if (revision == null) {
            throw ApiErrors.client("Revision is missing.");
        }
        TaskDefinitionKey key = TaskDefinitionKey.ofDaemon(meant.family(), revision);
        quorum.accept(new Command.DeleteDaemonTaskDefinition(key));
        return DeleteDaemonTaskDefinitionResponse.builder()
                .daemonTaskDefinitionArn(Names.of(quorum.state()).taskDefinition(key))
                .build();
    }

    ListDaemonTaskDefinitionsResponse list(ListDaemonTaskDefinitionsRequest request) {
        String status = request.statusAsString() == null ? "ACTIVE" : request.statusAsString();
        boolean descending = request.sort() == SortOrder.DESC;
        boolean latest = request.revision() == DaemonTaskDefinitionRevisionFilter.LAST_REGISTERED;
        String prefix = request.familyPrefix() == null ? "" : request.familyPrefix();
        var pages =
                Pages.of(
                        PAGE,
                        PAGE,
                        request.maxResults(),
                        request.nextToken(),
                        List.of(
                                "DD",
                                status,
                                descending,
                                latest,
                                prefix,
                                String.valueOf(request.family())));
        ClusterState state = quorum.fresh();
        TaskDefinitionKey last = pages.last(TaskDefinitionKey::parse);
        Comparator<TaskDefinitionKey> order =
                descending ? Comparator.reverseOrder() : Comparator.naturalOrder();
        Stream<ManagedDefinition> rows =
                rows(state, prefix, request.family(), latest)
                        .filter(row -> status.equals("ALL") || status.equals(statusOf(row)))
                        .filter(row -> last == null || order.compare(row.key(), last) > 0)
                        .sorted(Comparator.comparing(ManagedDefinition::key, order));
        var page = pages.cut(rows, ManagedDefinition::key);
        return ListDaemonTaskDefinitionsResponse.builder()
                .daemonTaskDefinitions(
                        page.rows().stream().map(DaemonTaskDefinitions::summary).toList())
                .nextToken(page.nextToken())
                .build();
    }

    /** Those of the families that are asked for, in ascending order. */
    private static Stream<ManagedDefinition> rows(
            ClusterState state, String prefix, @Nullable String family, boolean latest) {
        var rows = state.managed().definitions();
        return rows.streamFrom(TaskDefinitionKey.ofDaemon(prefix, 0))
                .map(Map.Entry::getValue)
                .takeWhile(row -> row.definition().family().startsWith(prefix))
                .filter(row -> family == null || row.definition().family().equals(family))
                .filter(row -> !latest || rows.get(next(row.key())) == null);
    }

    private static TaskDefinitionKey next(TaskDefinitionKey key) {
        return new TaskDefinitionKey(key.family(), key.revision() + 1);
    }

    private static String statusOf(ManagedDefinition row) {
        return row.definition().statusAsString();
    }

    private static DaemonTaskDefinitionSummary summary(ManagedDefinition row) {
        DaemonTaskDefinition definition = row.definition();
        return DaemonTaskDefinitionSummary.builder()
                .arn(definition.daemonTaskDefinitionArn())
                .registeredAt(definition.registeredAt())
                .registeredBy(definition.registeredBy())
                .deleteRequestedAt(definition.deleteRequestedAt())
                .status(definition.statusAsString())
                .build();
    }
}
