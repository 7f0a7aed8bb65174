package io.gantry.control.core.schedule;

import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedRevision;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Worker;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which machines a managed daemon wants a task on.
 *
 * @param revision that each of them is to run
 * @param definition of its tasks
 */
public record ManagedNeed(
        ManagedDaemon daemon, ManagedRevision revision, TaskDefinitionRow definition) {

    /** What a daemon asks of machines; null for one that is being deleted. */
    public static @Nullable ManagedNeed of(ClusterState state, ManagedDaemon daemon) {
        ManagedRevision revision = state.managed().revision(daemon.key(), daemon.target());
        TaskDefinitionRow definition =
                revision == null ? null : state.taskDefinitions().get(revision.definition());
        return !daemon.active() || revision == null || definition == null
                ? null
                : new ManagedNeed(daemon, revision, definition);
    }

    /** Those of the daemons of a cluster for which other tasks have to wait. */
    static List<ManagedNeed> in(ClusterState state, String cluster) {
        return state.managed()
                .daemonsOf(cluster)
                .filter(daemon -> !daemon.stalled())
                .flatMap(daemon -> Stream.ofNullable(of(state, daemon)))
                .toList();
    }

    /** The capacity provider that brings a machine to the daemon; null if none does. */
    public @Nullable String provider(Worker worker) {
        return revision.providers().stream()
                .filter(name -> Capacity.of(Capacity.launchTypeOf(name), name).has(worker))
                .findFirst()
                .orElse(null);
    }

    /** Whether a machine is one of the daemon's, in whatever state it is. */
    public boolean suits(Worker worker) {
        return worker.status() != Worker.Status.INACTIVE
                && provider(worker) != null
                && Fit.hasAttributes(worker, definition.footprint());
    }

    /**
     * Whether a machine is to have a task, whether there is room or not: each that is active, and
     * each that drains only because a daemon is to be put in order there.
     */
    public boolean wants(ClusterState state, Worker worker) {
        return suits(worker)
                && !worker.lost()
                && (worker.status() == Worker.Status.ACTIVE
                        || state.managed().isHeld(worker.cluster(), worker.id()));
    }

    /** Whether a task of the daemon, of whatever revision, runs on a machine and may go on. */
    boolean isMet(ClusterState state, Worker worker) {
        return state.aliveOn(worker.id())
                .anyMatch(
                        task ->
                                daemon.key().equals(task.service())
                                        && task.wanted()
                                        && task.last() == Task.Status.RUNNING);
    }
}
