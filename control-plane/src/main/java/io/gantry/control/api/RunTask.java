package io.gantry.control.api;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.command.Command.Start;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.reconcile.Launches;
import io.gantry.control.core.schedule.Demand;
import io.gantry.control.core.schedule.Plan;
import io.gantry.control.core.schedule.Planner;
import io.gantry.control.core.schedule.Refusal;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Token;
import io.gantry.control.core.state.TokenUse;
import io.gantry.control.core.state.Worker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ConflictException;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.RunTaskRequest;
import software.amazon.awssdk.services.ecs.model.RunTaskResponse;

/**
 * One request to start tasks. The node that is asked plans and proposes; what others took in the
 * meantime is refused when the proposal is applied, and planned again.
 */
final class RunTask {
    private static final int MOST_ROUNDS = 4;

    private final ApiContext context;
    private final Quorum quorum;
    private final RunTaskRequest request;
    private final ClusterState asked;
    private final String cluster;
    private final TaskDefinitionRow definition;
    private final Launch launch;
    private final @Nullable Token token;
    private final String fingerprint;
    private final List<TaskId> started = new ArrayList<>();
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
        this.token = given == null ? quorum.call() : given;
        this.fingerprint = JsonForm.fingerprint(request);
    }

    RunTaskResponse run() {
        int count = Objects.requireNonNullElse(request.count(), 1);
        for (int round = 0; round < MOST_ROUNDS && started.size() < count; round++) {
            ClusterState state = round == 0 ? asked : quorum.state();
            TokenUse used = token == null || round > 0 ? null : state.tokens().get(token);
            if (used != null) {
                return replay(used);
            }
            Plan plan = plan(state, count - started.size());
            if (plan.places().isEmpty()) {
                break;
            }
            if (!propose(plan)) {
                break;
            }
        }
        return response();
    }

    private Plan plan(ClusterState state, int count) {
        boolean anyone =
                state.workersOf(cluster)
                        .anyMatch(worker -> worker.status() == Worker.Status.ACTIVE);
        if (!anyone && started.isEmpty()) {
            throw ApiErrors.invalid("No Container Instances were found in your cluster.");
        }
        var demand =
                new Demand(
                        cluster,
                        launch.footprint(),
                        count,
                        launch.group(),
                        request.placementConstraints(),
                        request.placementStrategy());
        Plan plan = Planner.plan(state, demand, context.random());
        Map<WorkerId, Refusal> found = new LinkedHashMap<>();
        plan.refusals().forEach(refusal -> found.put(refusal.worker(), refusal));
        refusals = found;
        return plan;
    }

    /** Whether this request's own tasks were started, and not those of an earlier one like it. */
    private boolean propose(Plan plan) {
        List<Start> starts =
                plan.places().stream()
                        .map(
                                worker ->
                                        new Start(
                                                context.ids().task(),
                                                worker,
                                                Launches.containers(definition, context.ids())))
                        .toList();
        boolean continuing = !started.isEmpty();
        Reply reply =
                quorum.acceptPart(
                        new Command.RunTasks(
                                cluster,
                                definition.key(),
                                token,
                                fingerprint,
                                continuing,
                                launch,
                                starts));
        if (reply instanceof Reply.Conflict(List<TaskId> tasks)) {
            throw conflict(tasks);
        }
        if (!(reply instanceof Reply.Started(List<TaskId> now, _))) {
            throw new IllegalStateException("unexpected reply " + reply);
        }
        started.addAll(now);
        List<TaskId> own = starts.stream().map(Start::task).toList();
        return own.containsAll(now);
    }

    private RunTaskResponse replay(TokenUse used) {
        if (!used.fingerprint().equals(fingerprint)) {
            throw conflict(used.tasks());
        }
        started.addAll(used.tasks());
        return response();
    }

    private RuntimeException conflict(List<TaskId> tasks) {
        Names names = Names.of(quorum.state());
        return ConflictException.builder()
                .message("The clientToken was used before for a request with other parameters.")
                .resourceIds(tasks.stream().map(id -> names.task(cluster, id)).toList())
                .build();
    }

    private RunTaskResponse response() {
        ClusterState state = quorum.state();
        var view = new TaskView(state);
        var tasks =
                started.stream()
                        .map(id -> state.tasks().get(id))
                        .filter(Objects::nonNull)
                        .map(task -> view.of(task, true))
                        .toList();
        return RunTaskResponse.builder().tasks(tasks).failures(failures(state)).build();
    }

    private List<Failure> failures(ClusterState state) {
        if (started.size() >= Objects.requireNonNullElse(request.count(), 1)) {
            return List.of();
        }
        Names names = Names.of(state);
        return refusals.values().stream()
                .map(
                        refusal ->
                                Failure.builder()
                                        .arn(names.instance(cluster, refusal.worker()))
                                        .reason(refusal.reason().code())
                                        .build())
                .toList();
    }
}
