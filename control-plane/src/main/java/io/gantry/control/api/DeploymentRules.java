package io.gantry.control.api;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DeploymentCircuitBreaker;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DeploymentEarlySuccessCriteria;
import software.amazon.awssdk.services.ecs.model.DeploymentStrategy;
import software.amazon.awssdk.services.ecs.model.ThresholdConfiguration;
import software.amazon.awssdk.services.ecs.model.ThresholdType;

/** How a service may be deployed, and what follows from what a request leaves out. */
final class DeploymentRules {
    static final int MOST_PERCENT = 10_000;

    private static final int MOST_BAKE_MINUTES = 1_440;
    private static final String PATH = "deploymentConfiguration.";
    private static final Set<String> KNOWN =
            Set.of(
                    "maximumPercent",
                    "minimumHealthyPercent",
                    "strategy",
                    "bakeTimeInMinutes",
                    "deploymentCircuitBreaker",
                    "alarms",
                    "lifecycleHooks",
                    "linearConfiguration",
                    "canaryConfiguration",
                    "earlySuccessCriteria");

    private DeploymentRules() {}

    /** What holds for a new service that says nothing of it. */
    static DeploymentConfiguration standard() {
        return DeploymentConfiguration.builder()
                .maximumPercent(200)
                .minimumHealthyPercent(100)
                .strategy(DeploymentStrategy.ROLLING)
                .deploymentCircuitBreaker(each -> each.enable(false).rollback(false))
                .build();
    }

    /** What a request makes of what held before; null for a request that says nothing. */
    static DeploymentConfiguration merged(
            DeploymentConfiguration before, @Nullable DeploymentConfiguration given) {
        if (given == null) {
            return before;
        }
        Members.refuseAllBut(KNOWN, given, PATH, ApiErrors::invalid);
        DeploymentConfiguration.Builder merged = before.toBuilder();
        if (given.maximumPercent() != null) {
            merged.maximumPercent(given.maximumPercent());
        }
        if (given.minimumHealthyPercent() != null) {
            merged.minimumHealthyPercent(given.minimumHealthyPercent());
        }
        if (given.deploymentCircuitBreaker() != null) {
            merged.deploymentCircuitBreaker(given.deploymentCircuitBreaker());
        }
        if (given.alarms() != null) {
            merged.alarms(given.alarms());
        }
        if (given.strategy() != null) {
            merged.strategy(given.strategy());
        }
        if (given.bakeTimeInMinutes() != null) {
            merged.bakeTimeInMinutes(given.bakeTimeInMinutes());
        }
        if (given.earlySuccessCriteria() != null) {
            merged.earlySuccessCriteria(given.earlySuccessCriteria());
        }
        DeploymentConfiguration result = StrategyRules.applied(merged, given);
        check(result);
        return result;
    }

    private static void check(DeploymentConfiguration result) {
        int maximum = result.maximumPercent();
        int minimum = result.minimumHealthyPercent();
        if (minimum < 0 || maximum < 1 || maximum > MOST_PERCENT || minimum > maximum) {
            throw ApiErrors.invalid(
                    "minimumHealthyPercent must be at least 0 and not above maximumPercent, which"
                            + " must be between 1 and "
                            + MOST_PERCENT
                            + ".");
        }
        within("bakeTimeInMinutes", result.bakeTimeInMinutes(), 0, MOST_BAKE_MINUTES);
        checkBreaker(result.deploymentCircuitBreaker());
        checkEarly(result.earlySuccessCriteria(), minimum);
        if (result.alarms() != null && Boolean.TRUE.equals(result.alarms().enable())) {
            throw Members.unsupported(PATH + "alarms.enable", true, ApiErrors::invalid);
        }
    }

    private static void checkBreaker(@Nullable DeploymentCircuitBreaker breaker) {
        ThresholdConfiguration threshold =
                breaker == null ? null : breaker.thresholdConfiguration();
        if (threshold == null) {
            return;
        }
        String path = "deploymentCircuitBreaker.thresholdConfiguration.value";
        if (threshold.value() == null) {
            throw ApiErrors.invalid(PATH + path + " can not be null.");
        }
        boolean counts = threshold.type() == ThresholdType.COUNT;
        within(path, threshold.value(), 1, counts ? ServiceRules.MOST_TASKS : 100);
    }

    /**
     * Whoever uses the criteria says all of them.
     *
     * @see <a
     *     href="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentEarlySuccessCriteria.html">DeploymentEarlySuccessCriteria</a>
     */
    private static void checkEarly(@Nullable DeploymentEarlySuccessCriteria criteria, int minimum) {
        if (criteria == null) {
            return;
        }
        String path = "earlySuccessCriteria.";
        required(path + "enable", criteria.enable());
        Integer percent = criteria.healthyPercent();
        within(path + "healthyPercent", percent, 0, 100);
        if (!Boolean.TRUE.equals(criteria.enable())) {
            return;
        }
        required(path + "healthyPercent", percent);
        required(
                path + "sourceServiceRevisionCleanup",
                criteria.sourceServiceRevisionCleanupAsString());
        if (percent != null && percent < minimum) {
            throw ApiErrors.invalid(
                    PATH + path + "healthyPercent must not be below minimumHealthyPercent.");
        }
    }

    private static void required(String member, @Nullable Object value) {
        if (value == null) {
            throw ApiErrors.invalid(PATH + member + " can not be null.");
        }
    }

    static void within(String member, @Nullable Integer value, int least, int most) {
        if (value != null && (value < least || value > most)) {
            throw ApiErrors.invalid(
                    PATH + member + " must be between " + least + " and " + most + ".");
        }
    }

    static void within(String member, @Nullable Double value, double least, double most) {
        if (value != null && !(value >= least && value <= most)) {
            throw ApiErrors.invalid(
                    PATH + member + " must be between " + least + " and " + most + ".");
        }
    }
}
