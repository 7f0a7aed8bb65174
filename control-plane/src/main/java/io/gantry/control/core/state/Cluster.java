package io.gantry.control.core.state;

import io.gantry.control.core.state.Task.Status;

/**
 * A cluster.
 *
 * @param spec what the user configured, tags included; without status and counts
 * @param active false once deleted; it stays describable for a while
 * @param instances registered container instances that are not inactive
 * @param running tasks whose last status is RUNNING
 * @param pending tasks that have not reached RUNNING
 * @param services services that are ACTIVE
 */
public record Cluster(
        String name,
        software.amazon.awssdk.services.ecs.model.Cluster spec,
        boolean active,
        int instances,
        int running,
        int pending,
        int services) {

    public Cluster withInstances(int change) {
        return new Cluster(name, spec, active, instances + change, running, pending, services);
    }

    public Cluster withServices(int change) {
        return new Cluster(name, spec, active, instances, running, pending, services + change);
    }

    /** Moves one task from one count to another; STOPPED stands for one that is not there. */
    public Cluster counting(Status before, Status after) {
        return new Cluster(
                name,
                spec,
                active,
                instances,
                running + after.running() - before.running(),
                pending + after.pending() - before.pending(),
                services);
    }

    public Cluster deleted() {
        return new Cluster(name, spec, false, instances, running, pending, services);
    }
}
