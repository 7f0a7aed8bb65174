package io.gantry.control.core.state;

import io.gantry.control.core.state.Task.Status;

/**
 * A cluster.
 *
 * @param spec what the user configured, tags included; without status and counts
 * @param active false once deleted; it stays describable for a while
 * @param instances registered container instances that are not inactive
 * @param services services that are ACTIVE
 * @param deletedAtMillis when it was deleted; 0 for never
 */
public record Cluster(
        String name,
        software.amazon.awssdk.services.ecs.model.Cluster spec,
        boolean active,
        int instances,
        TaskCounts tasks,
        int services,
        long deletedAtMillis) {

    /** A cluster with nothing in it. */
    public static Cluster created(
            String name, software.amazon.awssdk.services.ecs.model.Cluster spec) {
        return new Cluster(name, spec, true, 0, TaskCounts.NONE, 0, 0);
    }

    public int running() {
        return tasks.running();
    }

    public int pending() {
        return tasks.pending();
    }

    public Cluster withInstances(int change) {
        return new Cluster(
                name, spec, active, instances + change, tasks, services, deletedAtMillis);
    }

    public Cluster withServices(int change) {
        return new Cluster(
                name, spec, active, instances, tasks, services + change, deletedAtMillis);
    }

    /** Moves one task from one count to another; STOPPED stands for one that is not there. */
    public Cluster counting(Status before, Status after) {
        return new Cluster(
                name,
                spec,
                active,
                instances,
                tasks.moving(before, after),
                services,
                deletedAtMillis);
    }

    /** Configured anew. */
    public Cluster with(software.amazon.awssdk.services.ecs.model.Cluster next) {
        return new Cluster(name, next, active, instances, tasks, services, deletedAtMillis);
    }

    public Cluster deleted(long nowMillis) {
        return new Cluster(name, spec, false, instances, tasks, services, nowMillis);
    }
}
