package io.gantry.control.core.reconcile;

import io.gantry.common.model.IdSource;
import io.gantry.common.model.TaskId;
import io.gantry.control.core.command.Command.CommitPlan;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.command.Command.Start;
import io.gantry.control.core.schedule.Demand;
import io.gantry.control.core.schedule.Plan;
import io.gantry.control.core.schedule.Planner;
import io.gantry.control.core.schedule.Refusal;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compares what a service wants with what it has and proposes the next step. */
public final class Reconciler {
    /** Starts in one step, so that a large service does not keep others waiting. */
    static final int MAX_STARTS = 100;

    private final ClusterState state;
    private final Service service;
    private final Census census;
    private final IdSource ids;
    private final RandomGenerator random;

    private Reconciler(ClusterState state, Service service, IdSource ids, RandomGenerator random) {
        this.state = state;
        this.service = service;
        this.census = Census.of(state, service);
        this.ids = ids;
        this.random = random;
    }

    /**
     * The next step of a service's roll-out, or null when there is nothing to do now. The rule is
     * that of ECS's rolling update: start up to maximumPercent, stop down to minimumHealthyPercent.
     */
    public static @Nullable CommitPlan next(
            ClusterState state, Service service, IdSource ids, RandomGenerator random) {
        if (!service.active()) {
            return null;
        }
        return new Reconciler(state, service, ids, random).next();
    }

    private @Nullable CommitPlan next() {
        TaskDefinitionRow definition =
                state.taskDefinitions().get(service.primary().taskDefinition());
        if (definition == null) {
            return null;
        }
        Launch launch = Launches.of(state, service, definition);
        Plan plan = Planner.plan(state, demand(definition), random);
        List<Start> starts =
                plan.places().stream()
                        .map(
                                worker ->
                                        new Start(
                                                ids.task(),
                                                worker,
                                                Launches.containers(definition, ids)))
                        .toList();
        List<TaskId> stops = stops();
        String complaint = complaint(plan, stops);
        if (starts.isEmpty() && stops.isEmpty() && (complaint == null || isSaid(complaint))) {
            return null;
        }
        return new CommitPlan(service.key(), service.version(), launch, starts, stops, complaint);
    }

    private Demand demand(TaskDefinitionRow definition) {
        return new Demand(
                service.key().cluster(),
                definition.footprint(),
                Math.max(0, startsNow()),
                Launches.group(service.key()),
                service.spec().placementConstraints(),
                service.spec().placementStrategy());
    }

    /** Unhealthy tasks are replaced before they are stopped, as far as the maximum lets us. */
    private int startsNow() {
        if (state.nowMillis() < service.primary().notBeforeMillis()) {
            return 0;
        }
        return Math.min(MAX_STARTS, Math.min(census.missing(), room()));
    }

    private int room() {
        return service.maximum() - census.alive();
    }

    private List<TaskId> stops() {
        var budget = new StopBudget(census);
        var stops = new ArrayList<TaskId>();
        stopCandidates().filter(budget::allows).map(Task::id).forEach(stops::add);
        return stops;
    }

    /** What is too much or must go before its replacement can come, then what is out of date. */
    private Stream<Task> stopCandidates() {
        boolean stuck = census.missing() > 0 && room() <= 0;
        long sick = stuck ? Long.MAX_VALUE : census.replaced();
        Stream<Task> current =
                Stream.concat(
                        leastUseful(false).limit(census.excess()), leastUseful(true).limit(sick));
        return Stream.concat(current, census.old().stream().sorted(leastUseful()));
    }

    private Stream<Task> leastUseful(boolean unhealthy) {
        return census.current().stream()
                .filter(task -> Census.isUnhealthy(task) == unhealthy)
                .sorted(leastUseful());
    }

    private Comparator<Task> leastUseful() {
        return Comparator.comparing((Task task) -> task.last() == Status.RUNNING)
                .thenComparing(task -> !Census.isUnhealthy(task))
                .thenComparing(census::healthy)
                .thenComparing(Comparator.comparingLong(this::neighbours).reversed())
                .thenComparing(Comparator.comparing(Task::id).reversed());
    }

    /** Tasks of this service on the same machine. */
    private long neighbours(Task task) {
        return Stream.concat(census.current().stream(), census.old().stream())
                .filter(each -> each.worker().equals(task.worker()))
                .count();
    }

    private @Nullable String complaint(Plan plan, List<TaskId> stops) {
        if (plan.unplaced() > 0) {
            return "was unable to place a task because no container instance met all of its"
                    + " requirements. Reason: "
                    + reason(plan.closest());
        }
        boolean blocked = census.missing() > 0 && room() <= 0 && stops.isEmpty();
        boolean forGood =
                blocked
                        && service.maximum() <= service.minimumHealthy()
                        && census.alive() == census.healthy();
        return forGood
                ? "was unable to stop or start tasks during a deployment because of the service"
                        + " deployment configuration. Update the minimumHealthyPercent or"
                        + " maximumPercent value and try again."
                : null;
    }

    private static String reason(@Nullable Refusal closest) {
        return closest == null
                ? "No Container Instances were found in your cluster."
                : "The closest matching (container-instance "
                        + closest.worker()
                        + ") "
                        + closest.reason().sentence()
                        + ".";
    }

    /** Whether the newest event is this complaint already. */
    private boolean isSaid(String complaint) {
        String recent =
                service.events().stream()
                        .limit(5)
                        .map(Service.Event::message)
                        .collect(Collectors.joining("\n"));
        return recent.contains(complaint);
    }
}
