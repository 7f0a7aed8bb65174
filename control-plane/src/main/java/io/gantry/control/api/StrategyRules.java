package io.gantry.control.api;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.CanaryConfiguration;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DeploymentEarlySuccessCriteria;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHook;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHookStage;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHookTargetType;
import software.amazon.awssdk.services.ecs.model.DeploymentStrategy;
import software.amazon.awssdk.services.ecs.model.LinearConfiguration;

/**
 * What belongs to each strategy. Unlike in ECS, linear and canary deployments need no load
 * balancer: without one, they keep their times and hooks, and only the weights move.
 */
final class StrategyRules {
    private static final int MOST_BAKE_MINUTES = 1_440;
    private static final int MOST_HOOK_MINUTES = 1_440;
    private static final int MOST_PAUSE_MINUTES = 20_160;
    private static final int MOST_HOOKS = 10;
    private static final String HOOKS = "deploymentConfiguration.lifecycleHooks.";

    private static final Set<DeploymentLifecycleHookStage> NEVER_PAUSED =
            Set.of(
                    DeploymentLifecycleHookStage.TEST_TRAFFIC_SHIFT,
                    DeploymentLifecycleHookStage.PRODUCTION_TRAFFIC_SHIFT);

    private StrategyRules() {}

    /** Completes a configuration by what its strategy needs, and takes away what is others'. */
    static DeploymentConfiguration applied(
            DeploymentConfiguration.Builder merged, DeploymentConfiguration given) {
        DeploymentConfiguration before = merged.build();
        DeploymentStrategy strategy = before.strategy();
        refuseOthers(strategy, given);
        if (strategy == null || strategy == DeploymentStrategy.ROLLING) {
            return merged.lifecycleHooks((List<DeploymentLifecycleHook>) null)
                    .linearConfiguration((LinearConfiguration) null)
                    .canaryConfiguration((CanaryConfiguration) null)
                    .build();
        }
        if (given.hasLifecycleHooks()) {
            given.lifecycleHooks().forEach(StrategyRules::check);
            if (given.lifecycleHooks().size() > MOST_HOOKS) {
                throw ApiErrors.invalid(
                        "deploymentConfiguration.lifecycleHooks can have up to "
                                + MOST_HOOKS
                                + " elements.");
            }
            merged.lifecycleHooks(given.lifecycleHooks());
        }
        if (strategy == DeploymentStrategy.BLUE_GREEN && before.bakeTimeInMinutes() == null) {
            throw ApiErrors.invalid(
                    "deploymentConfiguration.bakeTimeInMinutes is required for the deployment"
                            + " strategy BLUE_GREEN.");
        }
        merged.linearConfiguration(
                strategy == DeploymentStrategy.LINEAR
                        ? linear(before.linearConfiguration(), given.linearConfiguration())
                        : null);
        merged.canaryConfiguration(
                strategy == DeploymentStrategy.CANARY
                        ? canary(before.canaryConfiguration(), given.canaryConfiguration())
                        : null);
        return merged.deploymentCircuitBreaker(each -> each.enable(false).rollback(false))
                .earlySuccessCriteria((DeploymentEarlySuccessCriteria) null)
                .build();
    }

    private static void refuseOthers(
            @Nullable DeploymentStrategy strategy, DeploymentConfiguration given) {
        boolean rolling = strategy == null || strategy == DeploymentStrategy.ROLLING;
        if (rolling && !given.lifecycleHooks().isEmpty()) {
            throw misplaced("lifecycleHooks", "ROLLING");
        }
        if (given.linearConfiguration() != null && strategy != DeploymentStrategy.LINEAR) {
            throw misplaced("linearConfiguration", String.valueOf(strategy));
        }
        if (given.canaryConfiguration() != null && strategy != DeploymentStrategy.CANARY) {
            throw misplaced("canaryConfiguration", String.valueOf(strategy));
        }
        var breaker = given.deploymentCircuitBreaker();
        if (!rolling && breaker != null && Boolean.TRUE.equals(breaker.enable())) {
            throw misplaced("deploymentCircuitBreaker", String.valueOf(strategy));
        }
        var early = given.earlySuccessCriteria();
        if (!rolling && early != null && Boolean.TRUE.equals(early.enable())) {
            throw misplaced("earlySuccessCriteria", String.valueOf(strategy));
        }
    }

    private static RuntimeException misplaced(String member, String strategy) {
        return ApiErrors.invalid(
                "deploymentConfiguration."
                        + member
                        + " can not be used with the deployment strategy "
                        + strategy
                        + ".");
    }

    private static LinearConfiguration linear(
            @Nullable LinearConfiguration before, @Nullable LinearConfiguration given) {
        var told = given != null ? given : before;
        Double percent = told == null ? null : told.stepPercent();
        Integer minutes = told == null ? null : told.stepBakeTimeInMinutes();
        DeploymentRules.within("linearConfiguration.stepPercent", percent, 3, 100);
        tenths("linearConfiguration.stepPercent", percent);
        DeploymentRules.within(
                "linearConfiguration.stepBakeTimeInMinutes", minutes, 0, MOST_BAKE_MINUTES);
        return LinearConfiguration.builder()
                .stepPercent(percent == null ? 10.0 : percent)
                .stepBakeTimeInMinutes(minutes == null ? 6 : minutes)
                .build();
    }

    private static CanaryConfiguration canary(
            @Nullable CanaryConfiguration before, @Nullable CanaryConfiguration given) {
        var told = given != null ? given : before;
        Double percent = told == null ? null : told.canaryPercent();
        Integer minutes = told == null ? null : told.canaryBakeTimeInMinutes();
        DeploymentRules.within("canaryConfiguration.canaryPercent", percent, 0.1, 100);
        tenths("canaryConfiguration.canaryPercent", percent);
        DeploymentRules.within(
                "canaryConfiguration.canaryBakeTimeInMinutes", minutes, 0, MOST_BAKE_MINUTES);
        return CanaryConfiguration.builder()
                .canaryPercent(percent == null ? 5.0 : percent)
                .canaryBakeTimeInMinutes(minutes == null ? 10 : minutes)
                .build();
    }

    private static void tenths(String member, @Nullable Double percent) {
        if (percent != null && Math.abs(percent * 10 - Math.rint(percent * 10)) > 1e-6) {
            throw ApiErrors.invalid(
                    "deploymentConfiguration." + member + " must be a multiple of 0.1.");
        }
    }

    private static void check(DeploymentLifecycleHook hook) {
        boolean pause = hook.targetType() == DeploymentLifecycleHookTargetType.PAUSE;
        if (hook.lifecycleStages().isEmpty()) {
            throw ApiErrors.invalid(HOOKS + "lifecycleStages can not be empty.");
        }
        if (pause && hook.lifecycleStages().stream().anyMatch(NEVER_PAUSED::contains)) {
            throw ApiErrors.invalid(
                    "A PAUSE hook can not be used in the stages TEST_TRAFFIC_SHIFT and"
                            + " PRODUCTION_TRAFFIC_SHIFT.");
        }
        if (!pause && !isTarget(hook.hookTargetArn())) {
            throw ApiErrors.invalid(
                    HOOKS
                            + "hookTargetArn must be the address of a webhook or the ARN of a"
                            + " function.");
        }
        if (pause && hook.hookTargetArn() != null) {
            throw ApiErrors.invalid(HOOKS + "hookTargetArn can not be used with a PAUSE hook.");
        }
        var timeout = hook.timeoutConfiguration();
        if (timeout != null) {
            DeploymentRules.within(
                    "lifecycleHooks.timeoutConfiguration.timeoutInMinutes",
                    timeout.timeoutInMinutes(),
                    1,
                    pause ? MOST_PAUSE_MINUTES : MOST_HOOK_MINUTES);
        }
    }

    private static boolean isTarget(@Nullable String target) {
        return target != null
                && (target.matches("https?://[^/ ]+.*")
                        || target.matches("arn:[^: ]+:[^: ]+:[^: ]*:[^: ]*:function:[^ ]+"));
    }
}
