package io.gantry.control.raft;

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

    void add(Touched touched) {
        if (touched.isNothing()) {
            return;
        }
        if (services == null || workers == null) {
            if (only.isNothing()) {
                only = touched;
                return;
            }
            services = new HashSet<>(only.services());
            workers = new HashSet<>(only.workers());
        }
        services.addAll(touched.services());
        workers.addAll(touched.workers());
    }

    Touched all() {
        return services == null || workers == null ? only : new Touched(services, workers);
    }
}
