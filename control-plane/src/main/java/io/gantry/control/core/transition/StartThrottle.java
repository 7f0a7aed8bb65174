package io.gantry.control.core.transition;

/**
 * How long a service waits before it tries again to start tasks that do not reach RUNNING. ECS
 * publishes no table, only that the delay grows to 15 minutes; here it doubles from 10 seconds once
 * three in a row have failed.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html">Service
 *     throttle logic</a>
 */
final class StartThrottle {
    private static final int PATIENCE = 3;
    private static final long EARLY_MILLIS = 1_000;
    private static final long FIRST_MILLIS = 10_000;
    private static final long LONGEST_MILLIS = 15 * 60 * 1_000;

    private StartThrottle() {}

    /** The wait after the {@code failures}-th failure in a row. */
    static long delayMillis(int failures) {
        if (failures < PATIENCE) {
            return EARLY_MILLIS;
        }
        int doublings = Math.min(failures - PATIENCE, 10);
        return Math.min(LONGEST_MILLIS, FIRST_MILLIS << doublings);
    }

    static boolean isImpaired(int failures) {
        return failures >= PATIENCE;
    }
}
