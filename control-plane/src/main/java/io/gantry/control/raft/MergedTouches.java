package io.gantry.control.raft;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.transition.Touched;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What all commands of an entry have touched. Copies nothing while there is only one. */
final class MergedTouches {
    private Touched only = Touched.NOTHING;
    private @Nullable Set<ServiceKey> services;
    private @Nullable Set<WorkerId> workers;
    private @Nullable Set<TaskId> jobs;

    void add(Touched touched) {
        if (touched.isNothing()) {
            return;
        }
        if (services == null || workers == null || jobs == null) {
            if (only.isNothing()) {
                only = touched;
                return;
            }
            services = new HashSet<>(only.services());
            workers = new HashSet<>(only.workers());
            jobs = new HashSet<>(only.jobs());
        }
        services.addAll(touched.services());
        workers.addAll(touched.workers());
        jobs.addAll(touched.jobs());
    }

    Touched all() {
        return services == null || workers == null || jobs == null
                ? only
                : new Touched(services, workers, jobs);
    }
}
