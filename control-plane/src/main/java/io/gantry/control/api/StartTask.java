package io.gantry.control.api;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.schedule.Constraints;
import io.gantry.control.core.schedule.Demand;
import io.gantry.control.core.schedule.Plan;
import io.gantry.control.core.schedule.Planner;
import io.gantry.control.core.schedule.Preference;
import io.gantry.control.core.schedule.Refusal;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.GantryTag;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Worker;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.RunTaskRequest;
import software.amazon.awssdk.services.ecs.model.StartTaskRequest;
import software.amazon.awssdk.services.ecs.model.StartTaskResponse;

/**
 * One request to start tasks on machines that its caller has chosen. They have to meet what the
 * definition asks of machines, as any other; strategies have no say.
 */
final class StartTask {
    private static final int MOST_ROUNDS = 4;
    private static final int MOST_INSTANCES = 10;
    private static final int LONGEST_STARTED_BY = 36;

    private final Quorum quorum;
    private final StartTaskRequest request;
    private final ClusterState asked;
    private final String cluster;
    private final TaskDefinitionRow definition;
    private final Launch launch;
    private final Starting starting;
    private final List<Failure> failures = new ArrayList<>();

    /** Checks the request against a state. */
    StartTask(ApiContext context, Quorum quorum, ClusterState state, StartTaskRequest request) {
        this.quorum = quorum;
        this.request = request;
        this.asked = state;
        checkBefore(request);
        RunTaskRequest same = alike(request);
        RunTaskRules.checkBefore(same);
        var refs = new Refs(Names.of(state));
        Cluster found = refs.cluster(state, request.cluster());
        this.cluster = found.name();
        this.definition = refs.activeDefinition(state, request.taskDefinition());
        CapacityChoice capacity = CapacityChoice.of(List.of());
        this.launch = RunTaskRules.launch(same, cluster, definition, capacity);
        JobRules.refused(launch.tags(), "StartTask");
        FallbackRules.check(request.tags(), GantryTag.Place.TASK, capacity, found);
        this.starting =
                new Starting(
                        context,
                        quorum,
                        cluster,
                        definition,
                        launch,
                        quorum.call(),
                        JsonForm.fingerprint(request));
    }

    private static void checkBefore(StartTaskRequest request) {
        if (request.containerInstances().isEmpty()) {
            throw ApiErrors.invalid("Container Instances cannot be empty.");
        }
        if (request.containerInstances().size() > MOST_INSTANCES) {
            throw ApiErrors.invalid("Container Instances cannot have more than 10 elements.");
        }
        if (request.startedBy() != null && request.startedBy().length() > LONGEST_STARTED_BY) {
            throw ApiErrors.invalid("'startedBy' can have up to 36 characters.");
        }
    }

    /** All that both operations know means the same in both. */
    private static RunTaskRequest alike(StartTaskRequest request) {
        return RunTaskRequest.builder()
                .cluster(request.cluster())
                .taskDefinition(request.taskDefinition())
                .enableECSManagedTags(request.enableECSManagedTags())
                .enableExecuteCommand(request.enableExecuteCommand())
                .group(request.group())
                .networkConfiguration(request.networkConfiguration())
                .overrides(request.overrides())
                .propagateTags(request.propagateTags())
                .referenceId(request.referenceId())
                .startedBy(request.startedBy())
                .tags(request.tags())
                .volumeConfigurations(request.volumeConfigurations())
                .build();
    }

    StartTaskResponse run() {
        if (!starting.isRepetition(asked)) {
            start(chosen());
        }
        return StartTaskResponse.builder()
                .tasks(starting.described(quorum.state()))
                .failures(failures)
                .build();
    }

    /** Those of the machines that are there. */
    private List<WorkerId> chosen() {
        Names names = Names.of(asked);
        var refs = new Refs(names);
        var chosen = new ArrayList<WorkerId>();
        for (String given : request.containerInstances()) {
            Worker worker = ContainerInstances.find(asked, refs.instance(cluster, given), cluster);
            if (worker == null) {
                String id = refs.instanceId(cluster, given);
                failures.add(Views.missing(names.instance(cluster, id)));
            } else {
                chosen.add(worker.id());
            }
        }
        return chosen;
    }

    private void start(List<WorkerId> chosen) {
        List<WorkerId> left = chosen;
        for (int round = 0; round < MOST_ROUNDS && !left.isEmpty(); round++) {
            Plan plan = Planner.at(round == 0 ? asked : quorum.state(), demand(left.size()), left);
            plan.refusals().forEach(this::fail);
            if (plan.places().isEmpty()) {
                return;
            }
            Starting.Outcome outcome = starting.propose(plan.places());
            left = outcome.own() ? outcome.refused() : List.of();
        }
        left.forEach(worker -> fail(new Refusal(worker, Refusal.Reason.INACTIVE)));
    }

    private Demand demand(int count) {
        return new Demand(
                cluster,
                launch.footprint(),
                count,
                launch.group(),
                Constraints.all(definition.definition(), List.of()),
                List.of(),
                Capacity.of(launch.launchType(), null),
                Preference.of(launch.tags(), asked.clusters().get(cluster)));
    }

    private void fail(Refusal refusal) {
        failures.add(
                Failure.builder()
                        .arn(Names.of(asked).instance(cluster, refusal.worker()))
                        .reason(refusal.reason().code())
                        .build());
    }
}
