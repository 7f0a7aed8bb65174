package io.gantry.control.core.transition;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.NetworkBinding;

class TaskLifeTest {
    private final Lab lab = new Lab(1);
    private final WorkerId worker = lab.worker(1024, 1024, Map.of());
    private final TaskDefinitionKey definition = lab.definition("app", Lab.SMALL);

    private TaskId run() {
        return lab.started(lab.apply(lab.run(definition, worker, null)));
    }

    @Test
    void anExitOfAnEssentialContainerIsToldFromAFailureToStart() {
        TaskId ran = run();
        lab.observe(ran, Status.RUNNING, null);
        lab.observe(ran, Status.STOPPED, 3);
        assertThat(lab.task(ran).stopCode()).isEqualTo("EssentialContainerExited");
        assertThat(lab.task(ran).stoppedReason()).isEqualTo("Essential container in task exited");

        TaskId failed = run();
        lab.observe(failed, Status.STOPPED, null);
        assertThat(lab.task(failed).stopCode()).isEqualTo("TaskFailedToStart");
    }

    @Test
    void theReasonOfAStopIsTheFirstOne() {
        TaskId task = run();
        lab.observe(task, Status.RUNNING, null);
        lab.apply(new Command.StopTask(task, "UserInitiated", "enough"));
        lab.apply(new Command.StopTask(task, "UserInitiated", "really"));
        lab.observe(task, Status.STOPPED, 137);
        Task stopped = lab.task(task);
        assertThat(stopped.stopCode()).isEqualTo("UserInitiated");
        assertThat(stopped.stoppedReason()).isEqualTo("enough");
        assertThat(stopped.containers().getFirst().exitCode()).isEqualTo(137);
    }

    @Test
    void resourcesComeBackWhenTheAgentSaysSoAndNotBefore() {
        TaskId task = run();
        lab.observe(task, Status.RUNNING, null);
        lab.apply(new Command.StopTask(task, "UserInitiated", "enough"));
        assertThat(lab.machine(worker).used()).isEqualTo(Lab.SMALL.resources());
        lab.observe(task, Status.STOPPED, 0);
        assertThat(lab.machine(worker).used().cpuUnits()).isZero();
    }

    @Test
    void placementIsJudgedWhenApplied() {
        for (int i = 0; i < 4; i++) {
            run();
        }
        Reply reply = lab.apply(lab.run(definition, worker, null));
        assertThat(((Reply.Started) reply).refused()).hasSize(1);
    }

    @Test
    void aClientTokenAnswersTheSameTasksAndAnotherRequestWithItConflicts() {
        Command.RunTasks first = lab.run(definition, worker, "token");
        Reply reply = lab.apply(first);
        assertThat(lab.apply(lab.run(definition, worker, "token"))).isEqualTo(reply);
        Command.RunTasks again = lab.run(definition, worker, "token");
        var other =
                new Command.RunTasks(
                        again.cluster(),
                        again.taskDefinition(),
                        again.token(),
                        "another",
                        false,
                        again.launch(),
                        again.starts());
        assertThat(lab.apply(other)).isEqualTo(new Reply.Conflict(List.of(lab.started(reply))));
        assertThat(lab.state().tasks().size()).isEqualTo(1);
    }

    @Test
    void aCommandThatComesTwiceStartsOnce() {
        Command.RunTasks command = lab.run(definition, worker, null);
        assertThat(lab.apply(command)).isEqualTo(lab.apply(command));
        assertThat(lab.state().tasks().size()).isEqualTo(1);
    }

    /** A restart in place may bring another dynamic port, and another id where processes run. */
    @Test
    void aContainerThatStartsAgainShowsItsNewPortsAndId() {
        TaskId task = run();
        lab.report(task, Status.RUNNING, null, at("first", 32_768));
        long version = lab.task(task).version();
        lab.report(task, Status.RUNNING, null, at("second", 32_769));
        assertThat(main(task).runtimeId()).isEqualTo("second");
        assertThat(main(task).bindings()).extracting(NetworkBinding::hostPort).containsOnly(32_769);
        assertThat(lab.task(task).version()).isEqualTo(version + 1);

        lab.report(task, Status.RUNNING, null, at("second", 32_769));
        assertThat(lab.task(task).version()).as("the same again").isEqualTo(version + 1);
        lab.report(task, Status.PENDING, null, seen(Status.PENDING, "first", 32_768));
        assertThat(main(task).runtimeId()).as("overtaken").isEqualTo("second");
        assertThat(main(task).bindings()).extracting(NetworkBinding::hostPort).containsOnly(32_769);
        assertThat(lab.task(task).last()).isEqualTo(Status.RUNNING);
    }

    @Test
    void whatComesLateOfAContainerThatHasStoppedIsNotBelieved() {
        TaskId task = run();
        lab.report(task, Status.RUNNING, null, at("second", 32_769));
        lab.apply(new Command.StopTask(task, "UserInitiated", "enough"));
        var over = new ContainerSeen("main", Status.STOPPED, 137, null, "second", null, null, null);
        lab.report(task, Status.RUNNING, null, over);
        lab.report(task, Status.RUNNING, null, at("first", 32_768));
        assertThat(main(task).last()).isEqualTo(Status.STOPPED);
        assertThat(main(task).runtimeId()).isEqualTo("second");
        assertThat(main(task).bindings()).extracting(NetworkBinding::hostPort).containsOnly(32_769);
    }

    private static ContainerSeen at(String runtimeId, int port) {
        return seen(Status.RUNNING, runtimeId, port);
    }

    private static ContainerSeen seen(Status status, String runtimeId, int port) {
        var binding = NetworkBinding.builder().containerPort(80).hostPort(port).build();
        return new ContainerSeen(
                "main", status, null, null, runtimeId, null, List.of(binding), null);
    }

    private Task.Container main(TaskId task) {
        return lab.task(task).containers().getFirst();
    }

    @Test
    void stoppedTasksAreForgottenAfterAnHour() {
        TaskId task = run();
        lab.observe(task, Status.STOPPED, 0);
        lab.pass(Duration.ofMinutes(59));
        assertThat(lab.state().tasks().get(task)).isNotNull();
        lab.pass(Duration.ofMinutes(2));
        assertThat(lab.state().tasks().get(task)).isNull();
        assertThat(lab.state().tasksByWorker().size()).isZero();
    }

    @Test
    void aRunningTaskThatItsAgentDoesNotKnowIsGoneAndAPendingOneIsNot() {
        TaskId running = run();
        lab.observe(running, Status.RUNNING, null);
        TaskId pending = run();
        long session = lab.connect(worker);
        lab.apply(new Command.ReconcileWorker(worker, session, List.of()));
        assertThat(lab.task(running).last()).isEqualTo(Status.STOPPED);
        assertThat(lab.task(pending).wanted()).isTrue();
    }

    @Test
    void whatAnOldSessionSaysIsStale() {
        long old = lab.connect(worker);
        long current = lab.connect(worker);
        lab.apply(new Command.DisconnectWorker(worker, old));
        assertThat(lab.machine(worker).connected()).isTrue();
        lab.apply(new Command.DisconnectWorker(worker, current));
        assertThat(lab.machine(worker).connected()).isFalse();
    }
}
