package io.gantry.control.api;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.capacity.Platform;
import io.gantry.control.core.capacity.Split;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.command.Command.Newcomer;
import io.gantry.control.core.reconcile.Launches;
import io.gantry.control.core.schedule.Constraints;
import io.gantry.control.core.schedule.Demand;
import io.gantry.control.core.schedule.Preference;
import io.gantry.control.core.schedule.Refusal;
import io.gantry.control.core.schedule.SplitPlan;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.GantryTag;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.Provision;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Token;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
    private final CapacityChoice capacity;
    private final Launch launch;
    private final Starting starting;
    private final Job.@Nullable Ask job;
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
        FallbackRules.check(request.tags(), GantryTag.Place.TASK, capacity, found);
        this.launch = RunTaskRules.launch(request, cluster, definition, capacity);
        this.job = JobRules.ask(request, definition, launch);
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
        if (starting.isRepetition(asked)) {
            return response(false);
        }
        int count = Objects.requireNonNullElse(request.count(), 1);
        var room = new MadeRoom(context, quorum, cluster, launch);
        ClusterState state = asked;
        int rounds = 0;
        while (rounds < MOST_ROUNDS && starting.count() < count) {
            int missing = count - starting.count();
            SplitPlan plan = plan(state, missing);
            room.make(state, plan.shortages());
            if (plan.places().isEmpty() && !mayWait()) {
                if (!room.await()) {
                    break;
                }
            } else if (propose(plan, state, missing)) {
                rounds++;
            } else {
                break;
            }
            state = quorum.state();
        }
        return response(true);
    }

    /** Whether what is still missing is worth another round. */
    private boolean propose(SplitPlan plan, ClusterState state, int count) {
        if (job == null) {
            return starting.propose(plan.places(), this::provision).own();
        }
        Split split = split(state);
        List<Newcomer> newcomers =
                JobRules.newcomers(
                        job, plan, split == null ? null : split.next(count), this::newcomer);
        return !newcomers.isEmpty() && starting.propose(job, newcomers);
    }

    private Newcomer newcomer(JobRules.Spot spot) {
        return spot.taking(
                context.ids().task(),
                Launches.containers(definition, context.ids()),
                provision(spot.provider()));
    }

    private boolean mayWait() {
        return job != null && job.terms().mayWait();
    }

    private SplitPlan plan(ClusterState state, int count) {
        var demand =
                new Demand(
                        cluster,
                        launch.footprint(),
                        count,
                        launch.group(),
                        Constraints.all(definition.definition(), request.placementConstraints()),
                        request.placementStrategy(),
                        Capacity.of(capacity.launchType(), null),
                        Preference.of(launch.tags(), state.clusters().get(cluster)));
        SplitPlan plan = SplitPlan.of(state, demand, split(state), context.random());
        if (plan.places().isEmpty() && plan.refusals().isEmpty() && starting.count() == 0) {
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
                : Split.of(capacity.strategy(), starting.tasks(state));
    }

    /**
     * Fargate's machines are none of the cluster's: without any the request is not wrong; nor is
     * one that waits for them.
     */
    private void noMachines() {
        if (!capacity.isFargate() && !mayWait()) {
            throw ApiErrors.invalid(
                    "No Container Instances were found in your "
                            + (capacity.strategy().isEmpty() ? "cluster." : "capacity provider."));
        }
    }

    private @Nullable Provision provision(@Nullable String provider) {
        String platform = Platform.of(capacity.launchType(), request.platformVersion());
        return provider == null && platform == null
                ? null
                : new Provision(provider, platform, false);
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
        if (refusals.isEmpty() && empty.isEmpty() && capacity.isFargate()) {
            return List.of(RunTaskFailures.noFargate(names, definition.key()));
        }
        Stream<Failure> machines =
                refusals.values().stream()
                        .sorted(Comparator.comparing(Refusal::reason).reversed())
                        .limit(MOST_FAILURES)
                        .map(each -> RunTaskFailures.of(names, cluster, each));
        return Stream.concat(machines, empty.stream()).toList();
    }
}
