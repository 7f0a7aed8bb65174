package io.gantry.worker.runtime;

import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.FoundContainer;
import java.util.List;
import java.util.Map;

/**
 * Runs containers. Orders return at once and may come from any thread; each ends in exactly one
 * event, and ends of containers are told whether or not they were ordered.
 */
public interface ContainerRuntime extends AutoCloseable {

    /** The engine's version, as the control plane shows it. */
    String version();

    /** Names of the agent capabilities that hold because of this runtime. */
    List<String> capabilities();

    /** The addresses at which this machine is reached from inside the containers. */
    List<String> workerAddresses();

    /**
     * The containers of this worker that exist, and begins to watch those that run. Blocks; called
     * once, before anything else.
     */
    List<FoundContainer> adopt();

    void pull(AgentAction.Pull order);

    void create(AgentAction.Create order);

    void start(AgentAction.Start order);

    void stop(AgentAction.Stop order);

    /** Removes without an event; what cannot be removed is logged. */
    void remove(AgentAction.RemoveTask order);

    /** Ends and removes without an event. */
    void removeStray(AgentAction.RemoveStray order);

    /** What the running containers use. Blocks, for seconds at worst. */
    Map<ContainerKey, ContainerUsage> usage();

    /** Whether the engine answers. Blocks, for seconds at worst. */
    boolean healthy();

    /** The logs and commands of its containers. */
    ContainerStreams streams();

    /** Lets go of the engine. The containers run on. */
    @Override
    void close();
}
