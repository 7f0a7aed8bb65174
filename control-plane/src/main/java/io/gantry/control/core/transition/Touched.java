package io.gantry.control.core.transition;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.state.ServiceKey;
import java.util.Set;

/**
 * What somebody should look at again. It never says what to do: that is a difference between wanted
 * and actual, which the one who looks computes.
 *
 * @param jobs tasks without a place that may get one
 */
public record Touched(Set<ServiceKey> services, Set<WorkerId> workers, Set<TaskId> jobs) {
    public static final Touched NOTHING = new Touched(Set.of(), Set.of(), Set.of());

    public Touched {
        services = Set.copyOf(services);
        workers = Set.copyOf(workers);
        jobs = Set.copyOf(jobs);
    }

    public boolean isNothing() {
        return services.isEmpty() && workers.isEmpty() && jobs.isEmpty();
    }
}
