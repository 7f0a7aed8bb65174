package io.gantry.control.core.reconcile;

import io.gantry.common.model.IdSource;
import io.gantry.common.model.TaskId;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.capacity.Split;
import io.gantry.control.core.command.Command.CommitPlan;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.command.Command.Start;
import io.gantry.control.core.reconcile.ZoneBalance.Move;
import io.gantry.control.core.schedule.Constraints;
import io.gantry.control.core.schedule.Demand;
import io.gantry.control.core.schedule.Preemption;
import io.gantry.control.core.schedule.Preference;
import io.gantry.control.core.schedule.SplitPlan;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;

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
        if (service.daemon()) {
            return DaemonPlan.next(state, service, ids);
        }
        List<Service> lanes = new ArrayList<>(Lanes.of(service));
        if (lanes.size() > 1) {
            // One that keeps planning must not keep the others waiting.
            Collections.rotate(lanes, random.nextInt(lanes.size()));
        }
        return lanes.stream()
                .map(lane -> new Reconciler(state, lane, ids, random).next())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private @Nullable CommitPlan next() {
        TaskDefinitionRow definition =
                state.taskDefinitions().get(service.primary().taskDefinition());
        if (definition == null) {
            return null;
        }
        Launch launch = Launches.of(state, service, definition);
        List<TaskId> stops = stops();
        int count = Math.max(0, startsNow());
        SplitPlan moved = count > 0 || !stops.isEmpty() ? null : moved(definition);
        SplitPlan plan =
                moved == null
                        ? SplitPlan.of(state, demand(definition, count), split(), random)
                        : moved;
        List<Start> starts = starts(plan, definition, moved != null);
        Preemption preemption = moved == null ? preemption(plan) : Preemption.NONE;
        String complaint = complaint(plan, stops, preemption.helped());
        boolean isSaid = complaint != null && service.hasSaid(complaint, state.nowMillis());
        if (starts.isEmpty()
                && stops.isEmpty()
                && preemption.evictions().isEmpty()
                && (complaint == null || isSaid)) {
            return null;
        }
        return new CommitPlan(
                service.key(),
                service.version(),
                launch,
                starts,
                stops,
                complaint,
                Lanes.number(service),
                preemption.evictions());
    }

    private Preemption preemption(SplitPlan plan) {
        if (plan.shortages().isEmpty()) {
            return Preemption.NONE;
        }
        long soon = state.aliveOf(service.key()).filter(task -> !task.wanted()).count();
        return Preemption.plan(state, plan.shortages(), Math.toIntExact(soon), random);
    }

    private List<Start> starts(SplitPlan plan, TaskDefinitionRow definition, boolean balancing) {
        return plan.places().stream()
                .map(
                        place ->
                                new Start(
                                        ids.task(),
                                        place.worker(),
                                        Launches.containers(definition, ids),
                                        Launches.provision(service, place.provider(), balancing)))
                .toList();
    }

    private Demand demand(TaskDefinitionRow definition, int count) {
        return new Demand(
                service.key().cluster(),
                definition.footprint(),
                count,
                Launches.group(service.key()),
                Constraints.all(definition.definition(), service.spec().placementConstraints()),
                service.spec().placementStrategy(),
                Capacity.of(Launches.launchType(service.spec()), null),
                Preference.of(service.tags(), state.clusters().get(service.key().cluster())));
    }

    /** Places beyond the desired count, so that others can go: of zones first, then of machines. */
    private @Nullable SplitPlan moved(TaskDefinitionRow definition) {
        Move move = ZoneBalance.next(state, census, definition);
        return move == null
                ? Rebalance.next(state, census, demand(definition, 1), random)
                : SplitPlan.of(state, demand(definition, move.count()).on(move.capacity()), random);
    }

    /** The tasks of the primary deployment count, so that it keeps the ratio by itself. */
    private @Nullable Split split() {
        List<CapacityProviderStrategyItem> strategy = service.spec().capacityProviderStrategy();
        return strategy.isEmpty() ? null : Split.of(strategy, census.sound());
    }

    /** Unhealthy tasks are replaced before they are stopped, as far as the maximum lets us. */
    private int startsNow() {
        if (service.primary().stalled()
                || state.nowMillis() < service.primary().notBeforeMillis()) {
            return 0;
        }
        return Math.min(
                Math.min(MAX_STARTS, census.startable()), Math.min(census.missing(), room()));
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

    /**
     * What is too much, what has failed its health checks, one by one if there is no room for
     * others in its place, then what has to be replaced.
     */
    private Stream<Task> stopCandidates() {
        boolean stuck = !service.primary().stalled() && census.missing() > 0 && room() <= 0;
        int sick = stuck ? Math.max(1, census.replaced()) : census.replaced();
        var order = new StopOrder(state, census, random);
        Stream<Task> surplus = census.excess() == 0 ? Stream.of() : surplus(order);
        Stream<Task> unhealthy = sick == 0 ? Stream.of() : order.unhealthy();
        return Stream.of(surplus, unhealthy.limit(sick), order.leaving()).flatMap(tasks -> tasks);
    }

    /** By capacity providers, then by zones if they are to be even, then as strategies say. */
    private Stream<Task> surplus(StopOrder order) {
        List<Task> useless =
                ZoneBalance.mostCrowdedFirst(
                        state, service, order.surplus().toList(), census.sound());
        return Split.surplus(
                service.spec().capacityProviderStrategy(), useless, census.sound(), census.excess())
                .stream();
    }

    private @Nullable String complaint(SplitPlan plan, List<TaskId> stops, int helped) {
        if (plan.unplaced() > helped) {
            return "was unable to place a task because no container instance met all of its"
                    + " requirements. Reason: "
                    + reason(plan);
        }
        if (!stops.isEmpty() || !plan.places().isEmpty() || helped > 0) {
            return null;
        }
        boolean forGood =
                !service.primary().stalled()
                        && census.missing() > 0
                        && room() <= 0
                        && service.maximum() <= service.minimumHealthy()
                        && census.alive() == census.healthy();
        return forGood
                ? "was unable to stop or start tasks during a deployment because of the service"
                        + " deployment configuration. Update the minimumHealthyPercent or"
                        + " maximumPercent value and try again."
                : heldBack();
    }

    /** A deployment that would shrink now if its tasks were not protected. */
    private @Nullable String heldBack() {
        var budget = new StopBudget(census);
        long primary = service.primary().number();
        return Stream.concat(census.sound().stream(), census.leaving().stream())
                .filter(task -> census.stays(task) || task.deployment() != primary)
                .filter(task -> census.isProtected(task) && budget.affords(task))
                .findFirst()
                .map(
                        task ->
                                ("service %s was unable to reach steady state because task set"
                                                + " (ecs-svc/%d) was unable to scale in. Reason: The"
                                                + " number of protected tasks are more than the"
                                                + " desired count of tasks.")
                                        .formatted(service.key().name(), task.deployment()))
                .orElse(null);
    }

    private String reason(SplitPlan plan) {
        return plan.reason(Launches.launchType(service.spec()));
    }
}
