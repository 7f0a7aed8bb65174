package io.gantry.worker;

import io.gantry.common.acs.AcsMessage.GantryInventoryMessage.KnownTask;
import io.gantry.common.acs.AcsMessage.GantryStreamMessage;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.time.Clock;
import io.gantry.common.time.Timers;
import io.gantry.worker.core.Agent;
import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.AgentState;
import io.gantry.worker.core.TaskReport;
import io.gantry.worker.endpoints.CredentialStore;
import io.gantry.worker.journal.Journal;
import io.gantry.worker.journal.JournalException;
import io.gantry.worker.runtime.ContainerRuntime;
import io.gantry.worker.session.WorkerTasks;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
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

    private final Agent agent;
    private final Journal journal;
    private final ContainerRuntime runtime;
    private final CredentialStore credentials;
    private final Clock clock;
    private final Timers timers;
    private final Telemetry telemetry = new Telemetry();
    private Consumer<TaskReport> reports = _ -> {};
    private Consumer<GantryStreamMessage> streams = _ -> {};
    private Timers.@Nullable Timer wake;
    private boolean stopped;
    private volatile AgentState state;

    TaskDriver(
            Agent agent,
            Journal journal,
            ContainerRuntime runtime,
            CredentialStore credentials,
            Clock clock,
            Timers timers) {
        this.agent = agent;
        this.journal = journal;
        this.runtime = runtime;
        this.credentials = credentials;
        this.clock = clock;
        this.timers = timers;
        state = journal.state();
    }

    /** Where reports go; set before the first event. */
    void reportTo(Consumer<TaskReport> newReports) {
        reports = newReports;
    }

    /** Where orders for streams go; set before the first event. */
    void streamTo(Consumer<GantryStreamMessage> newStreams) {
        streams = newStreams;
    }

    /** The latest state; may be read from any thread. */
    AgentState state() {
        return state;
    }

    /** Hands over an event from any thread. */
    void post(AgentEvent event) {
        timers.run(() -> takeUntilRemembered(event));
    }

    /** A full disk must not lose what a runtime said only once. */
    private void takeUntilRemembered(AgentEvent event) {
        try {
            take(event);
        } catch (JournalException failure) {
            log.atError().setCause(failure).log("cannot remember, trying again");
            timers.after(DISK_RETRY, () -> takeUntilRemembered(event));
        }
    }

    /** Takes nothing more; what happens from now on is found at the next start. */
    void stop() {
        stopped = true;
        if (wake != null) {
            wake.cancel();
        }
    }

    void take(AgentEvent event) {
        if (stopped) {
            return;
        }
        Agent.Step step = agent.step(state, event, clock.nowMillis());
        journal.save(step.state());
        state = step.state();
        log(event);
        step.actions().forEach(this::carryOut);
        if (wake != null) {
            wake.cancel();
        }
        Long wakeAt = step.wakeAtMillis();
        wake =
                wakeAt == null
                        ? null
                        : timers.after(
                                Duration.ofMillis(Math.max(1, wakeAt - clock.nowMillis())),
                                () -> takeUntilRemembered(new AgentEvent.Tick()));
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
                    AgentEvent.Tick _ ->
                    log.atDebug().addKeyValue("event", event).log("event");
        }
    }

    private void carryOut(AgentAction action) {
        switch (action) {
            case AgentAction.Pull pull -> runtime.pull(pull);
            case AgentAction.Create create -> runtime.create(create);
            case AgentAction.Start start -> runtime.start(start);
            case AgentAction.Stop stop -> runtime.stop(stop);
            case AgentAction.RemoveTask remove -> runtime.remove(remove);
            case AgentAction.RemoveStray stray -> {
                log.atWarn().addKeyValue("container", stray.key()).log("unknown, removed");
                runtime.removeStray(stray);
            }
            case AgentAction.Report(var report) -> reports.accept(report);
        }
    }

    @Override
    public void assign(List<AcsTask> tasks) {
        tasks.forEach(task -> take(new AgentEvent.Assigned(task)));
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
        return state.tasks()
                .values()
                .filter(task -> !task.stopWanted() && task.stoppedAtMillis() == null)
                .map(task -> task.arn())
                .toList();
    }

    @Override
    public void reportAcknowledged(String taskArn, long reportNumber) {
        takeUntilRemembered(new AgentEvent.ReportAcknowledged(taskArn, reportNumber));
    }

    @Override
    public boolean storeCredentials(
            String taskArn, String roleType, AcsTask.RoleCredentials newCredentials) {
        if (state.tasks().get(taskArn) == null) {
            return false;
        }
        credentials.put(newCredentials);
        return true;
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
