package io.gantry.worker.runtime;

import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.ContainerKey;
import java.util.Map;

/** The variables that the worker itself puts into a container, such as its metadata address. */
@FunctionalInterface
public interface InjectedEnvironment {

    /** For tests and for workers without endpoints. */
    InjectedEnvironment NONE = (_, _, _) -> Map.of();

    /**
     * The variables of a container.
     *
     * @param workerAddress at which the container reaches this machine
     */
    Map<String, String> of(ContainerKey key, AcsTask task, String workerAddress);
}
