package io.gantry.control.core.schedule;

import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Worker;
import java.util.List;

/** A worker that may be chosen, as it would be after what has been decided for it so far. */
final class Candidate {
    private Worker worker;
    private int ofGroup;
    private long[] own = {};
    private double chance;

    /**
     * A worker as it is.
     *
     * @param ofGroup how many tasks of the demand's group it has
     */
    Candidate(Worker worker, int ofGroup) {
        this.worker = worker;
        this.ofGroup = ofGroup;
    }

    Worker worker() {
        return worker;
    }

    /** Tasks of the demand's group that should run. */
    int ofGroup() {
        return ofGroup;
    }

    /** What the criteria say of the worker alone, in their order; 0 for others. */
    long own(int criterion) {
        return own[criterion];
    }

    /** Decides between those that are equal. */
    double chance() {
        return chance;
    }

    void rate(long[] rates, double chanceNow) {
        this.own = rates;
        this.chance = chanceNow;
    }

    /** One more task of the group. */
    void take(Footprint footprint, String group) {
        // Which GPUs these are does not matter here: the judge chooses again.
        worker =
                worker.reserving(footprint, worker.freeGpus().subList(0, footprint.gpus()))
                        .grouping(worker.groups().plus(group));
        ofGroup++;
    }

    /** One task of the group less. */
    void give(Footprint footprint) {
        worker = worker.releasing(footprint, List.of());
        ofGroup--;
    }
}
