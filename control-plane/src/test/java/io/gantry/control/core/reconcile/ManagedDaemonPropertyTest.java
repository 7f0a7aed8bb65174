package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens to machines, tasks and daemons: one task on each, before all others. */
class ManagedDaemonPropertyTest {
    private static final int STEPS = 500;

    private Lab lab = new Lab(0);
    private DaemonCrew crew = new DaemonCrew(lab);
    private final List<WorkerId> workers = new ArrayList<>();
    private final List<TaskDefinitionKey> definitions = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void daemonsComeFirstAndInTheEndRunEverywhere(long seed) {
        lab = new Lab(seed);
        crew = new DaemonCrew(lab);
        workers.add(crew.worker());
        workers.add(crew.worker());
        definitions.add(crew.definition());
        definitions.add(crew.definition());
        lab.createService(lab.definition("web", Lab.SMALL), 3, 50, 200);
        for (int i = 0; i < STEPS; i++) {
            ClusterState before = lab.state();
            step();
            Audit.check(lab.state());
            assertOthersStartBesideDaemonsOnly(before, lab.state());
        }
        calm();
    }

    private void step() {
        switch (lab.random.nextInt(16)) {
            case 0 -> workers.add(crew.worker());
            case 1 -> lab.apply(new Command.DeregisterWorker(any(workers), true));
            case 2 -> crew.set(any(workers), Worker.Status.DRAINING);
            case 3 -> crew.set(any(workers), Worker.Status.ACTIVE);
            case 4 -> lab.apply(new Command.InterruptWorker(any(workers), 30_000));
            case 5 -> disconnect(any(workers));
            case 6 -> reconnect(any(workers));
            case 7 -> crew.create(any(definitions));
            case 8 -> crew.update(any(definitions));
            case 9 -> seldom();
            case 10 -> crash();
            case 11 -> crew.other(any(workers));
            case 12, 13 -> crew.plan();
            default -> crew.round(Duration.ofSeconds(lab.random.nextInt(20)));
        }
    }

    private void seldom() {
        if (lab.random.nextInt(6) == 0) {
            crew.delete();
        } else {
            lab.apply(new Command.StopTask(anyTask(), "UserInitiated", "why not"));
        }
    }

    private void disconnect(WorkerId worker) {
        lab.apply(new Command.DisconnectWorker(worker, lab.machine(worker).session()));
    }

    private void reconnect(WorkerId worker) {
        Worker machine = lab.machine(worker);
        if (machine.status() != Worker.Status.INACTIVE && !machine.connected()) {
            lab.connect(worker);
        }
    }

    private void crash() {
        Task task = lab.state().tasks().get(anyTask());
        if (task != null && task.alive()) {
            lab.observe(task.id(), Status.STOPPED, 1);
        }
    }

    private TaskId anyTask() {
        List<TaskId> tasks = lab.state().tasks().values().map(Task::id).toList();
        return tasks.isEmpty() ? lab.ids.task() : any(tasks);
    }

    private <T> T any(List<T> list) {
        return list.get(lab.random.nextInt(list.size()));
    }

    /** Unless the daemon is being deleted or has never worked. */
    private static void assertOthersStartBesideDaemonsOnly(
            ClusterState before, ClusterState after) {
        var daemon = before.managed().daemons().get(DaemonCrew.AGENT);
        if (daemon == null || !daemon.active() || daemon.stalled()) {
            return;
        }
        after.tasks()
                .values()
                .filter(task -> before.tasks().get(task.id()) == null)
                .filter(task -> task.service() == null || !isDaemon(task.service()))
                .filter(task -> after.managed().daemons().get(DaemonCrew.AGENT) != null)
                .filter(task -> task.alive())
                .forEach(
                        task ->
                                assertThat(
                                                after.tasksOn(task.worker())
                                                        .filter(
                                                                each ->
                                                                        each.service() != null
                                                                                && isDaemon(
                                                                                        each
                                                                                                .service())))
                                        .as("a daemon came before " + task.group())
                                        .isNotEmpty());
    }

    private static boolean isDaemon(ServiceKey key) {
        return key.isDaemon();
    }

    /** Once nothing goes wrong any more, each active machine has its task. */
    private void calm() {
        workers.forEach(this::reconnect);
        workers.forEach(worker -> crew.set(worker, Worker.Status.ACTIVE));
        lab.pass(Duration.ofMinutes(20));
        crew.create(definitions.getFirst());
        crew.update(definitions.getFirst());
        crew.converge();
        crew.create(definitions.getFirst());
        crew.converge();
        List<WorkerId> active =
                lab.state()
                        .workers()
                        .values()
                        .filter(worker -> worker.status() == Worker.Status.ACTIVE)
                        .map(Worker::id)
                        .toList();
        assertThat(crew.draining()).isEmpty();
        assertThat(crew.places()).containsExactlyElementsOf(active);
        assertThat(crew.tasks())
                .allMatch(
                        task ->
                                task.last() == Status.RUNNING
                                        && task.deployment() == crew.daemon().target());
    }
}
