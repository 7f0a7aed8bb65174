package io.gantry.worker.endpoints;

import io.gantry.common.time.Clock;
import io.gantry.worker.core.AgentState;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.session.EcsCalls;
import io.gantry.worker.session.RequestSigner;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the endpoints need of the rest of the worker.
 *
 * @param zone the availability zone that tasks are told
 * @param secret makes the containers' ids unguessable
 * @param statistics a reading of a container as JSON, or null; may block for seconds
 * @param worker signs with the worker's own key
 */
public record EndpointParts(
        String cluster,
        String region,
        String zone,
        String secret,
        Supplier<AgentState> state,
        Supplier<@Nullable String> instanceArn,
        CredentialStore credentials,
        Function<ContainerKey, @Nullable String> statistics,
        EcsCalls calls,
        RequestSigner worker,
        Clock clock) {}
