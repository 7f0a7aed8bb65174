package io.gantry.control.core.schedule;

import io.gantry.common.check.Check;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.schedule.Refusal.Reason;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Worker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Finds places for tasks: filter, constraints, strategies, plan. */
public final class Planner {

    private Planner() {}

    /**
     * A proposal from one state. It reserves nothing: whoever applies it checks again. All workers
     * of the cluster are compared once, however many tasks they have; what is equal is left to
     * chance, so that nodes that plan at once spread out.
     */
    public static Plan plan(ClusterState state, Demand demand, RandomGenerator random) {
        var filter = new Filter(demand, DaemonGate.of(state, demand.cluster()));
        var ranking =
                Ranking.forPlacing(
                        Criterion.of(demand.strategies(), demand.preference().avoid()), random);
        var refusals = new ArrayList<Refusal>();
        if (demand.count() > 0) {
            List<DaemonNeed> daemons = DaemonNeed.in(state, demand.cluster());
            state.eachWorkerOf(
                    demand.cluster(),
                    worker -> {
                        if (demand.capacity().has(worker)) {
                            Worker left = DaemonNeed.kept(state, daemons, worker);
                            consider(kept(state, demand, left), demand, filter, ranking, refusals);
                        }
                    });
        }
        var places = new ArrayList<WorkerId>();
        while (places.size() < demand.count()) {
            Candidate best = ranking.poll();
            if (best == null) {
                break;
            }
            places.add(best.worker().id());
            best.take(demand.footprint(), demand.group());
            ranking.count(best.worker(), 1);
            Reason full = filter.refusal(best.worker());
            if (full == null) {
                ranking.add(best);
            } else {
                refusals.add(new Refusal(best.worker().id(), full));
            }
        }
        int unplaced = demand.count() - places.size();
        return new Plan(places, unplaced, unplaced == 0 ? List.of() : refusals);
    }

    /**
     * Whether tasks can go where somebody wants them: one on each of these workers, one after the
     * other.
     *
     * @param wanted workers of the state; one that comes twice is to get two
     */
    public static Plan at(ClusterState state, Demand demand, List<WorkerId> wanted) {
        var filter = new Filter(demand, DaemonGate.of(state, demand.cluster()));
        Map<WorkerId, Candidate> candidates = new HashMap<>();
        var places = new ArrayList<WorkerId>();
        var refusals = new ArrayList<Refusal>();
        for (WorkerId id : wanted) {
            Candidate candidate =
                    candidates.computeIfAbsent(
                            id,
                            key -> {
                                Worker worker = Check.present(state.workers().get(key), key);
                                return new Candidate(kept(state, demand, worker), 0);
                            });
            Reason reason = filter.refusal(candidate.worker());
            if (reason == null) {
                places.add(id);
                candidate.take(demand.footprint(), demand.group());
            } else {
                refusals.add(new Refusal(id, reason));
            }
        }
        return new Plan(places, refusals.size(), refusals);
    }

    private static Worker kept(ClusterState state, Demand demand, Worker worker) {
        int priority = demand.preference().priority();
        return Claims.kept(worker, demand.group(), priority, state.nowMillis());
    }

    /** Tasks on a machine that takes no more still count where tasks are to be spread. */
    private static void consider(
            Worker worker, Demand demand, Filter filter, Ranking ranking, List<Refusal> refusals) {
        if (worker.status() != Worker.Status.ACTIVE) {
            return;
        }
        int ofGroup = worker.groups().of(demand.group());
        if (ofGroup > 0) {
            ranking.count(worker, ofGroup);
        }
        Reason reason = filter.refusal(worker);
        if (reason == null) {
            ranking.add(new Candidate(worker, ofGroup));
        } else {
            refusals.add(new Refusal(worker.id(), reason));
        }
    }
}
