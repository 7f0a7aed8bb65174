package io.gantry.worker.core;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainerBuilder;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.check.Check;
import io.gantry.worker.core.FoundContainer.Exit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Drives an {@link Agent} through events in virtual time and remembers what it asked for. */
final class Scenario {
    private final Agent agent;
    private final List<AgentAction> actions = new ArrayList<>();
    private AgentState state = AgentState.EMPTY;
    private @Nullable Long wakeAt;
    private long now = 1_000_000;

    Scenario() {
        this(AgentSettings.usual());
    }

    Scenario(AgentSettings settings) {
        agent = new Agent(settings);
    }

    static String arn(String id) {
        return "arn:aws:ecs:us-east-1:123456789012:task/demo/" + id;
    }

    static ContainerKey key(String task, String container) {
        return new ContainerKey(arn(task), container);
    }

    static AcsContainerBuilder container(String name) {
        return AcsContainer.of(name, "busybox");
    }

    static AcsTask task(String id, AcsContainer... containers) {
        return AcsTask.run(arn(id), "web", "1").containers(Arrays.asList(containers)).build();
    }

    Scenario take(AgentEvent event) {
        Agent.Step step = agent.step(state, event, now);
        state = step.state();
        wakeAt = agent.wakeAt(state);
        actions.addAll(step.actions());
        return this;
    }

    Scenario assign(AcsTask task) {
        return take(new AgentEvent.Assigned(task));
    }

    Scenario pulled(String task, String name) {
        return pulled(task, name, null);
    }

    Scenario pulled(String task, String name, @Nullable String digest) {
        return take(new AgentEvent.Pulled(key(task, name), digest));
    }

    Scenario created(String task, String name) {
        return take(new AgentEvent.Created(key(task, name), id(task, name)));
    }

    Scenario started(String task, String name) {
        return started(task, name, 32768);
    }

    Scenario started(String task, String name, int hostPort) {
        return take(new AgentEvent.Started(key(task, name), facts(task, name, hostPort)));
    }

    Scenario exited(String task, String name, int code) {
        return take(new AgentEvent.Exited(key(task, name), new Exit(code, null, now)));
    }

    /** Assigns {@code task} and lets all its containers start at once. */
    Scenario running(AcsTask task) {
        assign(task);
        String id = task.arn().substring(task.arn().lastIndexOf('/') + 1);
        for (AcsContainer one : task.containers()) {
            pulled(id, one.name()).created(id, one.name()).started(id, one.name());
        }
        return this;
    }

    /** Acknowledges the latest report of a task, and what follows at once. */
    Scenario acknowledge(String task) {
        LocalTask local = Check.present(state.tasks().get(arn(task)), task);
        TaskReport report = Check.present(local.inFlight(), "report");
        return take(new AgentEvent.ReportAcknowledged(arn(task), report.number()));
    }

    /** Passes time, waking the agent whenever it asked for it. */
    Scenario advance(Duration step) {
        long end = now + step.toMillis();
        while (wakeAt != null && wakeAt <= end) {
            now = Math.max(now, wakeAt);
            Long asked = wakeAt;
            take(new AgentEvent.Tick());
            Check.that(!Objects.equals(asked, wakeAt), "tick did nothing");
        }
        now = end;
        return this;
    }

    long now() {
        return now;
    }

    /** Sets the machine's clock ahead, or back, and tells the agent. */
    Scenario setClock(long aheadMillis) {
        now += aheadMillis;
        return take(new AgentEvent.ClockJumped(aheadMillis));
    }

    /** Loses everything but the state, as a restart does. */
    Scenario restart(FoundContainer... found) {
        actions.clear();
        return take(new AgentEvent.Restarted(Arrays.asList(found)));
    }

    FoundContainer foundRunning(String task, String name) {
        return new FoundContainer(key(task, name), id(task, name), facts(task, name), null);
    }

    FoundContainer foundExited(String task, String name, int code) {
        return new FoundContainer(
                key(task, name), id(task, name), facts(task, name), new Exit(code, null, now));
    }

    private RuntimeFacts facts(String task, String name) {
        return facts(task, name, 32768);
    }

    private RuntimeFacts facts(String task, String name, int hostPort) {
        return new RuntimeFacts(
                id(task, name),
                null,
                null,
                List.of(new PortBinding("0.0.0.0", 80, hostPort, "tcp")),
                null,
                now);
    }

    private static String id(String task, String name) {
        return "id-" + task + "-" + name;
    }

    AgentState state() {
        return state;
    }

    List<AgentAction> actions() {
        return actions;
    }

    List<TaskReport> reports() {
        return actions.stream()
                .filter(AgentAction.Report.class::isInstance)
                .map(action -> ((AgentAction.Report) action).report())
                .toList();
    }

    TaskReport onlyReport() {
        Check.that(reports().size() == 1, reports());
        return reports().getFirst();
    }

    TaskReport lastReport() {
        return reports().getLast();
    }

    /** Names of the containers that an action of this kind was asked for, in order. */
    List<String> done(String kind) {
        return actions.stream()
                .flatMap(
                        action ->
                                switch (action) {
                                    case AgentAction.Pull pull -> named(kind, "pull", pull.key());
                                    case AgentAction.Create create ->
                                            named(kind, "create", create.key());
                                    case AgentAction.Start start ->
                                            named(kind, "start", start.key());
                                    case AgentAction.Stop stop -> named(kind, "stop", stop.key());
                                    case AgentAction.RemoveTask remove ->
                                            kind.equals("remove")
                                                    ? remove.runtimeIds().stream()
                                                    : Stream.<String>of();
                                    case AgentAction.RemoveStray stray ->
                                            kind.equals("stray")
                                                    ? Stream.of(stray.runtimeId())
                                                    : Stream.<String>of();
                                    case AgentAction.TellHealth _ -> Stream.<String>of();
                                    case AgentAction.Report _ -> Stream.<String>of();
                                    case AgentAction.Release release ->
                                            kind.equals("release")
                                                    ? Stream.of(release.task().arn())
                                                    : Stream.<String>of();
                                })
                .toList();
    }

    private static Stream<String> named(String wanted, String kind, ContainerKey key) {
        return wanted.equals(kind) ? Stream.of(key.containerName()) : Stream.of();
    }
}
