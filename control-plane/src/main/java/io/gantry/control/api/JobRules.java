package io.gantry.control.api;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.command.Command.Newcomer;
import io.gantry.control.core.schedule.Constraints;
import io.gantry.control.core.schedule.SplitPlan;
import io.gantry.control.core.schedule.SplitPlan.Place;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.JobTags;
import io.gantry.control.core.state.Provision;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.RunTaskRequest;
import software.amazon.awssdk.services.ecs.model.Tag;

/** The tags by which a task becomes a job. */
final class JobRules {
    private JobRules() {}

    /** Tags of what is not started by RunTask, to which they would say nothing. */
    static void refused(List<Tag> tags, String operation) {
        tags.forEach(tag -> refuseKey(String.valueOf(tag.key()), operation));
    }

    static void refuseKey(String key, String operation) {
        if (JobTags.ASKED.contains(key) || JobTags.TOLD.contains(key)) {
            throw ApiErrors.invalid(
                    "The tag %s is only for RunTask: %s cannot act on it."
                            .formatted(key, operation));
        }
    }

    /** What jobs of a request ask for; null if its tasks are like any others. */
    static Job.@Nullable Ask ask(
            RunTaskRequest request, TaskDefinitionRow definition, Launch launch) {
        if (JobTags.of(launch.tags()).isNone()) {
            return null;
        }
        return new Job.Ask(
                definition.key(),
                launch.footprint(),
                launch.group(),
                launch.startedBy(),
                launch.launchType(),
                launch.overrides(),
                launch.executeCommand(),
                launch.tags(),
                Constraints.all(definition.definition(), request.placementConstraints()),
                request.placementStrategy());
    }

    /**
     * Where the tasks of a request would go, and those that have to wait.
     *
     * @param shares how many tasks each provider should serve
     * @param make a task for a place, whose worker may be missing
     */
    static List<Newcomer> newcomers(
            Job.Ask ask,
            SplitPlan plan,
            @Nullable Map<String, Integer> shares,
            Function<Spot, Newcomer> make) {
        var newcomers = new ArrayList<Newcomer>();
        plan.places().forEach(place -> newcomers.add(make.apply(Spot.of(place))));
        if (!ask.terms().mayWait()) {
            return newcomers;
        }
        if (shares == null) {
            for (int i = 0; i < plan.unplaced(); i++) {
                newcomers.add(make.apply(new Spot(null, null)));
            }
            return newcomers;
        }
        var left = new LinkedHashMap<>(shares);
        plan.places()
                .forEach(place -> left.merge(String.valueOf(place.provider()), -1, Integer::sum));
        left.forEach(
                (provider, count) -> {
                    for (int i = 0; i < count; i++) {
                        newcomers.add(make.apply(new Spot(null, provider)));
                    }
                });
        return newcomers;
    }

    /** A place that may be missing still. */
    record Spot(@Nullable WorkerId worker, @Nullable String provider) {
        static Spot of(Place place) {
            return new Spot(place.worker(), place.provider());
        }

        Newcomer taking(
                TaskId task, List<Task.Container> containers, @Nullable Provision provision) {
            return new Newcomer(task, containers, worker, provision);
        }
    }
}
