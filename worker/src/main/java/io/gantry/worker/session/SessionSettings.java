package io.gantry.worker.session;

import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import java.net.URI;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a worker says of itself, and to whom.
 *
 * @param endpoints of the control plane's nodes; any one will do
 * @param cluster name or ARN
 * @param total what the machine offers to tasks
 * @param reservedPorts that tasks may not have
 * @param capabilities names of attributes without a value
 * @param attributes by name; ECS's own and custom ones
 * @param engineVersion of whatever runs the containers
 * @param gpus ids of the graphics processors that containers may be given
 */
public record SessionSettings(
        List<URI> endpoints,
        String cluster,
        Resources total,
        Set<HostPort> reservedPorts,
        List<String> capabilities,
        Map<String, String> attributes,
        String agentVersion,
        String engineVersion,
        List<String> gpus) {
    public SessionSettings {
        endpoints = List.copyOf(endpoints);
        reservedPorts = Set.copyOf(reservedPorts);
        capabilities = List.copyOf(capabilities);
        gpus = List.copyOf(gpus);
        attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
    }
}
