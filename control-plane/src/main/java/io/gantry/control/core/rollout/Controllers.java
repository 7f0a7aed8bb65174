package io.gantry.control.core.rollout;

import io.gantry.control.core.state.Service;
import org.jspecify.annotations.Nullable;

/**
 * Who deploys a service, and when that may change. What ECS deploys becomes a task set that serves
 * no more, and the task set that serves becomes what the next deployment of ECS replaces.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-parameters.html">Deployment
 *     controller</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-deployment-controller-migration.html">Its
 *     error messages</a>
 */
public final class Controllers {
    private static final String UPDATING = "Updating the deployment controller ";

    private Controllers() {}

    /**
     * Why a service may not be deployed by another controller now; null if it may, or if it is the
     * one it has.
     *
     * @param external whether somebody else than ECS is to deploy it
     */
    public static @Nullable String refusal(Service service, boolean external) {
        if (service.external() == external) {
            return null;
        }
        if (external && service.daemon()) {
            return "The EXTERNAL deployment controller type is not supported for services using"
                    + " the DAEMON scheduling strategy.";
        }
        if (service.ongoing() != null) {
            return UPDATING
                    + "is not supported during an ongoing service deployment. Please wait for it"
                    + " to end and try again.";
        }
        if (service.deployments().size() > 1) {
            return UPDATING
                    + "is not supported when there are multiple tasksets in the service. Please"
                    + " ensure your service has only one taskset and try again.";
        }
        return external || service.primarySet() != null
                ? null
                : UPDATING
                        + "requires a primary taskset in the service. Please ensure your service"
                        + " has a primary taskset and try again.";
    }
}
