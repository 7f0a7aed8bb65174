package io.gantry.control.core.reconcile;

import io.gantry.common.check.Check;
import io.gantry.common.model.IdSource;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command.CommitPlan;
import io.gantry.control.core.command.Command.Start;
import io.gantry.control.core.schedule.DaemonGate;
import io.gantry.control.core.schedule.Fit;
import io.gantry.control.core.schedule.Plan;
import io.gantry.control.core.schedule.Refusal;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Worker;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The next step of a service of scheduling strategy DAEMON: a task on each machine that it wants
 * one on, and none elsewhere.
 */
final class DaemonPlan {
    private final ClusterState state;
    private final Service service;
    private final TaskDefinitionRow definition;
    private final Set<WorkerId> wanted;
    private final Census census;

    private DaemonPlan(ClusterState state, Service service, TaskDefinitionRow definition) {
        this.state = state;
        this.service = service;
        this.definition = definition;
        this.census = Census.of(state, service);
        this.wanted = Daemons.wanted(state, service, definition);
    }

    /** Null when there is nothing to do now. */
    static @Nullable CommitPlan next(ClusterState state, Service service, IdSource ids) {
        TaskDefinitionRow definition =
                state.taskDefinitions().get(service.primary().taskDefinition());
        return definition == null ? null : new DaemonPlan(state, service, definition).next(ids);
    }

    private @Nullable CommitPlan next(IdSource ids) {
        var refusals = new ArrayList<Refusal>();
        List<Start> starts =
                places(refusals).stream()
                        .map(
                                worker ->
                                        new Start(
                                                ids.task(),
                                                worker,
                                                Launches.containers(definition, ids)))
                        .toList();
        List<TaskId> stops = stops();
        String complaint = complaint(refusals);
        boolean isNew = complaint != null && !service.hasSaid(complaint, state.nowMillis());
        // The judge counts again with each plan, also with one that says nothing else.
        boolean miscounted = wanted.size() != service.desiredCount();
        if (starts.isEmpty()
                && stops.isEmpty()
                && !isNew
                && !miscounted
                && census.lost().isEmpty()) {
            return null;
        }
        return new CommitPlan(
                service.key(),
                service.version(),
                Launches.of(state, service, definition),
                starts,
                stops,
                complaint);
    }

    /** Machines that lack their task; one on which a task still stops has to wait. */
    private List<WorkerId> places(List<Refusal> refusals) {
        if (service.primary().stalled()
                || state.nowMillis() < service.primary().notBeforeMillis()) {
            return List.of();
        }
        Set<WorkerId> occupied = new HashSet<>();
        state.aliveOf(service.key()).map(Task::worker).forEach(occupied::add);
        var gate = DaemonGate.of(state, service.key().cluster());
        var places = new ArrayList<WorkerId>();
        int most = Math.min(Reconciler.MAX_STARTS, census.startable());
        for (WorkerId id : wanted) {
            if (occupied.contains(id) || places.size() >= most) {
                continue;
            }
            Worker worker = Check.present(state.workers().get(id), id);
            Refusal.Reason reason =
                    gate.opens(worker)
                            ? Fit.refusal(worker, definition.footprint())
                            : Refusal.Reason.DAEMON;
            if (reason == null) {
                places.add(id);
            } else {
                refusals.add(new Refusal(id, reason));
            }
        }
        return places;
    }

    private List<TaskId> stops() {
        var stops = new DaemonStops(census, wanted::contains, Daemons.busy(state));
        return stops.tasks().filter(stops::allows).map(Task::id).toList();
    }

    private static @Nullable String complaint(List<Refusal> refusals) {
        Refusal closest = new Plan(List.of(), refusals.size(), refusals).closest();
        return closest == null
                ? null
                : "was unable to place a task because no container instance met all of its"
                        + " requirements. Reason: The closest matching (container-instance "
                        + closest.worker()
                        + ") "
                        + closest.reason().sentence()
                        + ".";
    }
}
