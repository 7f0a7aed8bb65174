package io.gantry.control.api;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Family;
import io.gantry.control.core.state.GantryTag;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DeleteTaskDefinitionsRequest;
import software.amazon.awssdk.services.ecs.model.DeleteTaskDefinitionsResponse;
import software.amazon.awssdk.services.ecs.model.DeregisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.DeregisterTaskDefinitionResponse;
import software.amazon.awssdk.services.ecs.model.DescribeTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.DescribeTaskDefinitionResponse;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.ListTaskDefinitionFamiliesRequest;
import software.amazon.awssdk.services.ecs.model.ListTaskDefinitionFamiliesResponse;
import software.amazon.awssdk.services.ecs.model.ListTaskDefinitionsRequest;
import software.amazon.awssdk.services.ecs.model.ListTaskDefinitionsResponse;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionResponse;
import software.amazon.awssdk.services.ecs.model.SortOrder;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskDefinitionField;

/** The operations on task definitions. */
final class TaskDefinitions {
    private static final int PAGE = 100;

    private static final int MOST_DELETED = 10;
    private static final String STILL_ACTIVE =
            "The specified task definition is still in ACTIVE status. Please deregister the target"
                    + " and try again.";
    private static final String UNKNOWN =
            "The specified task definition does not exist. Specify a valid account, family, revision"
                    + " and try again.";

    private final Quorum quorum;

    TaskDefinitions(Quorum quorum) {
        this.quorum = quorum;
    }

    RegisterTaskDefinitionResponse register(RegisterTaskDefinitionRequest request) {
        var checked = TaskDefinitionRules.check(request);
        var definition =
                checked.definition().toBuilder()
                        .registeredBy(Names.of(quorum.state()).root())
                        .build();
        Reply reply =
                quorum.accept(
                        new Command.RegisterTaskDefinition(
                                definition,
                                Tags.checked(request.tags(), GantryTag.Place.TASK_DEFINITION),
                                checked.footprint()));
        if (!(reply instanceof Reply.Registered(TaskDefinitionKey key))) {
            throw new IllegalStateException("unexpected reply " + reply);
        }
        TaskDefinitionRow row = quorum.state().taskDefinitions().get(key);
        if (row == null) {
            throw ApiErrors.client("TaskDefinition not found.");
        }
        return RegisterTaskDefinitionResponse.builder()
                .taskDefinition(row.definition())
                .tags(row.tags().isEmpty() ? null : row.tags())
                .build();
    }

    DescribeTaskDefinitionResponse describe(DescribeTaskDefinitionRequest request) {
        ClusterState state = quorum.fresh();
        var refs = new Refs(Names.of(state));
        TaskDefinitionRow row = refs.find(state, refs.definition(request.taskDefinition()));
        if (row == null) {
            throw ApiErrors.client("Unable to describe task definition.");
        }
        boolean tagged = request.include().contains(TaskDefinitionField.TAGS);
        return DescribeTaskDefinitionResponse.builder()
                .taskDefinition(row.definition())
                .tags(tagged ? row.tags() : null)
                .build();
    }

    DeregisterTaskDefinitionResponse deregister(DeregisterTaskDefinitionRequest request) {
        var refs = new Refs(Names.of(quorum.state()));
        Refs.DefinitionRef meant = refs.definition(request.taskDefinition());
        quorum.accept(new Command.DeregisterTaskDefinition(revision(meant)));
        TaskDefinitionRow row = refs.find(quorum.state(), meant);
        if (row == null) {
            throw ApiErrors.client("Unable to describe task definition.");
        }
        return DeregisterTaskDefinitionResponse.builder().taskDefinition(row.definition()).build();
    }

    DeleteTaskDefinitionsResponse delete(DeleteTaskDefinitionsRequest request) {
        if (request.taskDefinitions().isEmpty()) {
            throw ApiErrors.invalid(
                    "size of TaskDefinition references list must be greater than 0");
        }
        if (request.taskDefinitions().size() > MOST_DELETED) {
            throw ApiErrors.invalid("Size of TaskDefinition references list cannot exceed 10");
        }
        var refs = new Refs(Names.of(quorum.state()));
        List<TaskDefinitionKey> keys =
                request.taskDefinitions().stream()
                        .map(given -> revision(refs.definition(given)))
                        .distinct()
                        .toList();
        quorum.accept(new Command.DeleteTaskDefinitions(keys));
        ClusterState state = quorum.state();
        Names names = Names.of(state);
        var deleted = new ArrayList<TaskDefinition>();
        var failures = new ArrayList<Failure>();
        for (TaskDefinitionKey key : keys) {
            TaskDefinitionRow row = state.taskDefinitions().get(key);
            if (row != null && row.goes()) {
                deleted.add(row.definition());
            } else {
                failures.add(
                        Failure.builder()
                                .arn(names.taskDefinition(key))
                                .reason(row == null ? UNKNOWN : STILL_ACTIVE)
                                .build());
            }
        }
        return DeleteTaskDefinitionsResponse.builder()
                .taskDefinitions(deleted)
                .failures(failures)
                .build();
    }

    private static TaskDefinitionKey revision(Refs.DefinitionRef meant) {
        Integer revision = meant.revision();
        if (revision == null) {
            throw ApiErrors.client("Revision is missing.");
        }
        return new TaskDefinitionKey(meant.family(), revision);
    }

    ListTaskDefinitionsResponse list(ListTaskDefinitionsRequest request) {
        String status = request.statusAsString() == null ? "ACTIVE" : request.statusAsString();
        boolean descending = request.sort() == SortOrder.DESC;
        String family = request.familyPrefix();
        var pages =
                Pages.of(
                        PAGE,
                        PAGE,
                        request.maxResults(),
                        request.nextToken(),
                        List.of("D", status, descending, String.valueOf(family)));
        ClusterState state = quorum.fresh();
        Names names = Names.of(state);
        TaskDefinitionKey last = pages.last(TaskDefinitionKey::parse);
        Stream<TaskDefinitionRow> rows =
                descending ? descending(state, family, last) : ascending(state, family, last);
        var page =
                pages.cut(
                        rows.filter(row -> status.equals(row.definition().statusAsString())),
                        TaskDefinitionRow::key);
        return ListTaskDefinitionsResponse.builder()
                .taskDefinitionArns(
                        page.rows().stream().map(row -> names.taskDefinition(row.key())).toList())
                .nextToken(page.nextToken())
                .build();
    }

    /** Despite its name, the prefix is a whole family here. */
    private static Stream<TaskDefinitionRow> ascending(
            ClusterState state, @Nullable String family, @Nullable TaskDefinitionKey last) {
        var first = new TaskDefinitionKey(family == null ? "" : family, 0);
        return state.taskDefinitions()
                .streamFrom(last == null ? first : last)
                .map(Map.Entry::getValue)
                .filter(row -> !row.key().equals(last) && !row.key().isDaemon())
                .takeWhile(row -> family == null || row.key().family().equals(family));
    }

    private static Stream<TaskDefinitionRow> descending(
            ClusterState state, @Nullable String family, @Nullable TaskDefinitionKey last) {
        return ascending(state, family, null)
                .filter(row -> last == null || row.key().compareTo(last) < 0)
                .sorted(Comparator.comparing(TaskDefinitionRow::key).reversed());
    }

    ListTaskDefinitionFamiliesResponse families(ListTaskDefinitionFamiliesRequest request) {
        String prefix = request.familyPrefix() == null ? "" : request.familyPrefix();
        String status = request.statusAsString() == null ? "ALL" : request.statusAsString();
        var pages =
                Pages.of(
                        PAGE,
                        PAGE,
                        request.maxResults(),
                        request.nextToken(),
                        List.of("F", status, prefix));
        ClusterState state = quorum.fresh();
        String last = pages.last(name -> name);
        Stream<Family> rows =
                state.families()
                        .streamFrom(last == null ? prefix : last)
                        .map(Map.Entry::getValue)
                        .takeWhile(family -> family.name().startsWith(prefix))
                        .filter(family -> !family.name().equals(last))
                        .filter(family -> hasStatus(family, status))
                        // Families are remembered for ever, so that no number is given out twice.
                        .filter(family -> hasRevision(state, family));
        var page = pages.cut(rows, Family::name);
        return ListTaskDefinitionFamiliesResponse.builder()
                .families(page.rows().stream().map(Family::name).toList())
                .nextToken(page.nextToken())
                .build();
    }

    private static boolean hasRevision(ClusterState state, Family family) {
        return family.latestActive() > 0
                || state.taskDefinitions()
                        .streamFrom(new TaskDefinitionKey(family.name(), 0))
                        .findFirst()
                        .filter(entry -> entry.getKey().family().equals(family.name()))
                        .isPresent();
    }

    private static boolean hasStatus(Family family, String status) {
        return switch (status) {
            case "ACTIVE" -> family.latestActive() > 0;
            case "INACTIVE" -> family.latestActive() == 0;
            default -> true;
        };
    }
}
