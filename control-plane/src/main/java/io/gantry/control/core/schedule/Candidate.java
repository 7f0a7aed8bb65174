package io.gantry.control.core.schedule;

import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Worker;

/** A worker that may be chosen, as it would be after what the plan has placed on it so far. */
final class Candidate {
    private Worker worker;
    private int ofGroup;

    private Candidate(Worker worker, int ofGroup) {
        this.worker = worker;
        this.ofGroup = ofGroup;
    }

    static Candidate of(ClusterState state, Worker worker, String group) {
        long tasks =
                state.aliveOn(worker.id())
                        .filter(Task::wanted)
                        .map(Task::group)
                        .filter(group::equals)
                        .count();
        return new Candidate(worker, Math.toIntExact(tasks));
    }

    Worker worker() {
        return worker;
    }

    /** Living tasks of the demand's group. */
    int ofGroup() {
        return ofGroup;
    }

    void take(Footprint footprint) {
        // Which GPUs these are does not matter here: the judge chooses again.
        worker = worker.reserving(footprint, worker.freeGpus().subList(0, footprint.gpus()));
        ofGroup++;
    }
}
