package io.gantry.control.core.transition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.reconcile.Reconciler;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Health;
import io.gantry.control.core.state.Task.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.HealthCheck;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

/**
 * What users are told of the end of a task. The containers {@code main} and {@code twin} are
 * essential, {@code init} and {@code side} are not.
 */
class StopCauseTest {
    private static final String EXITED = "EssentialContainerExited";
    private static final String NOT_STARTED = "TaskFailedToStart";
    private static final String ESSENTIAL = "Essential container in task exited";
    private static final String OOM = "OutOfMemoryError: Container killed due to memory usage";
    private static final String COMMAND =
            "CannotStartContainerError: Error response from daemon: exec: \"nope\": not found";
    private static final String IMAGE =
            "CannotPullContainerError: Error response from daemon: manifest unknown";
    private static final String VOLUME =
            "CannotCreateContainerError: Error response from daemon: no such volume: v";
    private static final String PORT =
            "CannotStartContainerError: Error response from daemon: port is already allocated";
    private static final String DEPENDENCY =
            "TaskDependencyError: init must succeed, and has exited with 1";
    private static final String VANISHED =
            "ContainerVanishedError: the container is gone from the engine";
    private static final String TIMEOUT =
            "DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s";
    private static final String UNRECOGNISED =
            "UnrecogniedTaskError: Error loading task - invalid port mapping";
    private static final String UNKNOWN =
            "TaskStateError: Agent could not progress task's state to stopped";
    private static final String NOT_BEGUN =
            "TaskStoppedBeforePullBeginError: Task stopped before image pull could begin for task";

    private final Lab lab = new Lab(7);
    private final WorkerId worker = lab.worker(4096, 4096, Map.of());
    private final TaskId id = start();

    private TaskId start() {
        var containers =
                Stream.of("init", "main", "twin", "side")
                        .map(
                                name ->
                                        ContainerDefinition.builder()
                                                .name(name)
                                                .image("busybox")
                                                .essential(List.of("main", "twin").contains(name))
                                                .build())
                        .toList();
        var definition =
                TaskDefinition.builder().family("app").containerDefinitions(containers).build();
        var key = lab.definition(definition, Lab.SMALL);
        return lab.started(lab.apply(lab.run(key, worker, null)));
    }

    /** Something that happens to the task. */
    interface Step extends Consumer<StopCauseTest> {}

    record Row(String what, List<Step> steps, @Nullable String code, @Nullable String why) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Row row(String what, @Nullable String code, @Nullable String why, Step... all) {
        return new Row(what, List.of(all), code, why);
    }

    private static ContainerSeen over(
            String name, @Nullable Integer exitCode, @Nullable String reason) {
        return new ContainerSeen(name, Status.STOPPED, exitCode, reason, null, null, null, null);
    }

    private static ContainerSeen up(String name) {
        return new ContainerSeen(name, Status.RUNNING, null, null, "r", null, null, null);
    }

    private static Step report(Status status, @Nullable String told, ContainerSeen... containers) {
        return test -> test.lab.report(test.id, status, told, containers);
    }

    private static Step stopped(ContainerSeen... containers) {
        return report(Status.STOPPED, null, containers);
    }

    private static Step running() {
        return report(Status.RUNNING, null, up("init"), up("main"), up("twin"), up("side"));
    }

    private static Step asked(String reason) {
        return test -> test.lab.apply(new Command.StopTask(test.id, "UserInitiated", reason));
    }

    private void deregister() {
        lab.apply(new Command.DeregisterWorker(worker, true));
    }

    static Stream<Row> afterItRan() {
        return Stream.of(
                row("out of memory", EXITED, ESSENTIAL, running(), stopped(over("main", 137, OOM))),
                row("exit code 0", EXITED, ESSENTIAL, running(), stopped(over("main", 0, null))),
                row(
                        "an essential one while others still run",
                        EXITED,
                        ESSENTIAL,
                        running(),
                        report(Status.RUNNING, null, over("main", 3, null))),
                row(
                        "vanished",
                        EXITED,
                        ESSENTIAL,
                        running(),
                        stopped(over("main", null, VANISHED))),
                row(
                        "engine down",
                        EXITED,
                        ESSENTIAL,
                        running(),
                        stopped(over("main", null, TIMEOUT))),
                row(
                        "could not be started again in place",
                        EXITED,
                        ESSENTIAL,
                        running(),
                        stopped(over("main", 127, COMMAND))),
                row(
                        "one that is not essential failed first",
                        EXITED,
                        ESSENTIAL,
                        running(),
                        report(Status.RUNNING, null, over("side", 1, OOM)),
                        stopped(over("main", 0, null))),
                row(
                        "the agent knows nothing of it any more",
                        EXITED,
                        UNKNOWN,
                        running(),
                        report(Status.STOPPED, UNKNOWN)),
                row("all in one report", EXITED, ESSENTIAL, stopped(over("main", 1, null))),
                row(
                        "one that was seen running while others were awaited",
                        EXITED,
                        ESSENTIAL,
                        report(Status.PENDING, null, up("main")),
                        stopped(over("main", null, VANISHED))),
                row("out of memory at once", EXITED, ESSENTIAL, stopped(over("main", 137, OOM))),
                row(
                        "another could not be pulled, which does not matter",
                        EXITED,
                        ESSENTIAL,
                        stopped(over("side", null, IMAGE), over("main", 0, null))),
                row(
                        "another was not pulled any more",
                        EXITED,
                        ESSENTIAL,
                        stopped(over("main", 0, null), over("twin", null, NOT_BEGUN))));
    }

    static Stream<Row> beforeItRan() {
        return Stream.of(
                row("bad command", NOT_STARTED, COMMAND, stopped(over("main", null, COMMAND))),
                row(
                        "bad command with the engine's exit code",
                        NOT_STARTED,
                        COMMAND,
                        stopped(over("main", 127, COMMAND))),
                row("bad image", NOT_STARTED, IMAGE, stopped(over("main", null, IMAGE))),
                row("missing volume", NOT_STARTED, VOLUME, stopped(over("main", null, VOLUME))),
                row("port taken", NOT_STARTED, PORT, stopped(over("main", 128, PORT))),
                row("vanished", NOT_STARTED, VANISHED, stopped(over("main", null, VANISHED))),
                row("engine down", NOT_STARTED, TIMEOUT, stopped(over("main", null, TIMEOUT))),
                row(
                        "a failure while the agent still clears up",
                        NOT_STARTED,
                        IMAGE,
                        report(Status.PENDING, null, over("main", null, IMAGE)),
                        stopped(over("twin", 137, null))),
                row(
                        "dependency failed",
                        NOT_STARTED,
                        DEPENDENCY,
                        report(Status.PENDING, null, over("init", 1, null)),
                        stopped(over("main", null, DEPENDENCY))),
                row(
                        "dependency of one that is not essential failed",
                        NOT_STARTED,
                        DEPENDENCY,
                        stopped(over("main", 143, null), over("side", null, DEPENDENCY))),
                row(
                        "the other essential one was stopped for it",
                        NOT_STARTED,
                        COMMAND,
                        stopped(over("main", 137, null), over("twin", null, COMMAND))),
                row(
                        "the reason of an essential one counts",
                        NOT_STARTED,
                        COMMAND,
                        report(Status.PENDING, null, over("init", null, IMAGE)),
                        stopped(over("main", null, COMMAND))),
                row("no reason at all", NOT_STARTED, "Task failed to start", stopped()),
                row(
                        "the agent does not understand it",
                        NOT_STARTED,
                        UNRECOGNISED,
                        report(Status.STOPPED, UNRECOGNISED)),
                row(
                        "the agent's own reason for the task",
                        NOT_STARTED,
                        "ResourceInitializationError: no space",
                        report(
                                Status.STOPPED,
                                "ResourceInitializationError: no space",
                                over("main", null, null))));
    }

    static Stream<Row> asked() {
        String forced = "Container instance deregistration forced by user";
        return Stream.of(
                row("by the user", "UserInitiated", "why", running(), asked("why")),
                row(
                        "by the user, then it exits",
                        "UserInitiated",
                        "why",
                        running(),
                        asked("why"),
                        stopped(over("main", 137, null), over("twin", 1, OOM))),
                row(
                        "by the user before it started",
                        "UserInitiated",
                        "why",
                        asked("why"),
                        report(Status.STOPPED, UNKNOWN)),
                row(
                        "by the user after the agent has forgotten it",
                        "UserInitiated",
                        "why",
                        running(),
                        asked("why"),
                        report(Status.STOPPED, UNKNOWN)),
                row(
                        "by the user while it failed to start",
                        "UserInitiated",
                        "why",
                        asked("why"),
                        stopped(over("main", null, IMAGE))),
                row(
                        "by the user after it has exited",
                        EXITED,
                        ESSENTIAL,
                        running(),
                        report(Status.RUNNING, null, over("main", 0, null)),
                        asked("why"),
                        stopped(over("twin", 143, null))),
                row("by force", "UserInitiated", forced, running(), StopCauseTest::deregister),
                row(
                        "by force before it started",
                        "UserInitiated",
                        forced,
                        StopCauseTest::deregister),
                row(
                        "by force after the user",
                        "UserInitiated",
                        "why",
                        running(),
                        asked("why"),
                        StopCauseTest::deregister));
    }

    static Stream<Row> notAtAll() {
        return Stream.of(
                row("it runs", null, null, running()),
                row(
                        "one that is not essential failed to start",
                        null,
                        null,
                        report(Status.PENDING, null, over("side", null, IMAGE)),
                        report(Status.RUNNING, null, up("init"), up("main"), up("twin"))),
                row(
                        "one that is not essential has exited",
                        null,
                        null,
                        running(),
                        report(Status.RUNNING, null, over("side", 1, OOM))),
                row(
                        "one whose work is done before others start",
                        null,
                        null,
                        report(Status.PENDING, null, over("init", 0, null))));
    }

    @ParameterizedTest
    @MethodSource({"afterItRan", "beforeItRan", "asked", "notAtAll"})
    void codeAndReason(Row row) {
        row.steps().forEach(step -> step.accept(this));
        Task task = lab.task(id);
        assertThat(task.stopCode()).isEqualTo(row.code());
        assertThat(task.stoppedReason()).isEqualTo(row.why());
        assertThat(task.wanted()).isEqualTo(row.code() == null);
        Audit.check(lab.state());
    }

    @ParameterizedTest
    @MethodSource("beforeItRan")
    void whatNeverRanHasNoTimeOfStartNorOfItsEnd(Row row) {
        row.steps().forEach(step -> step.accept(this));
        Task.Times times = lab.task(id).times();
        assertThat(times.startedAt()).isZero();
        assertThat(times.executionStoppedAt()).isZero();
        assertThat(times.stoppedAt()).isPositive();
    }

    @ParameterizedTest
    @MethodSource({"afterItRan", "beforeItRan", "asked"})
    void toldTwiceItChangesNothing(Row row) {
        row.steps().forEach(step -> step.accept(this));
        Task task = lab.task(id);
        row.steps().getLast().accept(this);
        assertThat(lab.task(id)).isEqualTo(task);
    }

    @Test
    void containersKeepTheirOwnStory() {
        running().accept(this);
        report(Status.RUNNING, null, over("side", 1, OOM)).accept(this);
        report(Status.RUNNING, null, over("side", 137, VANISHED)).accept(this);
        stopped(over("main", 137, OOM)).accept(this);
        Task task = lab.task(id);
        assertThat(task.containers())
                .extracting(Task.Container::name, Task.Container::exitCode, Task.Container::reason)
                .containsExactly(
                        tuple("init", null, null),
                        tuple("main", 137, OOM),
                        tuple("twin", null, null),
                        tuple("side", 1, OOM));
    }

    @Test
    void theSchedulerTellsAnUnhealthyTaskFromOneTooMany() {
        var check = HealthCheck.builder().command("CMD", "true").build();
        var main =
                ContainerDefinition.builder()
                        .name("main")
                        .image("busybox")
                        .essential(true)
                        .healthCheck(check)
                        .build();
        var definition =
                lab.definition(
                        TaskDefinition.builder().family("web").containerDefinitions(main).build(),
                        Lab.SMALL);
        lab.createService(definition, 2, 0, 100);
        reconcile();
        List<TaskId> tasks = lab.state().tasksOf(Lab.WEB).map(Task::id).toList();
        tasks.forEach(task -> lab.observe(task, Status.RUNNING, null));
        var ill = new ContainerSeen("main", null, null, null, null, null, null, Health.UNHEALTHY);
        lab.report(tasks.getFirst(), Status.RUNNING, null, ill);
        reconcile();
        Task unhealthy = lab.task(tasks.getFirst());
        assertThat(unhealthy.stopCode()).isEqualTo("ServiceSchedulerInitiated");
        assertThat(unhealthy.stoppedReason()).isEqualTo("Task failed container health checks");
        assertThat(lab.service().events())
                .anyMatch(
                        event ->
                                event.message()
                                        .equals(
                                                "(service web) (task "
                                                        + unhealthy.id()
                                                        + ") failed container health checks."));

        lab.updateService(definition, 0, false);
        reconcile();
        Task surplus = lab.task(tasks.getLast());
        assertThat(surplus.stopCode()).isEqualTo("ServiceSchedulerInitiated");
        assertThat(surplus.stoppedReason())
                .isEqualTo(
                        "Scaling activity initiated by (deployment "
                                + lab.service().primary().id()
                                + ")");
        lab.observe(surplus.id(), Status.STOPPED, 143);
        assertThat(lab.task(surplus.id()).stopCode()).isEqualTo("ServiceSchedulerInitiated");
    }

    @Test
    void aTaskOfAServiceThatEndsBeforeItIsSeenRunningSlowsTheNextDown() {
        lab.createService(lab.definition("quick", Lab.SMALL), 1, 0, 100);
        for (int failures = 1; failures <= 3; failures++) {
            lab.pass(Duration.ofMinutes(5));
            reconcile();
            TaskId task = lab.state().tasksOf(Lab.WEB).filter(Task::alive).toList().getFirst().id();
            // One report as the end of main is seen, one as everything is over.
            lab.report(task, Status.PENDING, null, over("main", 1, null));
            lab.report(task, Status.STOPPED, null, over("side", 137, null));
            assertThat(lab.service().primary().failed()).isEqualTo(failures);
        }
    }

    private void reconcile() {
        var plan = Reconciler.next(lab.state(), lab.service(), lab.ids, lab.random);
        if (plan != null) {
            lab.apply(plan);
        }
    }
}
