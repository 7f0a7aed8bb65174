package io.gantry.control.core.transition;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.command.Command.Observation;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What ECS tells of the points in a task's life, on every way through it. */
class TaskTimesTest {
    private final Lab lab = new Lab(1);
    private final WorkerId worker = lab.worker(1024, 1024, Map.of());
    private final TaskId task =
            lab.started(lab.apply(lab.run(lab.definition("app", Lab.SMALL), worker, null)));
    private final long created = lab.state().nowMillis();

    /**
     * Each step takes ten seconds. Times are the numbers of the steps at which they should be set,
     * 0 for never; {@code executed} is written -1 where the agent tells an earlier time.
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        // steps,                  version, started, stopping, executed, stopped, stopCode
        "'run,exit',                     3,       1,        2,        2,       2, EssentialContainerExited",
        "'run,exit-told',                3,       1,        2,       -1,       2, EssentialContainerExited",
        "'fail',                         2,       0,        1,        0,       1, TaskFailedToStart",
        "'stop,exit',                    3,       0,        1,        0,       2, UserInitiated",
        "'run,stop,exit',                4,       1,        2,        3,       3, UserInitiated",
        "'stop,run,exit',                4,       2,        1,        3,       3, UserInitiated",
        "'run,run,stop,stop,exit,exit',  4,       1,        3,        5,       5, UserInitiated",
        "'run,deregister',               3,       1,        2,        0,       2, UserInitiated",
        "'deregister',                   2,       0,        1,        0,       1, UserInitiated",
        "'stop,deregister',              3,       0,        1,        0,       2, UserInitiated",
        "'run,forgotten',                3,       1,        2,        0,       2, TerminationNotice",
        "'exit',                         2,       0,        1,        0,       1, EssentialContainerExited",
        "'run,main-exits,exit',          4,       1,        2,        3,       3, EssentialContainerExited",
    })
    void areSetOnceAndOnlyWhenTheyCome(
            String steps,
            int version,
            int started,
            int stopping,
            int executed,
            int stopped,
            String stopCode) {
        for (String step : steps.split(",", -1)) {
            lab.time.advance(Duration.ofSeconds(10));
            take(step);
        }
        Task end = lab.task(task);
        var times = end.times();
        assertThat(end.last()).isEqualTo(Status.STOPPED);
        assertThat(end.desired()).isEqualTo(Status.STOPPED);
        assertThat(end.stopCode()).isEqualTo(stopCode);
        assertThat(end.version()).isEqualTo(version);
        assertThat(times.createdAt()).isEqualTo(created);
        assertThat(times.startedAt()).as("startedAt").isEqualTo(at(started));
        assertThat(times.stoppingAt()).as("stoppingAt").isEqualTo(at(stopping));
        assertThat(times.executionStoppedAt()).as("executionStoppedAt").isEqualTo(at(executed));
        assertThat(times.stoppedAt()).as("stoppedAt").isEqualTo(at(stopped));
    }

    private long at(int step) {
        return switch (step) {
            case -1 -> created + 15_000;
            case 0 -> 0;
            default -> created + step * 10_000L;
        };
    }

    private void take(String step) {
        switch (step) {
            case "run" -> lab.observe(task, Status.RUNNING, null);
            case "exit" -> lab.observe(task, Status.STOPPED, 0);
            case "exit-told" -> report(Status.STOPPED, Status.STOPPED, 1, created + 15_000);
            case "fail" -> lab.observe(task, Status.STOPPED, null);
            case "main-exits" -> report(null, Status.STOPPED, 1, 0);
            case "stop" -> lab.apply(new Command.StopTask(task, "UserInitiated", "enough"));
            case "deregister" -> lab.apply(new Command.DeregisterWorker(worker, true));
            case "forgotten" ->
                    lab.apply(
                            new Command.ReconcileWorker(
                                    worker, lab.machine(worker).session(), List.of()));
            default -> throw new IllegalArgumentException(step);
        }
    }

    private void report(@Nullable Status status, Status main, int exitCode, long executionStopped) {
        var seen = new ContainerSeen("main", main, exitCode, null, null, null, null, null);
        lab.apply(
                new Command.ObserveTasks(
                        List.of(
                                new Observation(
                                        task,
                                        status,
                                        null,
                                        List.of(seen),
                                        0,
                                        0,
                                        executionStopped))));
    }

    @Test
    void aReportThatTellsNothingNewIsNoChange() {
        lab.observe(task, Status.RUNNING, null);
        long version = lab.task(task).version();
        lab.observe(task, Status.RUNNING, null);
        lab.observe(task, Status.PENDING, null);
        assertThat(lab.task(task).version()).isEqualTo(version);
    }

    @Test
    void anAgentThatConnectsAnewHasBeenConnectedAllTheTime() {
        long since = lab.machine(worker).connectedAtMillis();
        assertThat(since).isEqualTo(created);
        lab.time.advance(Duration.ofSeconds(10));
        long session = lab.connect(worker);
        assertThat(lab.machine(worker).connectedAtMillis()).isEqualTo(since);
        lab.apply(new Command.DisconnectWorker(worker, session));
        assertThat(lab.machine(worker).disconnectedAtMillis()).isEqualTo(created + 10_000);
        lab.time.advance(Duration.ofSeconds(10));
        lab.connect(worker);
        assertThat(lab.machine(worker).connectedAtMillis()).isEqualTo(created + 20_000);
    }
}
