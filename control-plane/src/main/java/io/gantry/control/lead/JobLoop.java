package io.gantry.control.lead;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.common.time.Timers;
import io.gantry.control.core.command.Command.PlaceJobs;
import io.gantry.control.core.command.Command.Placing;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.job.JobPlanner;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.Worker;
import io.gantry.control.core.transition.Touched;
import io.gantry.control.log.CommandLog;
import io.gantry.control.log.CommandLog.Committed;
import io.gantry.control.log.LogUnavailable;
import io.gantry.control.log.Replica;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proposes places for tasks that wait, when such tasks come, when it is their turn, or when
 * machines change that may have room for them. A cluster has at most one proposal on its way.
 */
public final class JobLoop {
    private static final Logger log = LoggerFactory.getLogger(JobLoop.class);

    /** How long to wait after a proposal was lost. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Replica replica;
    private final CommandLog commands;
    private final Timers timers;
    private final RandomGenerator random;
    private final Set<TaskId> changed = ConcurrentHashMap.newKeySet();
    private final Set<WorkerId> touched = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Map<String, Hints> hints = new HashMap<>();
    private final Set<String> inFlight = new HashSet<>();
    private volatile boolean running;

    /** Why to look at a cluster. */
    private record Hints(Set<TaskId> jobs, Set<WorkerId> workers) {
        Hints() {
            this(new HashSet<>(), new HashSet<>());
        }
    }

    public JobLoop(Replica replica, CommandLog commands, Timers timers, RandomGenerator random) {
        this.replica = replica;
        this.commands = commands;
        this.timers = timers;
        this.random = random;
    }

    /** A term begins: nothing is known, so everything that waits has to be looked at. */
    void start() {
        running = true;
        inFlight.clear();
        hints.clear();
        touchedAll();
    }

    void stop() {
        running = false;
        changed.clear();
        touched.clear();
    }

    /** May be called from any thread. */
    void touched(ClusterState state, Touched what) {
        if (!running || state.jobs().rows().size() == 0) {
            return;
        }
        changed.addAll(what.jobs());
        touched.addAll(what.workers());
        // What is kept for the tasks of a daemon is free once the daemon is gone.
        what.services().stream()
                .map(key -> state.services().get(key))
                .filter(service -> service != null && service.daemon() && !service.active())
                .map(service -> service.key().cluster())
                .distinct()
                .forEach(cluster -> touchedAll(state, cluster));
        if (!changed.isEmpty() || !touched.isEmpty()) {
            schedule();
        }
    }

    /** May be called from any thread. */
    void touchedAll() {
        if (running) {
            ClusterState state = replica.state();
            state.clusters().forEach((cluster, row) -> touchedAll(state, cluster));
            schedule();
        }
    }

    private void touchedAll(ClusterState state, String cluster) {
        state.jobs().waitingIn(cluster).map(Job::id).forEach(changed::add);
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            timers.run(this::lookAtAll);
        }
    }

    private void lookAtAll() {
        scheduled.set(false);
        ClusterState state = replica.state();
        for (TaskId id : drained(changed)) {
            Job job = state.jobs().rows().get(id);
            if (job != null && job.isWaiting()) {
                hints(job.cluster()).jobs().add(id);
            }
        }
        for (WorkerId id : drained(touched)) {
            Worker worker = state.workers().get(id);
            if (worker != null) {
                hints(worker.cluster()).workers().add(id);
            }
        }
        // Each in a task of its own: one that fails must not keep the others waiting.
        hints.keySet().forEach(cluster -> timers.run(() -> look(cluster)));
    }

    private static <T> List<T> drained(Set<T> set) {
        List<T> all = List.copyOf(set);
        all.forEach(set::remove);
        return all;
    }

    private Hints hints(String cluster) {
        return hints.computeIfAbsent(cluster, _ -> new Hints());
    }

    private void look(String cluster) {
        Hints why = running && !inFlight.contains(cluster) ? hints.remove(cluster) : null;
        if (why == null) {
            return;
        }
        JobPlanner.Step step =
                JobPlanner.next(replica.state(), cluster, why.jobs(), why.workers(), random);
        if (!step.left().isEmpty()) {
            hints(cluster).jobs().addAll(step.left());
        }
        PlaceJobs place = step.command();
        if (place != null) {
            inFlight.add(cluster);
            var _ =
                    commands.submit(place)
                            .whenComplete(
                                    (committed, failure) ->
                                            timers.run(() -> landed(place, committed, failure)));
        } else if (!step.left().isEmpty()) {
            schedule();
        }
    }

    private void landed(
            PlaceJobs place, @Nullable Committed committed, @Nullable Throwable failure) {
        inFlight.remove(place.cluster());
        if (failure != null) {
            if (!(failure instanceof LogUnavailable)) {
                log.atWarn()
                        .setCause(failure)
                        .addKeyValue("cluster", place.cluster())
                        .log("placing jobs failed");
            }
            place.placings().stream().map(Placing::task).forEach(changed::add);
            timers.after(RETRY, this::schedule);
            return;
        }
        if (committed != null
                && committed.reply() instanceof Reply.Started(_, List<TaskId> refused)) {
            changed.addAll(refused);
        }
        if (!changed.isEmpty() || hints.containsKey(place.cluster())) {
            schedule();
        }
    }
}
