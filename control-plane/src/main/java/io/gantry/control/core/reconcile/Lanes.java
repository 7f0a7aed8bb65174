package io.gantry.control.core.reconcile;

import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Service;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service that is deployed by stages has its revisions side by side, and one with task sets has
 * those, each with a number of tasks of its own. Each is looked after as if it were a service by
 * itself; any other service is one.
 */
public final class Lanes {

    private Lanes() {}

    /** The services that a service consists of, newest revision or task set first. */
    public static List<Service> of(Service service) {
        return service.byLanes()
                ? service.deployments().stream().map(service::lane).toList()
                : List.of(service);
    }

    /** The one that a plan is about, by {@link #number}; null if it is there no longer. */
    public static @Nullable Service find(Service service, long number) {
        if (!service.byLanes()) {
            return number == 0 ? service : null;
        }
        Deployment deployment = service.deployment(number);
        return deployment == null ? null : service.lane(deployment);
    }

    static long number(Service lane) {
        return lane.byLanes() ? lane.primary().number() : 0;
    }

    /** How many tasks all of them lack. */
    public static int missing(ClusterState state, Service service) {
        return of(service).stream().mapToInt(lane -> missingIn(state, lane)).sum();
    }

    /** A deployment that has failed wants no more tasks. */
    private static int missingIn(ClusterState state, Service lane) {
        return lane.primary().stalled() ? 0 : Census.of(state, lane).missing();
    }
}
