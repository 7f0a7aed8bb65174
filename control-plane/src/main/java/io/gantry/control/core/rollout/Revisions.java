package io.gantry.control.core.rollout;

import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ecs.model.Service;

/**
 * Which members of a service's configuration belong to its revisions: changing them starts a
 * deployment, and a rollback brings them back. All others take effect at once.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html">UpdateService</a>
 */
public final class Revisions {

    private Revisions() {}

    private static Stream<Function<Service, Object>> members() {
        return Stream.of(
                Service::taskDefinition,
                Service::networkConfiguration,
                Service::platformVersion,
                Service::loadBalancers,
                Service::serviceRegistries);
    }

    /** Whether two configurations are those of different revisions. */
    public static boolean differ(Service one, Service other) {
        return members()
                .anyMatch(member -> !Objects.equals(member.apply(one), member.apply(other)));
    }

    /** A configuration with what belongs to the revision of an earlier one. */
    public static Service restored(Service now, Service then) {
        return now.toBuilder()
                .taskDefinition(then.taskDefinition())
                .networkConfiguration(then.networkConfiguration())
                .platformVersion(then.platformVersion())
                .platformFamily(then.platformFamily())
                .loadBalancers(then.loadBalancers())
                .serviceRegistries(then.serviceRegistries())
                .build();
    }
}
