package io.gantry.control.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gantry.common.acs.AcsMessage.GantryStreamMessage;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.World;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.stream.StreamAsk.Kind;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class TargetTest {
    private final World world = new World();
    private final WorkerId worker = Site.worker(world, GantryStreamMessage.CAPABILITY);

    private static StreamAsk ask(Kind kind, String... parameters) {
        Map<String, List<String>> all = new TreeMap<>();
        all.put("cluster", List.of(World.CLUSTER));
        if (kind == Kind.EXEC) {
            all.put("command", List.of("id"));
        }
        for (int i = 0; i < parameters.length; i += 2) {
            all.put(parameters[i], List.of(parameters[i + 1]));
        }
        return StreamAsk.of(kind, all);
    }

    private String refusal(Kind kind, String... parameters) {
        StreamRefused refused =
                catchThrowableOfType(
                        StreamRefused.class,
                        () -> Target.of(world.log.state(), ask(kind, parameters)));
        assertThat(refused).as("refusal").isNotNull();
        return refused.status() + " " + refused.code() + ": " + refused.text();
    }

    private TaskId running() {
        world.connect(worker);
        TaskId task = world.run(worker);
        world.observe(task, Status.RUNNING);
        return task;
    }

    @Test
    void aTaskIsFoundByItsArnItsIdOrTheBeginningOfIt() {
        String id = running().toString();
        for (String name :
                List.of(
                        id,
                        id.substring(0, 9),
                        id.substring(0, 31),
                        "arn:aws:ecs:us-east-1:123456789012:task/demo/" + id)) {
            Target target = Target.of(world.log.state(), ask(Kind.EXEC, "task", name));
            assertThat(target.taskArn()).endsWith("task/demo/" + id);
            assertThat(target.container()).isEqualTo("main");
            assertThat(target.worker()).isEqualTo(worker);
            assertThat(target.node()).isEqualTo("n1");
        }
    }

    @Test
    void whatCannotBeFoundIsNamed() {
        running();
        assertThat(refusal(Kind.LOGS, "task", "ff00"))
                .startsWith("404 TaskNotFoundException")
                .contains("'ff00'");
        assertThat(refusal(Kind.LOGS, "task", "web")).startsWith("400").contains("'web'");
        assertThat(refusal(Kind.LOGS, "task", "0", "cluster", "other"))
                .isEqualTo("404 ClusterNotFoundException: There is no cluster 'other'.");
        assertThat(refusal(Kind.LOGS, "task", "0", "container", "side"))
                .contains("no container 'side', only main");
    }

    @Test
    void tasksThatBeginAlikeAreListed() {
        String one = running().toString();
        String two = world.run(worker).toString();
        assertThat(one.charAt(0)).isEqualTo(two.charAt(0));
        assertThat(refusal(Kind.LOGS, "task", one.substring(0, 1)))
                .startsWith("409 AmbiguousTaskException")
                .contains(one, two);
    }

    @Test
    void commandsNeedARunningContainerAndLogsDoNot() {
        world.connect(worker);
        TaskId task = world.run(worker);
        assertThat(refusal(Kind.EXEC, "task", task.toString())).contains("is PENDING");
        world.observe(task, Status.RUNNING);
        world.log.apply(new Command.StopTask(task, "UserInitiated", "enough of it"));
        world.observe(task, Status.STOPPED);
        assertThat(refusal(Kind.EXEC, "task", task.toString()))
                .startsWith("409 TaskNotRunningException")
                .contains("STOPPED: enough of it");
        assertThat(Target.of(world.log.state(), ask(Kind.LOGS, "task", task.toString())).worker())
                .isEqualTo(worker);
    }

    @Test
    void aWorkerMustBeConnectedAndAbleTo() {
        TaskId task = running();
        assertThat(refusal(Kind.EXEC, "task", task.toString(), "tty", "true"))
                .startsWith("409 TtyNotSupportedException");
        long session = world.connect(worker);
        world.log.apply(new Command.DisconnectWorker(worker, session));
        assertThat(refusal(Kind.LOGS, "task", task.toString()))
                .startsWith("409 WorkerNotConnectedException")
                .contains(worker.toString());

        WorkerId amazons = world.worker();
        world.connect(amazons);
        TaskId other = world.run(amazons);
        assertThat(refusal(Kind.LOGS, "task", other.toString()))
                .startsWith("409 WorkerTooOldException");
    }

    @Test
    void parametersAreCheckedByName() {
        assertThat(refusal(Kind.LOGS, "task", "0", "tail", "-1"))
                .contains("tail must be a number from 0");
        assertThat(refusal(Kind.LOGS, "task", "0", "follow", "yes"))
                .contains("follow must be true or false");
        assertThat(refusal(Kind.LOGS, "task", "0", "command", "id"))
                .contains("Unknown parameter: command");
        assertThat(refusal(Kind.LOGS)).contains("task is missing");
    }
}
