package io.gantry.control.core.rollout;

import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.Staging;
import io.gantry.control.core.state.Staging.Hook;
import io.gantry.control.core.state.Staging.Phase;
import io.gantry.control.core.state.Staging.Stage;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DeploymentStrategy;

/**
 * The stages of blue/green, linear and canary deployments, one step at a time. A stage does its
 * work, then asks its hooks, then waits.
 *
 * <p>A rollback has no stages of its own: the traffic goes back through the stages by which it
 * came, whose hooks are asked once more with the weights reversed, and then the new revision goes.
 * What a hook says by then changes nothing, as there is nothing else to go back to.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-blue-green.html">Blue/green
 *     deployments</a>
 */
public final class Stages {
    /** No stage takes longer. */
    public static final long LONGEST_STAGE_MILLIS = 24L * 60 * 60 * 1000;

    /** No deployment takes longer, whatever its hooks may wait for. */
    public static final long LONGEST_MILLIS = 30 * LONGEST_STAGE_MILLIS;

    private final ServiceDeployment row;
    private final DeploymentConfiguration configuration;
    private final Staging staging;
    private final Fleet fleet;
    private final Traffic traffic;
    private final long nowMillis;

    private Stages(
            ServiceDeployment row, Staging staging, Fleet fleet, Traffic traffic, long nowMillis) {
        this.row = row;
        this.configuration = row.configuration();
        this.staging = staging;
        this.fleet = fleet;
        this.traffic = traffic;
        this.nowMillis = nowMillis;
    }

    /** Whether deployments of that configuration go by stages. */
    public static boolean apply(@Nullable DeploymentConfiguration configuration) {
        DeploymentStrategy strategy = configuration == null ? null : configuration.strategy();
        return strategy != null
                && strategy != DeploymentStrategy.ROLLING
                && strategy != DeploymentStrategy.UNKNOWN_TO_SDK_VERSION;
    }

    /**
     * Where such a deployment begins.
     *
     * @param blue the revision that serves, 0 for none
     * @param several whether there are further ones, which have to go first
     */
    public static Staging begin(long blue, boolean several, long nowMillis) {
        return new Staging(
                blue,
                several ? Stage.RECONCILE_SERVICE : Stage.PRE_SCALE_UP,
                0,
                Phase.WORK,
                nowMillis,
                0,
                0,
                List.of(),
                false);
    }

    /** Where the way back begins. */
    public static Staging back(Staging from, long nowMillis) {
        boolean blueMayBeGone = from.stage() == Stage.CLEAN_UP;
        var turned =
                new Staging(
                        from.blue(),
                        from.stage(),
                        from.step(),
                        Phase.WORK,
                        nowMillis,
                        from.test(),
                        from.production(),
                        List.of(),
                        true);
        return blueMayBeGone
                ? at(turned, Stage.SCALE_UP, nowMillis)
                : turnedBack(turned, nowMillis);
    }

    /** The next stage on the way back, by what there still is to take back. */
    private static Staging turnedBack(Staging staging, long nowMillis) {
        if (staging.production() > 0) {
            return weighing(
                    at(staging, Stage.PRODUCTION_TRAFFIC_SHIFT, nowMillis), staging.test(), 0);
        }
        return staging.test() > 0
                ? weighing(at(staging, Stage.TEST_TRAFFIC_SHIFT, nowMillis), 0, 0)
                : at(staging, Stage.CLEAN_UP, nowMillis);
    }

    /**
     * How many tasks a revision should have.
     *
     * @param desired how many the service should have
     */
    public static int desired(Staging staging, long revision, long green, int desired) {
        boolean cleans = staging.stage() == Stage.CLEAN_UP;
        if (revision == green) {
            boolean wanted = staging.stage().compareTo(Stage.SCALE_UP) >= 0;
            return wanted && !(cleans && staging.back()) ? desired : 0;
        }
        return revision == staging.blue() && !(cleans && !staging.back()) ? desired : 0;
    }

    /** What comes next. */
    public static Step next(
            ServiceDeployment row, Staging staging, Fleet fleet, Traffic traffic, long nowMillis) {
        return new Stages(row, staging, fleet, traffic, nowMillis).next();
    }

    private Step next() {
        if (!staging.back() && nowMillis >= row.times().created() + LONGEST_MILLIS) {
            return new Step.Fail("The deployment has taken longer than 30 days.");
        }
        return switch (staging.phase()) {
            case WORK -> work();
            case HOOKS -> hooks();
            case BAKE -> bake();
        };
    }

    private Step work() {
        if (!isDone()) {
            return nowMillis >= staging.sinceMillis() + LONGEST_STAGE_MILLIS
                    ? new Step.Fail("The stage " + staging.stage() + " has timed out.")
                    : new Step.Stay();
        }
        if (staging.stage() == Stage.CLEAN_UP) {
            return new Step.Finish();
        }
        List<Hook> asked = Hooks.of(row, staging, nowMillis);
        return new Step.Go(phase(Phase.HOOKS).hooks(asked));
    }

    private boolean isDone() {
        return switch (staging.stage()) {
            case RECONCILE_SERVICE -> fleet.othersGone();
            case SCALE_UP -> staging.back() ? fleet.blueReady() : fleet.greenReady();
            case TEST_TRAFFIC_SHIFT, PRODUCTION_TRAFFIC_SHIFT ->
                    traffic.hasSettled(staging, nowMillis);
            case CLEAN_UP ->
                    fleet.othersGone() && (staging.back() ? fleet.greenGone() : fleet.blueGone());
            case PRE_SCALE_UP,
                    POST_SCALE_UP,
                    POST_TEST_TRAFFIC_SHIFT,
                    PRE_PRODUCTION_TRAFFIC_SHIFT,
                    POST_PRODUCTION_TRAFFIC_SHIFT,
                    BAKE_TIME ->
                    true;
        };
    }

    private Step hooks() {
        List<Hook> expired = Hooks.expired(staging.hooks(), nowMillis);
        if (!expired.equals(staging.hooks())) {
            return new Step.Go(staging.hooks(expired));
        }
        String failure = staging.back() ? null : Hooks.failure(staging);
        if (failure != null) {
            return new Step.Fail(failure);
        }
        return Hooks.over(staging.hooks()) ? new Step.Go(phase(Phase.BAKE)) : new Step.Stay();
    }

    private Step bake() {
        if (nowMillis < staging.sinceMillis() + bakeMillis()) {
            return new Step.Stay();
        }
        if (staging.back()) {
            return new Step.Go(turnedBack(staging, nowMillis));
        }
        return new Step.Go(forward());
    }

    /** How long the present stage waits once its hooks are over. */
    private long bakeMillis() {
        if (staging.back()) {
            return 0;
        }
        return switch (staging.stage()) {
            case PRODUCTION_TRAFFIC_SHIFT ->
                    staging.production() < Weights.ALL ? Weights.bakeMillis(configuration) : 0;
            case BAKE_TIME -> Weights.lastBakeMillis(configuration);
            default -> 0;
        };
    }

    private Staging forward() {
        return switch (staging.stage()) {
            case RECONCILE_SERVICE -> to(Stage.PRE_SCALE_UP);
            case PRE_SCALE_UP -> to(Stage.SCALE_UP);
            case SCALE_UP -> to(Stage.POST_SCALE_UP);
            case POST_SCALE_UP ->
                    weighing(to(Stage.TEST_TRAFFIC_SHIFT), Weights.ALL, staging.production());
            case TEST_TRAFFIC_SHIFT -> to(Stage.POST_TEST_TRAFFIC_SHIFT);
            case POST_TEST_TRAFFIC_SHIFT -> to(Stage.PRE_PRODUCTION_TRAFFIC_SHIFT);
            case PRE_PRODUCTION_TRAFFIC_SHIFT -> shifting();
            case PRODUCTION_TRAFFIC_SHIFT ->
                    to(
                            staging.production() < Weights.ALL
                                    ? Stage.PRE_PRODUCTION_TRAFFIC_SHIFT
                                    : Stage.POST_PRODUCTION_TRAFFIC_SHIFT);
            case POST_PRODUCTION_TRAFFIC_SHIFT -> to(Stage.BAKE_TIME);
            case BAKE_TIME, CLEAN_UP -> to(Stage.CLEAN_UP);
        };
    }

    private Staging to(Stage stage) {
        return at(staging, stage, nowMillis);
    }

    private Staging shifting() {
        Staging next = at(staging, Stage.PRODUCTION_TRAFFIC_SHIFT, nowMillis);
        int step = staging.step() + 1;
        return weighing(
                new Staging(
                        next.blue(),
                        next.stage(),
                        step,
                        next.phase(),
                        next.sinceMillis(),
                        next.test(),
                        next.production(),
                        next.hooks(),
                        next.back()),
                next.test(),
                Weights.production(configuration, step));
    }

    private Staging phase(Phase next) {
        return new Staging(
                staging.blue(),
                staging.stage(),
                staging.step(),
                next,
                nowMillis,
                staging.test(),
                staging.production(),
                staging.hooks(),
                staging.back());
    }

    private static Staging at(Staging from, Stage stage, long nowMillis) {
        return new Staging(
                from.blue(),
                stage,
                from.step(),
                Phase.WORK,
                nowMillis,
                from.test(),
                from.production(),
                List.of(),
                from.back());
    }

    private static Staging weighing(Staging from, double test, double production) {
        return new Staging(
                from.blue(),
                from.stage(),
                from.step(),
                from.phase(),
                from.sinceMillis(),
                test,
                production,
                from.hooks(),
                from.back());
    }

    /** When to look again at the latest, in milliseconds since the epoch; 0 for never. */
    public static long wakesAt(ServiceDeployment row, Staging staging) {
        var stages =
                new Stages(
                        row,
                        staging,
                        new Fleet(false, false, false, false, false),
                        Traffic.HEADLESS,
                        0);
        return switch (staging.phase()) {
            case WORK -> staging.sinceMillis() + LONGEST_STAGE_MILLIS;
            case HOOKS -> Hooks.firstExpiry(staging.hooks());
            case BAKE -> staging.sinceMillis() + stages.bakeMillis();
        };
    }
}
