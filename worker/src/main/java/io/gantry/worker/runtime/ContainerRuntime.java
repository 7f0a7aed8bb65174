package io.gantry.worker.runtime;

import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.FoundContainer;
import io.gantry.worker.fence.Guard;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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

    /** Lets go, without an event, of what a task needed only as long as its containers ran. */
    void release(AgentAction.Release order);

    /** Removes without an event; what cannot be removed is logged. */
    void remove(AgentAction.RemoveTask order);

    /** Ends and removes without an event. */
    void removeStray(AgentAction.RemoveStray order);

    /**
     * Removes what nobody needs any more, such as images and what other lives left over. Blocks,
     * for minutes at worst; what cannot be removed is logged.
     *
     * @param known asked after a look at what there is: the tasks that are not over, or whose
     *     containers are still to be removed
     */
    default void tidy(Supplier<? extends Collection<AcsTask>> known) {}

    /** What the running containers use. Blocks, for seconds at worst. */
    Map<ContainerKey, ContainerUsage> usage();

    /** Whether containers can be given graphics processors of the machine. */
    boolean handsOutGpus();

    /**
     * What a running container uses at this moment, in the form of the Docker engine's statistics,
     * as JSON; null if it does not run. Blocks, for seconds at worst.
     */
    @Nullable String statistics(ContainerKey key);

    /** Whether the engine answers. Blocks, for seconds at worst. */
    boolean healthy();

    /**
     * What can end containers whatever becomes of this worker; null if nothing can, in which case
     * the worker gets no leases.
     *
     * @param directory of its fence
     */
    @Nullable Guard guard(Path directory);

    /** How to end a container from outside, in the words of the guard. */
    String guardTarget(String runtimeId);

    /** The logs and commands of its containers. */
    ContainerStreams streams();

    /** Lets go of the engine. The containers run on. */
    @Override
    void close();
}
