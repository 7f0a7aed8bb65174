package io.gantry.control.api;

import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.schedule.Constraints;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.GantryTag;
import io.gantry.control.core.state.Overridden;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.PlacementConstraint;
import software.amazon.awssdk.services.ecs.model.PropagateTags;
import software.amazon.awssdk.services.ecs.model.RunTaskRequest;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.TaskOverride;

/** What may be asked of RunTask, and what all tasks of one request have in common. */
final class RunTaskRules {
    private static final int MOST_TASKS = 10;
    private static final int LONGEST_GROUP = 255;
    private static final int LONGEST_REFERENCE = 1_024;
    private static final Pattern STARTED_BY = Pattern.compile("[A-Za-z0-9/_-]{0,128}");

    /** ECS shows a reference id nowhere: it is for the caller's own traces. */
    private static final Set<String> SUPPORTED =
            Set.of(
                    "cluster",
                    "capacityProviderStrategy",
                    "platformVersion",
                    "taskDefinition",
                    "count",
                    "clientToken",
                    "enableECSManagedTags",
                    "group",
                    "launchType",
                    "overrides",
                    "placementConstraints",
                    "placementStrategy",
                    "propagateTags",
                    "referenceId",
                    "startedBy",
                    "tags");

    private RunTaskRules() {}

    /** Everything that can be said without looking at the state. */
    static void checkBefore(RunTaskRequest request) {
        if (request.taskDefinition() == null || request.taskDefinition().isBlank()) {
            throw ApiErrors.invalid("TaskDefinition can not be blank.");
        }
        Integer count = request.count();
        if (count != null && (count < 1 || count > MOST_TASKS)) {
            throw ApiErrors.invalid("count must be between 1 and 10");
        }
        if (request.launchType() != null && !request.capacityProviderStrategy().isEmpty()) {
            throw ApiErrors.invalid(
                    "Specify either Launch Type or Capacity Provider Strategy, but not both.");
        }
        Placement.launchType(request.launchTypeAsString(), ApiErrors::invalid);
        ApiErrors.checkModel(request, ApiErrors::invalid);
        if (!Members.isNothing(request.networkConfiguration())) {
            throw ApiErrors.invalid(
                    "Network Configuration is not valid for the given networkMode of this task"
                            + " definition.");
        }
        Members.refuseAllBut(SUPPORTED, request, "", ApiErrors::invalid);
        Placement.checkConstraints(request.placementConstraints());
        Placement.checkStrategies(request.placementStrategy());
        if (request.propagateTags() == PropagateTags.SERVICE) {
            throw ApiErrors.invalid("'propagateTags' cannot be SERVICE for RunTask.");
        }
        if (request.startedBy() != null && !STARTED_BY.matcher(request.startedBy()).matches()) {
            throw ApiErrors.invalid(
                    "'startedBy' can have up to 128 letters, numbers, hyphens, forward slashes and"
                            + " underscores.");
        }
        if (request.referenceId() != null && request.referenceId().length() > LONGEST_REFERENCE) {
            throw ApiErrors.invalid("'referenceId' can have up to 1024 characters.");
        }
        checkGroup(request.group());
    }

    private static void checkGroup(@Nullable String group) {
        if (group == null) {
            return;
        }
        if (group.isBlank() || group.length() > LONGEST_GROUP) {
            throw ApiErrors.invalid("'group' must have between 1 and 255 characters.");
        }
        if (group.startsWith("service:")) {
            throw ApiErrors.invalid("'group' cannot be that of a service: " + group);
        }
    }

    /** The capacity that a request asks for, which must suit the definition. */
    static CapacityChoice capacity(
            RunTaskRequest request, Cluster cluster, TaskDefinitionRow definition) {
        var choice =
                CapacityChoice.of(
                        request.launchTypeAsString(),
                        request.capacityProviderStrategy(),
                        cluster,
                        ApiErrors::invalid);
        choice.check(definition.definition());
        choice.check(request.placementConstraints(), request.placementStrategy());
        choice.check(request.platformVersion());
        return choice;
    }

    static Launch launch(
            RunTaskRequest request,
            String cluster,
            TaskDefinitionRow definition,
            CapacityChoice choice) {
        TaskOverride overrides = Overrides.check(request.overrides(), definition.definition());
        if (choice.isFargate()) {
            FargateRules.checkSize(
                    Overridden.definition(definition.definition(), overrides), ApiErrors::invalid);
        }
        Placement.checkTogether(definition.definition(), request.placementConstraints());
        List<PlacementConstraint> constraints =
                Constraints.all(definition.definition(), request.placementConstraints());
        String group = request.group();
        return new Launch(
                group == null ? "family:" + definition.key().family() : group,
                request.startedBy(),
                choice.launchType(),
                request.overrides() == null ? null : overrides,
                false,
                tags(request, cluster, definition),
                Constraints.isDistinct(constraints),
                Footprints.overridden(definition.footprint(), definition.definition(), overrides),
                null,
                Constraints.expressions(constraints));
    }

    /** ECS's own tags first, then those of the definition, then the request's. */
    private static List<Tag> tags(
            RunTaskRequest request, String cluster, TaskDefinitionRow definition) {
        boolean managed = Boolean.TRUE.equals(request.enableECSManagedTags());
        boolean propagated = request.propagateTags() == PropagateTags.TASK_DEFINITION;
        return Tags.merged(
                managed ? List.of(Tags.tag("aws:ecs:clusterName", cluster)) : List.of(),
                propagated ? definition.tags() : List.of(),
                Tags.checked(request.tags(), GantryTag.Place.TASK));
    }
}
