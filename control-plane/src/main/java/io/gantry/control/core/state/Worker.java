package io.gantry.control.core.state;

import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import io.gantry.common.model.WorkerId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Tag;

/**
 * A container instance.
 *
 * @param attributes by name; an attribute without value has the empty string
 * @param total what the machine registered
 * @param reservedPorts ports that the machine registered as taken
 * @param used what placed tasks have set aside and not yet given back
 * @param usedPorts fixed host ports of those tasks
 * @param running tasks whose last status is RUNNING
 * @param pending tasks that have not reached RUNNING
 * @param session number of its latest connect: whatever carries another one is stale; 0 before the
 *     first
 * @param node the control-plane node that holds the connection, null while disconnected
 * @param version counts changes, as ECS shows it
 */
public record Worker(
        WorkerId id,
        String cluster,
        Status status,
        Map<String, String> attributes,
        List<Tag> tags,
        Resources total,
        List<HostPort> reservedPorts,
        Resources used,
        List<HostPort> usedPorts,
        int running,
        int pending,
        long session,
        @Nullable String node,
        @Nullable AgentVersion agent,
        long registeredAtMillis,
        @Nullable String clientToken,
        long version) {

    /** Whether tasks may be placed on a machine. */
    public enum Status {
        ACTIVE,
        DRAINING,
        INACTIVE
    }

    /** What the agent said of itself when it connected. */
    public record AgentVersion(
            @Nullable String version, @Nullable String hash, @Nullable String docker) {}

    public Worker {
        attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
        tags = List.copyOf(tags);
        reservedPorts = List.copyOf(reservedPorts);
        usedPorts = List.copyOf(usedPorts);
    }

    public boolean connected() {
        return node != null;
    }

    public Resources free() {
        return total.minus(used);
    }

    public boolean taken(HostPort port) {
        return usedPorts.contains(port) || reservedPorts.contains(port);
    }

    /** Sets aside what a task needs. */
    public Worker reserving(Footprint footprint) {
        var ports = new ArrayList<>(usedPorts);
        ports.addAll(footprint.ports());
        return using(used.plus(footprint.resources()), ports);
    }

    /** Gives back what a task had. */
    public Worker releasing(Footprint footprint) {
        var ports = new ArrayList<>(usedPorts);
        footprint.ports().forEach(ports::remove);
        return using(used.minus(footprint.resources()), ports);
    }

    private Worker using(Resources amount, List<HostPort> ports) {
        return new Worker(
                id,
                cluster,
                status,
                attributes,
                tags,
                total,
                reservedPorts,
                amount,
                ports,
                running,
                pending,
                session,
                node,
                agent,
                registeredAtMillis,
                clientToken,
                version + 1);
    }

    /** Moves one task from one count to another. */
    public Worker counting(Task.Status before, Task.Status after) {
        return new Worker(
                id,
                cluster,
                status,
                attributes,
                tags,
                total,
                reservedPorts,
                used,
                usedPorts,
                running + after.running() - before.running(),
                pending + after.pending() - before.pending(),
                session,
                node,
                agent,
                registeredAtMillis,
                clientToken,
                version);
    }

    public Worker connected(long newSession, String holder, AgentVersion agentVersion) {
        return new Worker(
                id,
                cluster,
                status,
                attributes,
                tags,
                total,
                reservedPorts,
                used,
                usedPorts,
                running,
                pending,
                newSession,
                holder,
                agentVersion,
                registeredAtMillis,
                clientToken,
                version + 1);
    }

    public Worker disconnected() {
        return new Worker(
                id,
                cluster,
                status,
                attributes,
                tags,
                total,
                reservedPorts,
                used,
                usedPorts,
                running,
                pending,
                session,
                null,
                agent,
                registeredAtMillis,
                clientToken,
                version + 1);
    }

    public Worker becoming(Status next) {
        return new Worker(
                id,
                cluster,
                next,
                attributes,
                tags,
                total,
                reservedPorts,
                used,
                usedPorts,
                running,
                pending,
                session,
                next == Status.INACTIVE ? null : node,
                agent,
                registeredAtMillis,
                clientToken,
                version + 1);
    }

    /** The same machine, registered once more with what it is now. */
    public Worker reregistered(
            Map<String, String> newAttributes,
            Resources newTotal,
            List<HostPort> newReservedPorts,
            @Nullable String token) {
        return new Worker(
                id,
                cluster,
                status,
                newAttributes,
                tags,
                newTotal,
                newReservedPorts,
                used,
                usedPorts,
                running,
                pending,
                session,
                node,
                agent,
                registeredAtMillis,
                token,
                version + 1);
    }
}
