package io.gantry.control.api;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.AvailabilityZoneRebalancing;
import software.amazon.awssdk.services.ecs.model.LaunchType;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;
import software.amazon.awssdk.services.ecs.model.SchedulingStrategy;
import software.amazon.awssdk.services.ecs.model.Service;

/**
 * Which services may keep their zones even. A new service does, unless it says otherwise or cannot;
 * a change keeps what was.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html">Balancing
 *     an Amazon ECS service across Availability Zones</a>
 */
final class RebalancingRules {
    private static final String ZONE = "ecs.availability-zone";
    private static final int FULL = 100;

    private RebalancingRules() {}

    /** A new service with what holds for it. */
    static Service begin(Service spec, @Nullable AvailabilityZoneRebalancing asked) {
        AvailabilityZoneRebalancing wanted =
                asked != null
                        ? asked
                        : complaint(spec) == null
                                ? AvailabilityZoneRebalancing.ENABLED
                                : AvailabilityZoneRebalancing.DISABLED;
        return checked(spec, wanted);
    }

    /** A changed service with what holds for it; one that never had the choice has it disabled. */
    static Service change(Service spec, @Nullable AvailabilityZoneRebalancing asked) {
        AvailabilityZoneRebalancing before = spec.availabilityZoneRebalancing();
        AvailabilityZoneRebalancing known =
                before == null ? AvailabilityZoneRebalancing.DISABLED : before;
        return checked(spec, asked == null ? known : asked);
    }

    private static Service checked(Service spec, AvailabilityZoneRebalancing wanted) {
        String complaint = complaint(spec);
        if (wanted == AvailabilityZoneRebalancing.ENABLED && complaint != null) {
            throw ApiErrors.invalid("Availability Zone Rebalancing does not support " + complaint);
        }
        return spec.toBuilder().availabilityZoneRebalancing(wanted).build();
    }

    /** What of a service it does not go with; null for nothing. */
    private static @Nullable String complaint(Service spec) {
        if (spec.schedulingStrategy() == SchedulingStrategy.DAEMON) {
            return "the DAEMON scheduling strategy";
        }
        if (spec.launchType() == LaunchType.EXTERNAL) {
            return "the EXTERNAL launch type";
        }
        if (!spreadsOverZones(spec.placementStrategy())) {
            return "a placement strategy that does not begin with a spread over "
                    + "attribute:"
                    + ZONE;
        }
        boolean bound =
                spec.placementConstraints().stream()
                        .anyMatch(
                                each ->
                                        each.expression() != null
                                                && each.expression().contains(ZONE));
        if (bound) {
            return "a placement constraint on " + ZONE;
        }
        Integer maximum = spec.deploymentConfiguration().maximumPercent();
        return maximum != null && maximum <= FULL ? "maximumPercent <= 100%" : null;
    }

    private static boolean spreadsOverZones(List<PlacementStrategy> strategies) {
        return strategies.isEmpty()
                || ("spread".equals(strategies.getFirst().typeAsString())
                        && ("attribute:" + ZONE).equals(strategies.getFirst().field()));
    }
}
