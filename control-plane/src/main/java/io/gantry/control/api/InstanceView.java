package io.gantry.control.api;

import io.gantry.common.model.HostPort;
import io.gantry.common.model.HostPort.Protocol;
import io.gantry.common.model.Resources;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Drain;
import io.gantry.control.core.state.Rate;
import io.gantry.control.core.state.Worker;
import io.gantry.control.core.state.Worker.AgentVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Attribute;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.Resource;
import software.amazon.awssdk.services.ecs.model.VersionInfo;

/** Container instances as ECS describes them. */
final class InstanceView {
    private final Names names;

    InstanceView(ClusterState state) {
        this.names = Names.of(state);
    }

    ContainerInstance of(Worker worker, boolean tagged) {
        return ContainerInstance.builder()
                .containerInstanceArn(names.instance(worker.cluster(), worker.id()))
                .version(worker.version())
                .versionInfo(version(worker.agent()))
                .registeredResources(
                        resources(worker, worker.total(), worker.reservedPorts(), worker.gpus()))
                .remainingResources(
                        resources(worker, worker.free(), taken(worker), worker.freeGpus()))
                .status(worker.status().name())
                .statusReason(reason(worker))
                .agentConnected(worker.connected())
                .runningTasksCount(worker.groups().running())
                .pendingTasksCount(worker.pending())
                .attributes(attributes(worker))
                .registeredAt(Views.time(worker.registeredAtMillis()))
                .attachments(List.of())
                .capacityProviderName(Capacity.providerOf(worker))
                .tags(tagged ? worker.tags() : List.of())
                .build();
    }

    /** ECS says nothing here of an instance that is ACTIVE; neither do we, unless it is lost. */
    private static @Nullable String reason(Worker worker) {
        if (worker.lost()) {
            return "LOST: nothing has been heard of the agent for so long that its service tasks"
                    + " are replaced.";
        }
        Drain drain = worker.drain();
        return drain == null || worker.status() != Worker.Status.DRAINING ? null : reason(drain);
    }

    private static @Nullable String reason(Drain drain) {
        Rate pace = drain.pace();
        var parts = new ArrayList<String>();
        if (drain.deadlineAtMillis() != 0) {
            parts.add(
                    "whatever still runs is stopped at "
                            + Instant.ofEpochMilli(drain.deadlineAtMillis()));
        }
        if (pace != null) {
            parts.add("tasks of services are moved at a pace of " + pace.text());
        }
        return parts.isEmpty() ? null : "Draining: " + String.join(", ", parts) + ".";
    }

    private static VersionInfo version(@Nullable AgentVersion agent) {
        return agent == null
                ? VersionInfo.builder().build()
                : VersionInfo.builder()
                        .agentVersion(agent.version())
                        .agentHash(agent.hash())
                        .dockerVersion(agent.docker())
                        .build();
    }

    /** Ports are listed where they are taken, also among what remains. */
    private static List<HostPort> taken(Worker worker) {
        return Stream.concat(worker.reservedPorts().stream(), worker.usedPorts().stream())
                .distinct()
                .sorted()
                .toList();
    }

    /** GPUs are listed where they can be had, and only of a machine that has some. */
    private static List<Resource> resources(
            Worker worker, Resources amount, List<HostPort> ports, List<String> gpus) {
        var resources =
                List.of(
                        number("CPU", amount.cpuUnits()),
                        number("MEMORY", amount.memoryMib()),
                        set("PORTS", numbers(ports, Protocol.TCP)),
                        set("PORTS_UDP", numbers(ports, Protocol.UDP)));
        return worker.gpus().isEmpty()
                ? resources
                : Stream.concat(resources.stream(), Stream.of(set("GPU", gpus))).toList();
    }

    private static List<String> numbers(List<HostPort> ports, Protocol protocol) {
        return ports.stream()
                .filter(port -> port.protocol() == protocol)
                .map(port -> Integer.toString(port.number()))
                .toList();
    }

    private static Resource number(String name, int value) {
        return resource(name, "INTEGER").integerValue(value).build();
    }

    private static Resource set(String name, List<String> values) {
        return resource(name, "STRINGSET").integerValue(0).stringSetValue(values).build();
    }

    private static Resource.Builder resource(String name, String type) {
        return Resource.builder().name(name).type(type).doubleValue(0.0).longValue(0L);
    }

    private static List<Attribute> attributes(Worker worker) {
        var attributes = new ArrayList<Attribute>();
        worker.attributes()
                .forEach(
                        (name, value) ->
                                attributes.add(
                                        Attribute.builder()
                                                .name(name)
                                                .value(value.isEmpty() ? null : value)
                                                .build()));
        return attributes;
    }
}
