package io.gantry.control.core.state;

import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import java.util.List;

/**
 * What one task takes of the machine that it is placed on.
 *
 * @param resources CPU and memory to set aside: the size of the task, else the sum of its
 *     containers
 * @param ports fixed host ports; dynamic ones are not counted
 * @param attributes names of attributes that the machine must have
 * @param gpus how many GPUs its containers need together
 */
public record Footprint(
        Resources resources, List<HostPort> ports, List<String> attributes, int gpus) {
    public Footprint {
        ports = List.copyOf(ports);
        attributes = List.copyOf(attributes);
    }

    /** What a task without GPUs takes. */
    public Footprint(Resources resources, List<HostPort> ports, List<String> attributes) {
        this(resources, ports, attributes, 0);
    }
}
