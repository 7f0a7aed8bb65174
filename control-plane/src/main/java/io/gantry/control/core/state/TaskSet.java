package io.gantry.control.core.state;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.AvailabilityZoneRebalancing;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.LaunchType;
import software.amazon.awssdk.services.ecs.model.Scale;
import software.amazon.awssdk.services.ecs.model.ScaleUnit;
import software.amazon.awssdk.services.ecs.model.Tag;

/**
 * What makes a deployment a task set: tasks of a service that somebody else than ECS deploys.
 * Number, definition and counts are those of the {@link Deployment}.
 *
 * @param spec what was configured: task definition, external id, launch type or strategy, platform
 *     and scale
 * @param steady whether it has had what it wants since {@code stabilityAtMillis}, or else has not
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-external.html">External
 *     deployments</a>
 */
public record TaskSet(
        software.amazon.awssdk.services.ecs.model.TaskSet spec,
        Status status,
        List<Tag> tags,
        boolean steady,
        long stabilityAtMillis) {

    /** How many a service can have. */
    public static final int MOST = 5;

    private static final double IMPRECISION = 1e-9;

    /** What a set is there for, in ECS's words. */
    public enum Status {
        /** It serves. */
        PRIMARY,
        /** It does not serve, or not yet. */
        ACTIVE,
        /** It has been deleted, and goes once its tasks have stopped. */
        DRAINING
    }

    public TaskSet {
        tags = List.copyOf(tags);
    }

    /** A new one. */
    public static TaskSet begin(
            software.amazon.awssdk.services.ecs.model.TaskSet spec,
            List<Tag> tags,
            long nowMillis) {
        return new TaskSet(spec, Status.ACTIVE, tags, false, nowMillis);
    }

    /** What the tasks of a service become that somebody else is to deploy from now on. */
    public static TaskSet of(
            software.amazon.awssdk.services.ecs.model.Service service, long nowMillis) {
        var spec =
                software.amazon.awssdk.services.ecs.model.TaskSet.builder()
                        .taskDefinition(service.taskDefinition())
                        .launchType(service.launchType())
                        .capacityProviderStrategy(strategy(service.capacityProviderStrategy()))
                        .platformVersion(service.platformVersion())
                        .platformFamily(service.platformFamily())
                        .scale(percent(100))
                        .build();
        return begin(spec, List.of(), nowMillis);
    }

    /** So many percent of the tasks of a service. */
    public static Scale percent(double value) {
        return Scale.builder().value(value).unit(ScaleUnit.PERCENT).build();
    }

    public boolean primary() {
        return status == Status.PRIMARY;
    }

    public boolean draining() {
        return status == Status.DRAINING;
    }

    /**
     * How many tasks it should have: its share of those of the service, rounded up. What binary
     * fractions are off by does not count, so that 33.3 % of 1000 tasks are 333.
     *
     * @see <a
     *     href="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html">computedDesiredCount</a>
     */
    public int computed(int desired) {
        Double percent = spec.scale() == null ? null : spec.scale().value();
        if (draining() || percent == null) {
            return 0;
        }
        double share = percent * desired / 100;
        return (int) Math.max(Math.signum(share), Math.ceil(share - IMPRECISION));
    }

    public TaskSet becoming(Status next) {
        return new TaskSet(spec, next, tags, steady, stabilityAtMillis);
    }

    public TaskSet tagged(List<Tag> next) {
        return new TaskSet(spec, status, next, steady, stabilityAtMillis);
    }

    public TaskSet scaled(Scale next) {
        return new TaskSet(
                spec.toBuilder().scale(next).build(), status, tags, steady, stabilityAtMillis);
    }

    /** Whether it has what it wants, from now on. */
    public TaskSet steady(boolean now, long nowMillis) {
        return now == steady ? this : new TaskSet(spec, status, tags, now, nowMillis);
    }

    /**
     * The configuration of its service with what the set has of its own. The percentages are always
     * the standard ones: in ECS they count only for the replacement of tasks, not for deployments.
     */
    software.amazon.awssdk.services.ecs.model.Service applied(
            software.amazon.awssdk.services.ecs.model.Service service) {
        return carried(service).toBuilder()
                .deploymentConfiguration((DeploymentConfiguration) null)
                .availabilityZoneRebalancing(
                        spec.launchType() == LaunchType.EXTERNAL
                                ? AvailabilityZoneRebalancing.DISABLED
                                : service.availabilityZoneRebalancing())
                .build();
    }

    /** The configuration of a service that shows what its primary set has. */
    public software.amazon.awssdk.services.ecs.model.Service carried(
            software.amazon.awssdk.services.ecs.model.Service service) {
        return service.toBuilder()
                .taskDefinition(spec.taskDefinition())
                .launchType(spec.launchType())
                .capacityProviderStrategy(strategy(spec.capacityProviderStrategy()))
                .platformVersion(spec.platformVersion())
                .platformFamily(spec.platformFamily())
                .build();
    }

    private static @Nullable List<CapacityProviderStrategyItem> strategy(
            List<CapacityProviderStrategyItem> strategy) {
        return strategy.isEmpty() ? null : strategy;
    }
}
