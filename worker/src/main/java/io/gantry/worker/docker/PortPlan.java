package io.gantry.worker.docker;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.InternetProtocol;
import com.github.dockerjava.api.model.Ports;
import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.PortMapping;
import io.gantry.worker.core.PortRange;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which ports of a container show where on this machine.
 *
 * @param exposed every mapped port of the container
 * @param bindings to ports of the machine
 * @param ranges as in {@code 8000-8010/tcp}, those that were mapped as a whole
 */
record PortPlan(List<ExposedPort> exposed, Ports bindings, List<String> ranges) {
    PortPlan {
        exposed = List.copyOf(exposed);
        ranges = List.copyOf(ranges);
    }

    /**
     * Plans the mappings of {@code container}, on all addresses of both families as Amazon's agent
     * does. Whether the ports of a range are still free when the container begins only the engine
     * can say.
     *
     * @throws EngineException if no row of free ports is long enough for a range
     */
    static PortPlan of(AcsContainer container, HostPorts hostPorts) {
        List<ExposedPort> exposed = new ArrayList<>();
        List<String> ranges = new ArrayList<>();
        Ports bindings = new Ports();
        for (PortMapping mapping : container.portMappings()) {
            InternetProtocol protocol = protocol(mapping);
            String text = mapping.containerPortRange();
            if (text == null) {
                ExposedPort port = new ExposedPort(orZero(mapping.containerPort()), protocol);
                exposed.add(port);
                // Host port 0 leaves the choice to the engine, from the kernel's ephemeral range.
                bindings.bind(port, Ports.Binding.bindPort(orZero(mapping.hostPort())));
                continue;
            }
            PortRange range = PortRange.parse(text);
            int first = hostPorts.row(range.size(), protocol);
            for (int offset = 0; offset < range.size(); offset++) {
                ExposedPort port = new ExposedPort(range.first() + offset, protocol);
                exposed.add(port);
                bindings.bind(port, Ports.Binding.bindPort(first + offset));
            }
            ranges.add(text + '/' + protocol);
        }
        return new PortPlan(exposed, bindings, ranges);
    }

    private static InternetProtocol protocol(PortMapping mapping) {
        return "udp".equals(mapping.protocol()) ? InternetProtocol.UDP : InternetProtocol.TCP;
    }

    private static int orZero(@Nullable Integer number) {
        return number == null ? 0 : number;
    }

    String exposedText() {
        return exposed.stream().map(ExposedPort::toString).collect(Collectors.joining(","));
    }

    boolean hasRanges() {
        return !ranges.isEmpty();
    }
}
