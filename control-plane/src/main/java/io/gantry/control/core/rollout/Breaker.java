package io.gantry.control.core.rollout;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DeploymentCircuitBreaker;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DeploymentStrategy;
import software.amazon.awssdk.services.ecs.model.ThresholdConfiguration;
import software.amazon.awssdk.services.ecs.model.ThresholdType;

/**
 * When a rolling deployment has failed. Until one of its tasks runs, tasks count that do not reach
 * RUNNING; from then on, those that are replaced because of their health checks.
 *
 * @param rollsBack whether the service then goes back to what it was
 * @param resets whether a task that proves healthy makes earlier failures forgotten: one without
 *     health checks when it reaches RUNNING, others when they pass. Without that, tasks that do not
 *     start count also when others run.
 * @param threshold so many failures are too many
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html">How
 *     the circuit breaker detects failures</a>
 */
public record Breaker(boolean on, boolean rollsBack, boolean resets, int threshold) {
    private static final int PERCENT = 50;
    private static final int LEAST = 3;
    private static final int MOST = 200;

    /** That of a service with so many tasks. */
    public static Breaker of(@Nullable DeploymentConfiguration configuration, int desired) {
        var breaker = configuration == null ? null : configuration.deploymentCircuitBreaker();
        if (configuration == null || breaker == null || !Boolean.TRUE.equals(breaker.enable())) {
            return new Breaker(false, false, true, 0);
        }
        DeploymentStrategy strategy = configuration.strategy();
        return new Breaker(
                strategy == null || strategy == DeploymentStrategy.ROLLING,
                Boolean.TRUE.equals(breaker.rollback()),
                !Boolean.FALSE.equals(breaker.resetOnHealthyTask()),
                threshold(breaker, desired));
    }

    private static int threshold(DeploymentCircuitBreaker breaker, int desired) {
        ThresholdConfiguration told = breaker.thresholdConfiguration();
        Integer given = told == null ? null : told.value();
        long value = given == null ? PERCENT : given;
        ThresholdType type = told == null ? null : told.type();
        if (type == ThresholdType.COUNT) {
            return (int) Math.max(1, value);
        }
        long share = Math.ceilDiv(desired * value, 100L);
        return type == ThresholdType.UNBOUNDED_PERCENT
                ? Math.clamp(share, 1, Integer.MAX_VALUE)
                : Math.clamp(share, LEAST, MOST);
    }
}
