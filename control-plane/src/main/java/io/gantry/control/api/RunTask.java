package io.gantry.control.api;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.schedule.Constraints;
import io.gantry.control.core.schedule.Demand;
import io.gantry.control.core.schedule.Plan;
import io.gantry.control.core.schedule.Planner;
import io.gantry.control.core.schedule.Refusal;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Token;
import io.gantry.control.core.state.Worker;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.RunTaskRequest;
import software.amazon.awssdk.services.ecs.model.RunTaskResponse;

/**
 * One request to start tasks. The node that is asked plans and proposes; what others took in the
 * meantime is refused when the proposal is applied, and planned again.
 */
final class RunTask {
    private static final int MOST_ROUNDS = 4;

    /** The machines that came nearest; in a large cluster nobody reads them all. */
    private static final int MOST_FAILURES = 100;

    private final ApiContext context;
    private final Quorum quorum;
    private final RunTaskRequest request;
    private final ClusterState asked;
    private final String cluster;
    private final TaskDefinitionRow definition;
    private final Launch launch;
    private final Starting starting;
    private Map<WorkerId, Refusal> refusals = Map.of();

    /** Checks the request against a state. */
    RunTask(ApiContext context, Quorum quorum, ClusterState state, RunTaskRequest request) {
        this.context = context;
        this.quorum = quorum;
        this.request = request;
        this.asked = state;
        RunTaskRules.checkBefore(request);
        var refs = new Refs(Names.of(state));
        this.cluster = refs.cluster(state, request.cluster()).name();
        this.definition = refs.activeDefinition(state, request.taskDefinition());
        this.launch = RunTaskRules.launch(request, cluster, definition);
        Token given = Tokens.of("RunTask", cluster, request.clientToken(), 64);
        this.starting =
                new Starting(
                        context,
                        quorum,
                        cluster,
                        definition,
                        launch,
                        given == null ? quorum.call() : given,
                        JsonForm.fingerprint(request));
    }

    RunTaskResponse run() {
        int count = Objects.requireNonNullElse(request.count(), 1);
        for (int round = 0; round < MOST_ROUNDS && starting.count() < count; round++) {
            ClusterState state = round == 0 ? asked : quorum.state();
            if (round == 0 && starting.isRepetition(state)) {
                return response(false);
            }
            Plan plan = plan(state, count - starting.count());
            if (plan.places().isEmpty() || !starting.propose(plan.places()).own()) {
                break;
            }
        }
        return response(true);
    }

    private Plan plan(ClusterState state, int count) {
        boolean anyone =
                state.workersOf(cluster)
                        .anyMatch(worker -> worker.status() == Worker.Status.ACTIVE);
        if (!anyone && starting.count() == 0) {
            throw ApiErrors.invalid("No Container Instances were found in your cluster.");
        }
        var demand =
                new Demand(
                        cluster,
                        launch.footprint(),
                        count,
                        launch.group(),
                        Constraints.all(definition.definition(), request.placementConstraints()),
                        request.placementStrategy());
        Plan plan = Planner.plan(state, demand, context.random());
        Map<WorkerId, Refusal> found = new LinkedHashMap<>();
        plan.refusals().forEach(refusal -> found.put(refusal.worker(), refusal));
        refusals = found;
        return plan;
    }

    private RunTaskResponse response(boolean first) {
        ClusterState state = quorum.state();
        return RunTaskResponse.builder()
                .tasks(starting.described(state))
                .failures(first ? failures(state) : List.of())
                .build();
    }

    private List<Failure> failures(ClusterState state) {
        if (starting.count() >= Objects.requireNonNullElse(request.count(), 1)) {
            return List.of();
        }
        Names names = Names.of(state);
        return refusals.values().stream()
                .sorted(Comparator.comparing(Refusal::reason).reversed())
                .limit(MOST_FAILURES)
                .map(
                        refusal ->
                                Failure.builder()
                                        .arn(names.instance(cluster, refusal.worker()))
                                        .reason(refusal.reason().code())
                                        .build())
                .toList();
    }
}
