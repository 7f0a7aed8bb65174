package io.gantry.control.core.rollout;

import software.amazon.awssdk.services.ecs.model.CanaryConfiguration;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DeploymentStrategy;
import software.amazon.awssdk.services.ecs.model.LinearConfiguration;

/** In which steps the strategies move production traffic. */
final class Weights {
    static final double ALL = 100;

    private static final double LINEAR_PERCENT = 10;
    private static final int LINEAR_MINUTES = 6;
    private static final double CANARY_PERCENT = 5;
    private static final int CANARY_MINUTES = 10;
    private static final long MINUTE_MILLIS = 60_000;

    private Weights() {}

    /** Percent of the production traffic that the new revision gets with a step, from 1 on. */
    static double production(DeploymentConfiguration configuration, int step) {
        DeploymentStrategy strategy = configuration.strategy();
        if (strategy == DeploymentStrategy.LINEAR) {
            LinearConfiguration linear = configuration.linearConfiguration();
            Double told = linear == null ? null : linear.stepPercent();
            double percent = told == null ? LINEAR_PERCENT : told;
            return Math.min(ALL, Math.rint(step * percent * 10) / 10);
        }
        if (strategy == DeploymentStrategy.CANARY && step == 1) {
            CanaryConfiguration canary = configuration.canaryConfiguration();
            Double told = canary == null ? null : canary.canaryPercent();
            return told == null ? CANARY_PERCENT : told;
        }
        return ALL;
    }

    /** How long to wait after a step that was not the last one. */
    static long bakeMillis(DeploymentConfiguration configuration) {
        DeploymentStrategy strategy = configuration.strategy();
        if (strategy == DeploymentStrategy.LINEAR) {
            LinearConfiguration linear = configuration.linearConfiguration();
            Integer told = linear == null ? null : linear.stepBakeTimeInMinutes();
            return (told == null ? LINEAR_MINUTES : told) * MINUTE_MILLIS;
        }
        if (strategy == DeploymentStrategy.CANARY) {
            CanaryConfiguration canary = configuration.canaryConfiguration();
            Integer told = canary == null ? null : canary.canaryBakeTimeInMinutes();
            return (told == null ? CANARY_MINUTES : told) * MINUTE_MILLIS;
        }
        return 0;
    }

    /** How long both revisions run after the last step. */
    static long lastBakeMillis(DeploymentConfiguration configuration) {
        Integer told = configuration.bakeTimeInMinutes();
        return told == null ? 0 : told * MINUTE_MILLIS;
    }
}
