package io.gantry.control.api;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.capacity.Platform;
import io.gantry.control.core.capacity.Split;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.command.Command.Start;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.reconcile.Launches;
import io.gantry.control.core.schedule.Demand;
import io.gantry.control.core.schedule.Refusal;
import io.gantry.control.core.schedule.SplitPlan;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Provision;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Token;
import io.gantry.control.core.state.TokenUse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
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
    private final CapacityChoice capacity;
    private final Launch launch;
    private final @Nullable Token token;
    private final String fingerprint;
    private final List<TaskId> started = new ArrayList<>();
    private Map<WorkerId, Refusal> refusals = Map.of();
    private List<Failure> empty = List.of();

    /** Checks the request against a state. */
    RunTask(ApiContext context, Quorum quorum, ClusterState state, RunTaskRequest request) {
        this.context = context;
        this.quorum = quorum;
        this.request = request;
        this.asked = state;
        RunTaskRules.checkBefore(request);
        var refs = new Refs(Names.of(state));
        Cluster found = refs.cluster(state, request.cluster());
        this.cluster = found.name();
        this.definition = refs.activeDefinition(state, request.taskDefinition());
        this.capacity = RunTaskRules.capacity(request, found, definition);
        this.launch = RunTaskRules.launch(request, cluster, definition, capacity);
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
            SplitPlan plan = plan(state, count - started.size());
            if (plan.places().isEmpty()) {
                break;
            }
            if (!propose(plan)) {
                break;
            }
        }
        return response();
    }

    private SplitPlan plan(ClusterState state, int count) {
        var demand =
                new Demand(
                        cluster,
                        launch.footprint(),
                        count,
                        launch.group(),
                        request.placementConstraints(),
                        request.placementStrategy(),
                        Capacity.of(capacity.launchType(), null));
        SplitPlan plan = SplitPlan.of(state, demand, split(state), context.random());
        if (plan.places().isEmpty() && plan.refusals().isEmpty() && started.isEmpty()) {
            noMachines();
        }
        empty = RunTaskFailures.empty(Names.of(state), plan.empty());
        Map<WorkerId, Refusal> found = new LinkedHashMap<>();
        plan.refusals().forEach(refusal -> found.put(refusal.worker(), refusal));
        refusals = found;
        return plan;
    }

    /** What has been started counts, so that all tasks of the request keep the ratio. */
    private @Nullable Split split(ClusterState state) {
        return capacity.strategy().isEmpty()
                ? null
                : Split.of(
                        capacity.strategy(),
                        started.stream()
                                .flatMap(id -> Stream.ofNullable(state.tasks().get(id)))
                                .toList());
    }

    /** Fargate's machines are none of the cluster's: without any the request is not wrong. */
    private void noMachines() {
        if (!capacity.isFargate()) {
            throw ApiErrors.invalid(
                    "No Container Instances were found in your "
                            + (capacity.strategy().isEmpty() ? "cluster." : "capacity provider."));
        }
    }

    /** Whether this request's own tasks were started, and not those of an earlier one like it. */
    private boolean propose(SplitPlan plan) {
        List<Start> starts =
                plan.places().stream()
                        .map(
                                place ->
                                        new Start(
                                                context.ids().task(),
                                                place.worker(),
                                                Launches.containers(definition, context.ids()),
                                                provision(place.provider())))
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

    private @Nullable Provision provision(@Nullable String provider) {
        String platform = Platform.of(capacity.launchType(), request.platformVersion());
        return provider == null && platform == null
                ? null
                : new Provision(provider, platform, false);
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
        if (refusals.isEmpty() && empty.isEmpty() && capacity.isFargate()) {
            return List.of(RunTaskFailures.noFargate(names, definition.key()));
        }
        return Stream.concat(
                        refusals.values().stream()
                                .map(each -> RunTaskFailures.of(names, cluster, each)),
                        empty.stream())
                .toList();
    }
}
