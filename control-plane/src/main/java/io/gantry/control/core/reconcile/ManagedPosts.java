package io.gantry.control.core.reconcile;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.schedule.Fit;
import io.gantry.control.core.schedule.ManagedNeed;
import io.gantry.control.core.schedule.Refusal;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.ManagedDeployment;
import io.gantry.control.core.state.ManagedPost;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Worker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.DaemonDeploymentConfiguration;

/** How the machines of a managed daemon stand to what it wants, and what follows for each. */
final class ManagedPosts {
    private final ClusterState state;
    private final ManagedNeed need;
    private final ManagedDaemon daemon;
    private final long nowMillis;
    private final Map<WorkerId, Task> tasks = new HashMap<>();
    private final TreeMap<WorkerId, String> starts = new TreeMap<>();
    private final List<TaskId> stops = new ArrayList<>();
    private final List<TaskId> unhealthy = new ArrayList<>();
    private final List<WorkerId> releases = new ArrayList<>();
    private final List<WorkerId> waiting = new ArrayList<>();
    private final List<WorkerId> crowded = new ArrayList<>();
    private int machines;
    private int held;
    private int busy;
    private @Nullable String note;

    ManagedPosts(ClusterState state, ManagedNeed need, long nowMillis) {
        this.state = state;
        this.need = need;
        this.daemon = need.daemon();
        this.nowMillis = nowMillis;
        state.aliveOf(daemon.key()).forEach(task -> tasks.put(task.worker(), task));
    }

    /** Takes one machine into account. */
    void look(Worker worker) {
        Task task = tasks.get(worker.id());
        if (!need.wants(state, worker)) {
            leave(worker, task);
            return;
        }
        machines++;
        ManagedPost known =
                state.managed().posts().get(new ManagedPost.Key(daemon.key(), worker.id()));
        ManagedPost post =
                known == null
                        ? ManagedPost.quiet(new ManagedPost.Key(daemon.key(), worker.id()))
                        : known;
        if (post.held() && worker.connected()) {
            held++;
        }
        if (task == null) {
            fill(worker, post);
        } else if (!task.wanted()) {
            busy++;
        } else if (task.deployment() == daemon.target()) {
            watch(worker, post, task);
        } else {
            replace(worker, post, task);
        }
    }

    /** A machine that is not the daemon's, or drains for another reason: there it stops last. */
    private void leave(Worker worker, @Nullable Task task) {
        if (task != null
                && task.wanted()
                && !worker.lost()
                && (!need.suits(worker) || !ManagedPlan.hasOthers(state, worker))) {
            stops.add(task.id());
        }
    }

    private void fill(Worker worker, ManagedPost post) {
        if (daemon.stalled() || !worker.connected()) {
            return;
        }
        if (nowMillis < post.notBeforeMillis()) {
            busy++;
            return;
        }
        Refusal.Reason full = Fit.noRoom(worker, need.definition().footprint());
        String provider = need.provider(worker);
        if (full == null && provider != null) {
            starts.put(worker.id(), provider);
            busy++;
            return;
        }
        if (note == null && full != null) {
            note = "(container-instance " + worker.id() + ") " + full.sentence() + '.';
        }
        if (post.held()) {
            busy++;
        } else {
            crowded.add(worker.id());
        }
    }

    private void watch(Worker worker, ManagedPost post, Task task) {
        if (task.health() == Task.Health.UNHEALTHY) {
            unhealthy.add(task.id());
            busy++;
        } else if (!ManagedPlan.isProved(task, nowMillis)) {
            // Nothing can be heard of a machine without connection, so nobody waits for it.
            busy += worker.connected() ? 1 : 0;
        } else if (post.held()) {
            releases.add(worker.id());
            busy++;
        }
    }

    private void replace(Worker worker, ManagedPost post, Task task) {
        if (daemon.stalled() || !worker.connected()) {
            return;
        }
        if (!post.held()) {
            waiting.add(worker.id());
            return;
        }
        busy++;
        boolean patient = nowMillis < post.heldSinceMillis() + ManagedPlan.PATIENCE_MILLIS;
        if (!patient || !ManagedPlan.hasMovable(state, worker)) {
            stops.add(task.id());
        }
    }

    Map<WorkerId, String> starts() {
        return starts;
    }

    List<TaskId> stops() {
        return stops.stream().sorted().toList();
    }

    List<TaskId> unhealthy() {
        return unhealthy.stream().sorted().toList();
    }

    List<WorkerId> releases() {
        return releases.stream().sorted().toList();
    }

    /** Whether something is under way on some machine. */
    boolean isBusy() {
        return busy > 0;
    }

    /** Whether all machines that can be heard of are as they should be. */
    boolean isDone() {
        return busy == 0 && waiting.isEmpty() && crowded.isEmpty();
    }

    /** The machines to be drained next: those without a task come first. */
    List<WorkerId> nextBatch() {
        var next = new ArrayList<>(crowded.stream().sorted().toList());
        next.addAll(waiting.stream().sorted().toList());
        return next.subList(0, Math.min(next.size(), Math.max(0, batch() - held)));
    }

    /** Between deployments, as many as the latest one may drain. */
    private int batch() {
        ManagedDeployment latest =
                state.managed()
                        .deployments()
                        .get(new ManagedDeployment.Key(daemon.key(), daemon.latest()));
        return latest == null
                ? ManagedDeployment.batch(DaemonDeploymentConfiguration.builder().build(), machines)
                : ManagedDeployment.batch(latest.configuration(), machines);
    }

    @Nullable String note() {
        return note == null ? null : "Unable to place a task: " + note;
    }
}
