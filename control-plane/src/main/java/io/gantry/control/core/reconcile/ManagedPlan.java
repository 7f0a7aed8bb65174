package io.gantry.control.core.reconcile;

import io.gantry.common.model.IdSource;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.capacity.Platform;
import io.gantry.control.core.command.Command.AdvanceDaemon;
import io.gantry.control.core.command.Command.Start;
import io.gantry.control.core.schedule.ManagedNeed;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedDeployment;
import io.gantry.control.core.state.Provision;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionRow;
import io.gantry.control.core.state.Worker;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The next step of a managed daemon. The leader proposes that it be taken and draws the ids of its
 * tasks; whoever applies the proposal works the step out anew, so both mean the same.
 *
 * <p>A machine that runs an earlier revision is drained, with others up to the share that the
 * deployment may drain at once. Once the tasks of services have left it, or have had {@link
 * #PATIENCE_MILLIS} to do so, its task is replaced; when the new one has proved itself, the machine
 * is made active again, as nothing brings new machines in the place of old ones. A machine whose
 * daemon has stopped by itself is drained likewise until it runs again.
 */
public final class ManagedPlan {
    /**
     * How long the tasks of services may take to leave a machine. They may be unable to, and the
     * machine stays, so that they can go on.
     */
    public static final long PATIENCE_MILLIS = 60_000;

    /** How long a task without health checks must have run to be believed in. */
    public static final long PROOF_MILLIS = 10_000;

    private ManagedPlan() {}

    /** What happens to the deployment that is under way. */
    public enum Turn {
        NONE,
        /** A step begins. */
        WORK,
        /** What the step has done is watched from now on. */
        BAKE,
        /** All is done. */
        COMPLETE
    }

    /**
     * What is to be done now.
     *
     * @param starts machines that get a task, and the provider each belongs to
     * @param stops tasks that go
     * @param unhealthy tasks that go because of their health checks
     * @param drains machines to be drained
     * @param releases machines that may be used again
     * @param note what keeps the daemon from its goal, or null
     */
    public record Step(
            Map<WorkerId, String> starts,
            List<TaskId> stops,
            List<TaskId> unhealthy,
            List<WorkerId> drains,
            List<WorkerId> releases,
            Turn turn,
            @Nullable String note) {
        public Step {
            starts = new TreeMap<>(starts);
            stops = List.copyOf(stops);
            unhealthy = List.copyOf(unhealthy);
            drains = List.copyOf(drains);
            releases = List.copyOf(releases);
        }

        private boolean isNothing() {
            return starts.isEmpty()
                    && stops.isEmpty()
                    && unhealthy.isEmpty()
                    && drains.isEmpty()
                    && releases.isEmpty()
                    && turn == Turn.NONE;
        }
    }

    /** Null when there is nothing to do now. */
    public static @Nullable AdvanceDaemon next(
            ClusterState state, ManagedDaemon daemon, IdSource ids) {
        ManagedNeed need = ManagedNeed.of(state, daemon);
        if (need == null) {
            return null;
        }
        Step step = step(state, need, state.nowMillis());
        ManagedDeployment deployment = state.managed().ongoing(daemon);
        boolean news =
                deployment != null
                        && deployment.rollback() == null
                        && !Objects.equals(step.note(), deployment.reason());
        if (step.isNothing() && !news) {
            return null;
        }
        return new AdvanceDaemon(
                daemon.key(), daemon.version(), starts(step, need.definition(), ids));
    }

    private static List<Start> starts(Step step, TaskDefinitionRow definition, IdSource ids) {
        return step.starts().entrySet().stream()
                .limit(Reconciler.MAX_STARTS)
                .map(
                        each ->
                                new Start(
                                        ids.task(),
                                        each.getKey(),
                                        Launches.containers(definition, ids),
                                        provision(each.getValue())))
                .toList();
    }

    private static Provision provision(String provider) {
        return new Provision(provider, Platform.of(Capacity.launchTypeOf(provider), null), false);
    }

    /** The step of a daemon in a state, at a time that may be later. */
    public static Step step(ClusterState state, ManagedNeed need, long nowMillis) {
        var posts = new ManagedPosts(state, need, nowMillis);
        state.eachWorkerOf(need.daemon().key().cluster(), posts::look);
        ManagedDeployment deployment = state.managed().ongoing(need.daemon());
        Turn turn = deployment == null ? Turn.NONE : turn(deployment, posts, nowMillis);
        List<WorkerId> drains =
                posts.isBusy()
                                || need.daemon().stalled()
                                || (deployment != null && turn != Turn.WORK)
                        ? List.of()
                        : posts.nextBatch();
        return new Step(
                posts.starts(),
                posts.stops(),
                posts.unhealthy(),
                drains,
                posts.releases(),
                turn,
                posts.note());
    }

    private static Turn turn(ManagedDeployment deployment, ManagedPosts posts, long nowMillis) {
        long bakeUntil = deployment.bakeUntilMillis();
        if (posts.isBusy()) {
            return bakeUntil == 0 ? Turn.NONE : Turn.WORK;
        }
        if (bakeUntil == 0) {
            return Turn.BAKE;
        }
        if (nowMillis < bakeUntil) {
            return Turn.NONE;
        }
        return posts.isDone() ? Turn.COMPLETE : Turn.WORK;
    }

    /** Whether a task has shown that its revision is good. */
    public static boolean isProved(Task task, long nowMillis) {
        long started = task.times().startedAt();
        return task.wanted()
                && task.last() == Task.Status.RUNNING
                && task.passing()
                && (task.checked() || started + PROOF_MILLIS <= nowMillis);
    }

    /** Whether a worker has tasks that draining moves to others. */
    static boolean hasMovable(ClusterState state, Worker worker) {
        return state.aliveOn(worker.id())
                .anyMatch(
                        task ->
                                task.service() != null
                                        && !task.service().isDaemon()
                                        && state.daemons().get(task.service()) == null);
    }

    /** Whether a worker has tasks of others than managed daemons, which go before those. */
    static boolean hasOthers(ClusterState state, Worker worker) {
        return state.aliveOn(worker.id())
                .anyMatch(task -> task.service() == null || !task.service().isDaemon());
    }
}
