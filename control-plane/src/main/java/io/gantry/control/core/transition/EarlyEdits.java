package io.gantry.control.core.transition;

import io.gantry.control.core.reconcile.Census;
import io.gantry.control.core.rollout.EarlySuccess;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Deployment.Rollout;
import io.gantry.control.core.state.Service;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Finds rolling deployments that have succeeded by criteria of their own. */
final class EarlyEdits {
    private final ReleaseEdits releases;

    EarlyEdits(ReleaseEdits releases) {
        this.releases = releases;
    }

    /**
     * Whether the primary deployment of the service is complete although there is still something
     * to do for it.
     *
     * @param census of the service, which is only asked for if it matters
     */
    boolean hasSucceeded(Service service, Supplier<Census> census) {
        EarlySuccess criteria = releases.earlySuccess(service);
        Deployment primary = service.primary();
        return criteria != null
                && primary.rollout() == Rollout.IN_PROGRESS
                && primary.running() >= criteria.needed()
                && healthyOf(primary, census.get()) >= criteria.needed()
                && !releases.bakes(service)
                && !(criteria.cleansFirst() && service.deployments().size() > 1);
    }

    private static long healthyOf(Deployment deployment, Census census) {
        return Stream.concat(census.current().stream(), census.leaving().stream())
                .filter(task -> task.deployment() == deployment.number() && census.healthy(task))
                .count();
    }
}
