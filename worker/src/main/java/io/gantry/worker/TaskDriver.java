package io.gantry.worker;

import io.gantry.common.acs.AcsMessage.GantryInventoryMessage.KnownTask;
import io.gantry.common.acs.AcsMessage.GantryStreamMessage;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.TcsMessage;
import io.gantry.common.check.Check;
import io.gantry.common.time.Clock;
import io.gantry.common.time.Timers;
import io.gantry.worker.core.Agent;
import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.AgentState;
import io.gantry.worker.core.LocalTask;
import io.gantry.worker.core.TaskReport;
import io.gantry.worker.endpoints.CredentialStore;
import io.gantry.worker.fence.Fence;
import io.gantry.worker.journal.Journal;
import io.gantry.worker.journal.JournalException;
import io.gantry.worker.runtime.ContainerRuntime;
import io.gantry.worker.session.WorkerTasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the worker's state: takes events one at a time, remembers what follows from them, and then
 * has it done.
 */
final class TaskDriver implements WorkerTasks {
    private static final Logger log = LoggerFactory.getLogger(TaskDriver.class);
    private static final Duration DISK_RETRY = Duration.ofSeconds(1);

    /** So many events are remembered together at most. */
    private static final int BATCH = 128;

    private static final Duration CLOCK_INTERVAL = Duration.ofSeconds(10);
    private static final Duration LEASE_INTERVAL = Duration.ofMillis(500);

    private final Agent agent;
    private final Journal journal;
    private final ContainerRuntime runtime;
    private final CredentialStore credentials;
    private final Clock clock;
    private final Timers timers;
    private final SteadyTime time;
    private final @Nullable Fence fence;
    private final @Nullable LeasedStarts starts;
    private final Telemetry telemetry = new Telemetry();
    private Consumer<TaskReport> reports = _ -> {};
    private Consumer<String> unwell = _ -> {};
    private Consumer<GantryStreamMessage> streams = _ -> {};
    private final Queue<AgentEvent> posted = new ConcurrentLinkedQueue<>();
    private Timers.@Nullable Timer wake;
    private boolean stopped;
    private volatile AgentState state;

    TaskDriver(
            Agent agent,
            Journal journal,
            ContainerRuntime runtime,
            CredentialStore credentials,
            Clock clock,
            Timers timers,
            @Nullable Fence fence) {
        this.agent = agent;
        this.journal = journal;
        this.runtime = runtime;
        this.credentials = credentials;
        this.clock = clock;
        this.timers = timers;
        time = new SteadyTime(clock);
        this.fence = fence;
        starts = fence == null ? null : new LeasedStarts(fence, runtime, this::post);
        state = journal.state();
    }

    /**
     * Where reports go, and the names of tasks whose health has changed; set before the first
     * event.
     */
    void reportTo(Consumer<TaskReport> newReports, Consumer<String> healthChanged) {
        reports = newReports;
        unwell = healthChanged;
    }

    /** Where orders for streams go; set before the first event. */
    void streamTo(Consumer<GantryStreamMessage> newStreams) {
        streams = newStreams;
    }

    /** The latest state; may be read from any thread. */
    AgentState state() {
        return state;
    }

    /** Hands over an event from any thread. What comes at the same time is remembered together. */
    void post(AgentEvent event) {
        posted.add(event);
        timers.run(this::takePosted);
    }

    private void takePosted() {
        List<AgentEvent> batch = new ArrayList<>();
        for (AgentEvent next = posted.poll(); next != null; next = posted.poll()) {
            batch.add(next);
            if (batch.size() == BATCH) {
                break;
            }
        }
        takeUntilRemembered(batch);
    }

    /** A full disk must not lose what a runtime said only once. */
    private void takeUntilRemembered(List<AgentEvent> events) {
        try {
            take(events);
        } catch (JournalException failure) {
            log.atError().setCause(failure).log("cannot remember, trying again");
            timers.after(DISK_RETRY, () -> takeUntilRemembered(events));
        }
    }

    /** Takes nothing more; what happens from now on is found at the next start. */
    void stop() {
        stopped = true;
        if (wake != null) {
            wake.cancel();
        }
    }

    /** Takes events in their order, and has done what follows once it is all remembered. */
    void take(List<AgentEvent> events) {
        if (stopped || events.isEmpty()) {
            return;
        }
        List<AgentEvent> all = new ArrayList<>();
        long jump = time.jumpMillis();
        if (jump != 0) {
            log.atWarn().addKeyValue("by_millis", jump).log("the machine's clock was set");
            all.add(new AgentEvent.ClockJumped(jump));
        }
        // First of all, so that what has been ended from outside is known to have been.
        if (isOverdue()) {
            all.add(new AgentEvent.LeaseAged(Check.present(fence, "fence").ageMillis()));
            log.atWarn().log("the lease of this worker is over, its tasks end");
        }
        all.addAll(events);
        List<AgentAction> actions = new ArrayList<>();
        AgentState next = state;
        for (AgentEvent event : all) {
            Agent.Step step = agent.step(next, event, clock.nowMillis());
            next = step.state();
            actions.addAll(step.actions());
        }
        journal.save(next);
        state = next;
        if (jump != 0) {
            time.accept();
        }
        events.forEach(TaskDriver::log);
        actions.forEach(this::carryOut);
        LeasedStarts leased = starts;
        if (leased != null) {
            events.forEach(event -> cover(leased, event));
            leased.review(next);
        }
        wakeAt(agent.wakeAt(next));
    }

    private void cover(LeasedStarts leased, AgentEvent event) {
        if (event instanceof AgentEvent.Started started) {
            leased.began(started, state.tasks().get(started.key().taskArn()));
        } else if (event instanceof AgentEvent.Restarted) {
            leased.adopt(state);
        }
    }

    private boolean isOverdue() {
        Fence current = fence;
        if (current == null) {
            return false;
        }
        long age = current.ageMillis();
        return state.open().values().anyMatch(task -> task.outlives(age));
    }

    /** Ends tasks whose lease is over, and sees to it that somebody else would. */
    void watchLease() {
        Fence current = fence;
        if (stopped || current == null) {
            return;
        }
        timers.after(LEASE_INTERVAL, this::watchLease);
        current.watch();
        if (isOverdue()) {
            takeUntilRemembered(List.of(new AgentEvent.Tick()));
        }
    }

    @Override
    public long leaseStamp() {
        return fence == null ? 0 : fence.stamp();
    }

    @Override
    public void leaseRenewed(long stamp) {
        if (fence != null && starts != null) {
            fence.renew(stamp);
            starts.review(state);
        }
    }

    private void wakeAt(@Nullable Long millis) {
        if (wake != null) {
            wake.cancel();
        }
        wake =
                millis == null
                        ? null
                        : timers.after(
                                Duration.ofMillis(Math.max(1, millis - clock.nowMillis())),
                                () -> takeUntilRemembered(List.of(new AgentEvent.Tick())));
    }

    /** Looks at the clock now and then, so that one that was set is noticed soon. */
    void watchClock() {
        takeUntilRemembered(List.of(new AgentEvent.Tick()));
        if (!stopped) {
            timers.after(CLOCK_INTERVAL, this::watchClock);
        }
    }

    private static void log(AgentEvent event) {
        switch (event) {
            case AgentEvent.Assigned(var task) ->
                    log.atInfo()
                            .addKeyValue("task", task.arn())
                            .addKeyValue("desired", task.desiredStatus())
                            .log("assigned");
            case AgentEvent.Exited(var key, var exit) ->
                    log.atInfo()
                            .addKeyValue("task", key.taskArn())
                            .addKeyValue("container", key.containerName())
                            .addKeyValue("exit_code", exit.code())
                            .log("container ended");
            case AgentEvent.Failed(var key, var stage, var error) ->
                    log.atWarn()
                            .addKeyValue("task", key.taskArn())
                            .addKeyValue("container", key.containerName())
                            .addKeyValue("stage", stage)
                            .addKeyValue("error", error)
                            .log("container failed");
            case AgentEvent.Restarted(var found) ->
                    log.atInfo().addKeyValue("containers", found.size()).log("adopted");
            case AgentEvent.Pulled _,
                    AgentEvent.Created _,
                    AgentEvent.Started _,
                    AgentEvent.HealthChanged _,
                    AgentEvent.ReportAcknowledged _,
                    AgentEvent.Tick _,
                    AgentEvent.ClockJumped _,
                    AgentEvent.LeaseAged _ ->
                    log.atDebug().addKeyValue("event", event).log("event");
        }
    }

    private void carryOut(AgentAction action) {
        switch (action) {
            case AgentAction.Pull pull -> runtime.pull(pull);
            case AgentAction.Create create -> runtime.create(create);
            case AgentAction.Start start -> start(start);
            case AgentAction.Stop stop -> runtime.stop(stop);
            case AgentAction.RemoveTask remove -> runtime.remove(remove);
            case AgentAction.RemoveStray stray -> {
                log.atWarn().addKeyValue("container", stray.key()).log("unknown, removed");
                runtime.removeStray(stray);
            }
            case AgentAction.TellHealth(var taskArn) -> unwell.accept(taskArn);
            case AgentAction.Report(var report) -> reports.accept(report);
            case AgentAction.Release release -> {
                if (starts != null) {
                    starts.ended(release);
                }
                runtime.release(release);
            }
        }
    }

    private void start(AgentAction.Start order) {
        if (starts == null) {
            runtime.start(order);
        } else {
            starts.begin(order, state.tasks().get(order.key().taskArn()));
        }
    }

    @Override
    public void assign(List<AcsTask> tasks) {
        // The journal is on disk, where secrets do not belong.
        take(
                tasks.stream()
                        .map(task -> (AgentEvent) new AgentEvent.Assigned(task.withoutSecrets()))
                        .toList());
    }

    @Override
    public List<KnownTask> known() {
        return state.tasks()
                .values()
                .filter(task -> !task.removed())
                .map(task -> new KnownTask(task.arn(), task.status().name()))
                .toList();
    }

    @Override
    public List<String> wantedRunning() {
        return state.open()
                .values()
                .filter(task -> !task.stopWanted() && task.stoppedAtMillis() == null)
                .map(task -> task.arn())
                .toList();
    }

    @Override
    public void reportAcknowledged(String taskArn, long reportNumber) {
        post(new AgentEvent.ReportAcknowledged(taskArn, reportNumber));
    }

    @Override
    public boolean storeCredentials(
            String taskArn, String roleType, AcsTask.RoleCredentials newCredentials) {
        if (!isHere(taskArn)) {
            return false;
        }
        credentials.put(taskArn, newCredentials);
        credentials.retain(this::isHere);
        return true;
    }

    private boolean isHere(String taskArn) {
        LocalTask task = state.tasks().get(taskArn);
        return task != null && !task.removed();
    }

    @Override
    public @Nullable String containerInstanceArn() {
        return journal.identity().containerInstanceArn();
    }

    @Override
    public void registered(String containerInstanceArn) {
        if (!containerInstanceArn.equals(containerInstanceArn())) {
            journal.save(journal.identity().registeredAs(containerInstanceArn));
        }
    }

    @Override
    public long sequence() {
        return journal.identity().sequence();
    }

    @Override
    public void sequence(long reached) {
        journal.save(journal.identity().at(reached));
    }

    @Override
    public List<TcsMessage.TaskHealth> health(Set<String> taskArns) {
        return taskArns.stream()
                .flatMap(arn -> Stream.ofNullable(state.tasks().get(arn)))
                .flatMap(task -> Telemetry.health(task).stream())
                .toList();
    }

    @Override
    public void openStream(GantryStreamMessage order) {
        streams.accept(order);
    }

    @Override
    public void sample(Consumer<Sample> answer) {
        Thread.startVirtualThread(
                () -> {
                    var usage = runtime.usage();
                    boolean healthy = runtime.healthy();
                    timers.run(
                            () ->
                                    answer.accept(
                                            telemetry.sample(
                                                    state, usage, clock.nanoTime(), healthy)));
                });
    }
}
