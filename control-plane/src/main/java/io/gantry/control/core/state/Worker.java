package io.gantry.control.core.state;

import io.gantry.common.acs.AcsMessage;
import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import io.gantry.common.model.WorkerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Tag;

/**
 * A container instance.
 *
 * @param version counts changes, as ECS shows it
 * @param interruptAtMillis when its tasks are stopped as its capacity is taken back; 0 for never
 * @param claims room that is made and kept for tasks to come
 * @param drain how it is emptied; null unless somebody said how
 */
public record Worker(
        WorkerId id,
        String cluster,
        Status status,
        Registration registration,
        Load load,
        Link link,
        long version,
        long interruptAtMillis,
        List<Claim> claims,
        @Nullable Drain drain) {

    public Worker {
        claims = List.copyOf(claims);
    }

    /** Whether tasks may be placed on a machine. */
    public enum Status {
        ACTIVE,
        DRAINING,
        INACTIVE
    }

    /**
     * What the machine has said that it is.
     *
     * @param attributes by name; an attribute without value has the empty string
     * @param reservedPorts ports that are taken by others than tasks
     * @param atMillis when it registered first
     * @param clientToken of the latest registration
     * @param gpus ids of its GPUs, in the order in which it named them
     */
    public record Registration(
            Map<String, String> attributes,
            List<Tag> tags,
            Resources total,
            List<HostPort> reservedPorts,
            long atMillis,
            @Nullable String clientToken,
            List<String> gpus) {
        public Registration {
            attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
            tags = List.copyOf(tags);
            reservedPorts = List.copyOf(reservedPorts);
            gpus = List.copyOf(gpus);
        }
    }

    /**
     * What its tasks take of it.
     *
     * @param used what placed tasks have set aside and not yet given back
     * @param usedPorts fixed host ports of those tasks
     * @param usedGpus ids of GPUs of those tasks, also of some that the machine no longer has
     * @param groups how many of its tasks are of which group
     */
    public record Load(
            Resources used,
            List<HostPort> usedPorts,
            TaskCounts tasks,
            List<String> usedGpus,
            Groups groups) {
        static final Load NONE =
                new Load(Resources.NONE, List.of(), TaskCounts.NONE, List.of(), Groups.NONE);

        public Load {
            usedPorts = List.copyOf(usedPorts);
            usedGpus = List.copyOf(usedGpus);
        }

        private Load plus(Footprint footprint, Collection<String> gpus) {
            var ports = new ArrayList<>(usedPorts);
            ports.addAll(footprint.ports());
            var devices = new ArrayList<>(usedGpus);
            devices.addAll(gpus);
            return new Load(used.plus(footprint.resources()), ports, tasks, devices, groups);
        }

        private Load minus(Footprint footprint, Collection<String> gpus) {
            var ports = new ArrayList<>(usedPorts);
            footprint.ports().forEach(ports::remove);
            var devices = new ArrayList<>(usedGpus);
            gpus.forEach(devices::remove);
            return new Load(used.minus(footprint.resources()), ports, tasks, devices, groups);
        }

        private Load moving(Task.Status before, Task.Status after) {
            return new Load(used, usedPorts, tasks.moving(before, after), usedGpus, groups);
        }

        private Load with(Groups next) {
            return new Load(used, usedPorts, tasks, usedGpus, next);
        }
    }

    /**
     * Its agent's connection.
     *
     * @param session number of its latest connect: whatever carries another one is stale; 0 before
     *     the first
     * @param node the control-plane node that holds the connection, null while disconnected
     * @param connectedAtMillis since when it has been connected, or was before it was disconnected;
     *     an agent that connects anew while it counts as connected has been so all the time
     * @param disconnectedAtMillis when it was disconnected last; 0 for never
     * @param silentMillis how long nothing had been heard of it when it was disconnected last
     * @param lostAtMillis when it was declared lost; 0 unless it is
     */
    public record Link(
            long session,
            @Nullable String node,
            @Nullable AgentVersion agent,
            long connectedAtMillis,
            long disconnectedAtMillis,
            long silentMillis,
            long lostAtMillis) {
        static final Link NEVER = new Link(0, null, null, 0, 0, 0, 0);

        private Link begun(long number, String holder, AgentVersion version, long nowMillis) {
            long since = node == null ? nowMillis : connectedAtMillis;
            return new Link(number, holder, version, since, disconnectedAtMillis, 0, 0);
        }

        private Link ended(long nowMillis, long silent) {
            return node == null
                    ? this
                    : new Link(session, null, agent, connectedAtMillis, nowMillis, silent, 0);
        }

        private Link lost(long nowMillis) {
            return new Link(
                    session,
                    node,
                    agent,
                    connectedAtMillis,
                    disconnectedAtMillis,
                    silentMillis,
                    nowMillis);
        }
    }

    /** What the agent said of itself when it connected. */
    public record AgentVersion(
            @Nullable String version, @Nullable String hash, @Nullable String docker) {}

    /** A machine that has just registered. */
    public static Worker registered(WorkerId id, String cluster, Registration registration) {
        return new Worker(
                id,
                cluster,
                Status.ACTIVE,
                registration,
                Load.NONE,
                Link.NEVER,
                1,
                0,
                List.of(),
                null);
    }

    public Map<String, String> attributes() {
        return registration.attributes();
    }

    public List<Tag> tags() {
        return registration.tags();
    }

    public Resources total() {
        return registration.total();
    }

    public List<HostPort> reservedPorts() {
        return registration.reservedPorts();
    }

    public long registeredAtMillis() {
        return registration.atMillis();
    }

    public @Nullable String clientToken() {
        return registration.clientToken();
    }

    public Resources used() {
        return load.used();
    }

    public List<HostPort> usedPorts() {
        return load.usedPorts();
    }

    public int running() {
        return load.tasks().running();
    }

    public int pending() {
        return load.tasks().pending();
    }

    /** Its tasks that should run, by their groups. */
    public Groups groups() {
        return load.groups();
    }

    public long session() {
        return link.session();
    }

    public @Nullable String node() {
        return link.node();
    }

    public @Nullable AgentVersion agent() {
        return link.agent();
    }

    public boolean connected() {
        return link.node() != null;
    }

    /** When its agent last went from disconnected to connected; 0 for never. */
    public long connectedAtMillis() {
        return link.connectedAtMillis();
    }

    /** When its agent last went from connected to disconnected; 0 for never. */
    public long disconnectedAtMillis() {
        return link.disconnectedAtMillis();
    }

    /** How long nothing had been heard of it when it was disconnected last. */
    public long silentMillis() {
        return link.silentMillis();
    }

    /** Whether it has been silent for so long that tasks on it are given up. */
    public boolean lost() {
        return link.lostAtMillis() != 0;
    }

    /** When it was declared lost; 0 unless it is. */
    public long lostAtMillis() {
        return link.lostAtMillis();
    }

    /** Whether it ends tasks whose lease is over, whatever happens. */
    public boolean leased() {
        return attributes().containsKey(AcsMessage.GantryLeaseMessage.CAPABILITY);
    }

    public Resources free() {
        return total().minus(used());
    }

    /** Ids of its GPUs, in the order in which it named them. */
    public List<String> gpus() {
        return registration.gpus();
    }

    public List<String> usedGpus() {
        return load.usedGpus();
    }

    /** GPUs that no task has, in the order in which they are given out. */
    public List<String> freeGpus() {
        return gpus().stream().filter(each -> !usedGpus().contains(each)).toList();
    }

    public boolean taken(HostPort port) {
        return usedPorts().contains(port) || reservedPorts().contains(port);
    }

    /** Sets aside what a task needs, and these GPUs. */
    public Worker reserving(Footprint footprint, Collection<String> gpus) {
        return next(status, registration, load.plus(footprint, gpus), link);
    }

    /** Gives back what a task had, and these GPUs. */
    public Worker releasing(Footprint footprint, Collection<String> gpus) {
        return next(status, registration, load.minus(footprint, gpus), link);
    }

    /** Moves one task from one count to another, which ECS does not count as a change. */
    public Worker counting(Task.Status before, Task.Status after) {
        return uncounted(load.moving(before, after), claims);
    }

    /** Has so many tasks of each group, which ECS does not count as a change. */
    public Worker grouping(Groups groups) {
        return uncounted(load.with(groups), claims);
    }

    /** Keeps room for these tasks to come, and for no others. */
    public Worker claimed(List<Claim> next) {
        return next.equals(claims) ? this : uncounted(load, next);
    }

    private Worker uncounted(Load nextLoad, List<Claim> nextClaims) {
        return new Worker(
                id,
                cluster,
                status,
                registration,
                nextLoad,
                link,
                version,
                interruptAtMillis,
                nextClaims,
                drain);
    }

    public Worker connected(long session, String holder, AgentVersion agent, long nowMillis) {
        return next(status, registration, load, link.begun(session, holder, agent, nowMillis));
    }

    /**
     * Its session is over.
     *
     * @param silentMillis how long nothing had been heard of it
     */
    public Worker disconnected(long nowMillis, long silentMillis) {
        return next(status, registration, load, link.ended(nowMillis, silentMillis));
    }

    /** Silent for so long that tasks on it are given up, until it connects again. */
    public Worker declaredLost(long nowMillis) {
        return next(status, registration, load, link.lost(nowMillis));
    }

    /** Takes it out of service for new tasks, or back into it, which ends any interruption. */
    public Worker becoming(Status next) {
        return next == Status.ACTIVE
                ? emptied(next, 0, null)
                : next(next, registration, load, link);
    }

    /** Its capacity is taken back at that time: it gets no more tasks. */
    public Worker interrupted(long atMillis) {
        return emptied(Status.DRAINING, atMillis, drain);
    }

    /** It is emptied so. */
    public Worker drained(Drain how) {
        return emptied(Status.DRAINING, interruptAtMillis, how);
    }

    private Worker emptied(Status next, long interruptAt, @Nullable Drain how) {
        return new Worker(
                id, cluster, next, registration, load, link, version + 1, interruptAt, claims, how);
    }

    public Worker deregistered(long nowMillis) {
        return next(Status.INACTIVE, registration, load, link.ended(nowMillis, 0));
    }

    /**
     * The same machine, registered once more with what it is now. Its tasks keep what they have,
     * even if it should now have less, and it keeps its custom attributes.
     */
    public Worker reregistered(Registration now) {
        var kept =
                new Registration(
                        CustomAttributes.kept(attributes(), now.attributes()),
                        tags(),
                        now.total(),
                        now.reservedPorts(),
                        registration.atMillis(),
                        now.clientToken(),
                        now.gpus());
        return next(status, kept, load, link);
    }

    /** With other attributes. */
    public Worker having(Map<String, String> attributes) {
        var other =
                new Registration(
                        attributes,
                        tags(),
                        total(),
                        reservedPorts(),
                        registration.atMillis(),
                        clientToken(),
                        gpus());
        return next(status, other, load, link);
    }

    /** With other tags, which ECS does not count as a change. */
    public Worker tagged(List<Tag> tags) {
        var other =
                new Registration(
                        attributes(),
                        tags,
                        total(),
                        reservedPorts(),
                        registration.atMillis(),
                        clientToken(),
                        gpus());
        return new Worker(
                id, cluster, status, other, load, link, version, interruptAtMillis, claims, drain);
    }

    private Worker next(Status status, Registration registration, Load load, Link link) {
        return new Worker(
                id,
                cluster,
                status,
                registration,
                load,
                link,
                version + 1,
                interruptAtMillis,
                claims,
                drain);
    }
}
