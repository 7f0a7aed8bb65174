package io.gantry.control.core.schedule;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.schedule.Refusal.Reason;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Worker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/** Finds places for tasks: filter, constraints, strategies, plan. */
public final class Planner {
    /** At least so many fitting workers are compared, or this share of all. */
    private static final int FEWEST_COMPARED = 100;

    private static final int SHARE_COMPARED = 20;

    private Planner() {}

    /**
     * A proposal from one state. It reserves nothing: whoever applies it checks again.
     *
     * @param random where to begin, and ties, so that nodes that plan at once spread out
     */
    public static Plan plan(ClusterState state, Demand demand, RandomGenerator random) {
        List<Worker> workers =
                new ArrayList<>(
                        state.workersOf(demand.cluster())
                                .filter(worker -> worker.status() == Worker.Status.ACTIVE)
                                .toList());
        if (!workers.isEmpty()) {
            Collections.rotate(workers, random.nextInt(workers.size()));
        }
        var refusals = new ArrayList<Refusal>();
        List<Candidate> fitting = fitting(state, workers, demand, refusals);
        List<Score> scores = Score.of(demand.strategies(), random);
        var places = new ArrayList<WorkerId>();
        while (places.size() < demand.count() && !fitting.isEmpty()) {
            Candidate best = best(fitting, scores);
            places.add(best.worker().id());
            best.take(demand.footprint());
            Reason full = Filter.refusal(best, demand);
            if (full != null) {
                fitting.remove(best);
                refusals.add(new Refusal(best.worker().id(), full));
            }
        }
        int unplaced = demand.count() - places.size();
        return new Plan(places, unplaced, unplaced == 0 ? List.of() : refusals);
    }

    private static List<Candidate> fitting(
            ClusterState state, List<Worker> workers, Demand demand, List<Refusal> refusals) {
        int enough =
                Math.max(
                        Math.max(FEWEST_COMPARED, demand.count()), workers.size() / SHARE_COMPARED);
        var fitting = new ArrayList<Candidate>();
        List<DaemonNeed> daemons = DaemonNeed.in(state, demand.cluster());
        for (Worker worker : workers) {
            if (!demand.capacity().has(worker)) {
                continue;
            }
            Worker left = DaemonNeed.kept(state, daemons, worker);
            var candidate = Candidate.of(state, left, demand.group());
            Reason reason = Filter.refusal(candidate, demand);
            if (reason != null) {
                refusals.add(new Refusal(worker.id(), reason));
            } else if (fitting.size() < enough) {
                fitting.add(candidate);
            } else {
                break;
            }
        }
        return fitting;
    }

    private static Candidate best(List<Candidate> fitting, List<Score> scores) {
        List<Candidate> left = fitting;
        for (Score score : scores) {
            if (left.size() == 1) {
                break;
            }
            left = lowest(left, score, fitting);
        }
        return left.getFirst();
    }

    private static List<Candidate> lowest(
            List<Candidate> left, Score score, List<Candidate> fitting) {
        double lowest = Double.POSITIVE_INFINITY;
        var winners = new ArrayList<Candidate>();
        for (Candidate candidate : left) {
            double value = score.of(candidate, fitting);
            if (value < lowest) {
                lowest = value;
                winners.clear();
            }
            if (value <= lowest) {
                winners.add(candidate);
            }
        }
        return winners;
    }
}
