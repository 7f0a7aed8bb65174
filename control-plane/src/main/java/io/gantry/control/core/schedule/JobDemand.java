package io.gantry.control.core.schedule;

import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.Loss;
import org.jspecify.annotations.Nullable;

/** What a job that waits asks of the planner and of the judge. */
public final class JobDemand {
    private JobDemand() {}

    /** So many places for tasks like this one, in a state that has its cluster. */
    public static Demand of(ClusterState state, Job job, int count) {
        Job.Ask ask = job.ask();
        String provider = job.provision() == null ? null : job.provision().provider();
        return new Demand(
                job.cluster(),
                ask.footprint(),
                count,
                ask.group(),
                ask.constraints(),
                ask.strategies(),
                Capacity.of(ask.launchType(), provider),
                Preference.of(ask.tags(), state.clusters().get(job.cluster())));
    }

    /**
     * What it is launched with.
     *
     * @param loss when it is given up because nothing is heard of its worker; null for never
     */
    public static Launch launch(Job.Ask ask, @Nullable Loss loss) {
        return new Launch(
                ask.group(),
                ask.startedBy(),
                ask.launchType(),
                ask.overrides(),
                ask.executeCommand(),
                ask.tags(),
                Constraints.isDistinct(ask.constraints()),
                ask.footprint(),
                loss,
                Constraints.expressions(ask.constraints()));
    }
}
