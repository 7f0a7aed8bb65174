package io.gantry.control.core.rollout;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DeploymentEarlySuccessCriteria;
import software.amazon.awssdk.services.ecs.model.DeploymentStrategy;
import software.amazon.awssdk.services.ecs.model.ServiceRevisionCleanup;

/**
 * When a rolling deployment is complete although tasks are missing or earlier ones are left. What
 * is still to do then goes on without it, and its circuit breaker no longer counts.
 *
 * @param needed so many tasks of the new revision have to be healthy; at least one, if there is to
 *     be any
 * @param cleansFirst whether the tasks of earlier revisions have to be gone
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/early-success-criteria.html">Early
 *     success criteria</a>
 */
public record EarlySuccess(int needed, boolean cleansFirst) {
    private static final int FULL = 100;

    /** That of a deployment in a service with so many tasks; null if it has none. */
    public static @Nullable EarlySuccess of(DeploymentConfiguration configuration, int desired) {
        DeploymentEarlySuccessCriteria criteria = configuration.earlySuccessCriteria();
        DeploymentStrategy strategy = configuration.strategy();
        if (criteria == null
                || !Boolean.TRUE.equals(criteria.enable())
                || (strategy != null && strategy != DeploymentStrategy.ROLLING)) {
            return null;
        }
        Integer told = criteria.healthyPercent();
        long percent = told == null ? FULL : told;
        int share = (int) Math.ceilDiv(desired * percent, (long) FULL);
        return new EarlySuccess(
                Math.min(desired, Math.max(1, share)),
                criteria.sourceServiceRevisionCleanup() != ServiceRevisionCleanup.DEFERRED);
    }
}
