package io.gantry.worker.process;

import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.PortBinding;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to run a container as a process.
 *
 * @param workingDirectory null for one of its own
 * @param stopSignal without SIG
 */
record ProcessSpec(
        ContainerKey key,
        String name,
        List<String> command,
        Map<String, String> environment,
        @Nullable String workingDirectory,
        String stopSignal,
        List<PortBinding> bindings) {
    ProcessSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        bindings = List.copyOf(bindings);
    }
}
