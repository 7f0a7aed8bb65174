package io.gantry.control.lead;

import io.gantry.common.model.IdSource;
import io.gantry.common.time.Timers;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.CommitPlan;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.reconcile.Lanes;
import io.gantry.control.core.reconcile.ManagedPlan;
import io.gantry.control.core.reconcile.Reconciler;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.ManagedDaemon;
import io.gantry.control.core.state.Priority;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceKey;
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
 * Proposes the next step of every service that somebody touched. Notices only say where to look, so
 * a burst of them costs one look; a service has at most one plan on its way.
 */
public final class ServiceLoop {
    private static final Logger log = LoggerFactory.getLogger(ServiceLoop.class);

    /** How often services that lack tasks look for room that has become free. */
    static final Duration RETRY = Duration.ofSeconds(1);

    private final Replica replica;
    private final CommandLog commands;
    private final Timers timers;
    private final IdSource ids;
    private final RandomGenerator random;
    private final Set<ServiceKey> dirty = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Set<ServiceKey> inFlight = new HashSet<>();
    private final Set<ServiceKey> lacking = new HashSet<>();
    private volatile boolean running;
    private boolean retrying;

    public ServiceLoop(
            Replica replica,
            CommandLog commands,
            Timers timers,
            IdSource ids,
            RandomGenerator random) {
        this.replica = replica;
        this.commands = commands;
        this.timers = timers;
        this.ids = ids;
        this.random = random;
    }

    /** A term begins: nothing is known, so every service has to be looked at. */
    void start() {
        running = true;
        // A plan of an earlier term may still land. Two plans on their way do no harm: the
        // service's
        // version lets one of them in.
        inFlight.clear();
        lacking.clear();
        touchedAll();
    }

    void stop() {
        running = false;
        dirty.clear();
    }

    /** May be called from any thread. */
    void touched(Touched touched) {
        if (running && !touched.services().isEmpty()) {
            dirty.addAll(touched.services());
            schedule();
        }
    }

    /** May be called from any thread. */
    void touchedAll() {
        if (running) {
            replica.state().services().forEach((key, service) -> dirty.add(key));
            replica.state().managed().daemons().forEach((key, daemon) -> dirty.add(key));
            schedule();
        }
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            timers.run(this::lookAtDirty);
        }
    }

    private void lookAtDirty() {
        scheduled.set(false);
        // Each in a task of its own: one that fails must not keep the others waiting.
        inOrder().forEach(key -> timers.run(() -> lookIfDirty(key)));
    }

    /** What is scarce goes to the most important ones: they are planned first. */
    private List<ServiceKey> inOrder() {
        ClusterState state = replica.state();
        var priorities = new HashMap<ServiceKey, Integer>();
        dirty.forEach(
                key -> {
                    Service service = state.services().get(key);
                    priorities.put(key, service == null ? 0 : Priority.of(state, service));
                });
        return priorities.entrySet().stream()
                .sorted(
                        Map.Entry.<ServiceKey, Integer>comparingByValue()
                                .reversed()
                                .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private void lookIfDirty(ServiceKey key) {
        if (running && !inFlight.contains(key) && dirty.remove(key)) {
            look(key);
        }
    }

    private void look(ServiceKey key) {
        ClusterState state = replica.state();
        if (key.isDaemon()) {
            lookAtDaemon(state, state.managed().daemons().get(key));
            return;
        }
        Service service = state.services().get(key);
        if (service == null || !service.active()) {
            lacking.remove(key);
            return;
        }
        CommitPlan plan = Reconciler.next(state, service, ids, random);
        remember(key, Lanes.missing(state, service) > starts(plan));
        if (plan != null) {
            submit(key, plan);
        }
    }

    private void lookAtDaemon(ClusterState state, @Nullable ManagedDaemon daemon) {
        Command step = daemon == null ? null : ManagedPlan.next(state, daemon, ids);
        if (daemon != null && step != null) {
            submit(daemon.key(), step);
        }
    }

    private void submit(ServiceKey key, Command plan) {
        inFlight.add(key);
        var _ =
                commands.submit(plan)
                        .whenComplete(
                                (committed, failure) ->
                                        timers.run(() -> landed(key, committed, failure)));
    }

    private static int starts(@Nullable CommitPlan plan) {
        return plan == null ? 0 : plan.starts().size();
    }

    private void landed(
            ServiceKey key, @Nullable Committed committed, @Nullable Throwable failure) {
        inFlight.remove(key);
        if (failure != null) {
            if (!(failure instanceof LogUnavailable)) {
                log.atWarn().setCause(failure).addKeyValue("service", key).log("plan failed");
            }
            remember(key, true);
            return;
        }
        boolean again =
                committed != null
                        && switch (committed.reply()) {
                            case Reply.Refused refused -> true;
                            case Reply.Started started -> !started.refused().isEmpty();
                            default -> false;
                        };
        if (again) {
            dirty.add(key);
        }
        if (dirty.contains(key)) {
            schedule();
        }
    }

    /** Services that lack something look again from time to time, as room may become free. */
    private void remember(ServiceKey key, boolean lacks) {
        if (!lacks) {
            lacking.remove(key);
        } else if (lacking.add(key) && !retrying) {
            retrying = true;
            timers.after(RETRY, this::retry);
        }
    }

    private void retry() {
        retrying = false;
        if (running && !lacking.isEmpty()) {
            dirty.addAll(lacking);
            lacking.clear();
            schedule();
        }
    }
}
