package io.gantry.control.api;

import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Worker;
import software.amazon.awssdk.services.ecs.model.MissingVersionException;
import software.amazon.awssdk.services.ecs.model.NoUpdateAvailableException;
import software.amazon.awssdk.services.ecs.model.UpdateContainerAgentRequest;
import software.amazon.awssdk.services.ecs.model.UpdateContainerAgentResponse;

/**
 * Updates of agents. Agents are installed and replaced with the machines that they run on, so there
 * is never a newer one to be had from here.
 */
final class AgentUpdates {
    private final Quorum quorum;

    AgentUpdates(Quorum quorum) {
        this.quorum = quorum;
    }

    UpdateContainerAgentResponse update(UpdateContainerAgentRequest request) {
        ClusterState state = quorum.fresh();
        var refs = new Refs(Names.of(state));
        String cluster = refs.cluster(state, request.cluster()).name();
        Worker worker =
                ContainerInstances.find(
                        state, refs.instance(cluster, request.containerInstance()), cluster);
        if (worker == null) {
            throw ApiErrors.invalid("The specified container instance does not exist.");
        }
        if (worker.status() == Worker.Status.INACTIVE) {
            throw ApiErrors.client(
                    "The specified container instance is inactive. Specify an active container"
                            + " instance and try again.");
        }
        Worker.AgentVersion agent = worker.agent();
        if (agent == null || agent.version() == null) {
            throw MissingVersionException.builder()
                    .message(
                            "The container agent does not report its version, so it cannot be"
                                    + " updated.")
                    .build();
        }
        throw NoUpdateAvailableException.builder()
                .message("There is no update available for your container agent.")
                .build();
    }
}
