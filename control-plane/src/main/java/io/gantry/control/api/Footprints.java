package io.gantry.control.api;

import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import io.gantry.control.core.schedule.Gpus;
import io.gantry.control.core.state.Footprint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.ContainerOverride;
import software.amazon.awssdk.services.ecs.model.PortMapping;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskOverride;
import software.amazon.awssdk.services.ecs.model.TransportProtocol;

/** What a task takes of a machine, computed from its definition. */
final class Footprints {

    private Footprints() {}

    static Footprint of(TaskDefinition definition) {
        return new Footprint(
                resources(definition, TaskOverride.builder().build()),
                ports(definition),
                Capabilities.forPlacement(definition),
                Gpus.needed(definition, null));
    }

    /** The footprint of a task whose sizes and GPUs are overridden. */
    static Footprint overridden(
            Footprint footprint, TaskDefinition definition, TaskOverride overrides) {
        return new Footprint(
                resources(definition, overrides),
                footprint.ports(),
                footprint.attributes(),
                Gpus.needed(definition, overrides));
    }

    /**
     * The size of the task, else the sum of its containers: their soft limit of memory if they have
     * one.
     */
    private static Resources resources(TaskDefinition definition, TaskOverride overrides) {
        Map<String, ContainerOverride> changes = new HashMap<>();
        overrides.containerOverrides().forEach(each -> changes.put(each.name(), each));
        long cpu = 0;
        long memory = 0;
        for (ContainerDefinition container : definition.containerDefinitions()) {
            ContainerOverride change =
                    changes.getOrDefault(container.name(), ContainerOverride.builder().build());
            cpu += first(change.cpu(), container.cpu());
            memory +=
                    first(
                            change.memoryReservation(),
                            container.memoryReservation(),
                            change.memory(),
                            container.memory());
        }
        cpu = size(cpu, overrides.cpu(), definition.cpu());
        memory = size(memory, overrides.memory(), definition.memory());
        if (cpu > Integer.MAX_VALUE || memory > Integer.MAX_VALUE) {
            throw ApiErrors.client("The containers of the task need more than any machine has.");
        }
        return new Resources((int) cpu, (int) memory);
    }

    private static int first(@Nullable Integer... values) {
        for (Integer value : values) {
            if (value != null) {
                return value;
            }
        }
        return 0;
    }

    private static long size(long sum, @Nullable String override, @Nullable String task) {
        String size = override != null ? override : task;
        return size == null ? sum : Long.parseLong(size);
    }

    private static List<HostPort> ports(TaskDefinition definition) {
        var ports = new ArrayList<HostPort>();
        for (ContainerDefinition container : definition.containerDefinitions()) {
            for (PortMapping mapping : container.portMappings()) {
                Integer number = mapping.hostPort();
                if (number != null && number != 0) {
                    HostPort port =
                            mapping.protocol() == TransportProtocol.UDP
                                    ? HostPort.udp(number)
                                    : HostPort.tcp(number);
                    if (ports.contains(port)) {
                        throw ApiErrors.client(
                                "Host port " + number + " is used by more than one port mapping.");
                    }
                    ports.add(port);
                }
            }
        }
        return ports;
    }

    /** What containers set aside must fit into the task that they are part of. */
    static void checkSizes(TaskDefinition definition) {
        long cpu = 0;
        long memory = 0;
        for (ContainerDefinition container : definition.containerDefinitions()) {
            cpu += first(container.cpu());
            memory += first(container.memoryReservation(), container.memory());
            if (definition.memory() == null
                    && container.memory() == null
                    && container.memoryReservation() == null) {
                throw ApiErrors.client(
                        "Invalid setting for container '"
                                + container.name()
                                + "'. At least one of 'memory' or 'memoryReservation' must be"
                                + " specified.");
            }
        }
        if (definition.cpu() != null && cpu > Long.parseLong(definition.cpu())) {
            throw ApiErrors.client(
                    "The sum of 'cpu' of the containers exceeds the 'cpu' of the task.");
        }
        if (definition.memory() != null && memory > Long.parseLong(definition.memory())) {
            throw ApiErrors.client(
                    "The sum of the memory reservations of the containers exceeds the 'memory' of"
                            + " the task.");
        }
    }
}
