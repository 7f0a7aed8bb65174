package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.CommitPlan;
import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.command.Command.Observation;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Health;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens to a service, its plans keep the rules, and come to an end. */
class ReconcilerPropertyTest {
    private static final int STEPS = 400;
    private static final int MOST_PLANS = 30;

    private Lab lab = new Lab(0);
    private final List<WorkerId> workers = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void plansKeepWithinThePercentagesAndLeaveWhatIsProtectedAlone(long seed) {
        lab = new Lab(seed);
        for (int i = 0; i < 3; i++) {
            workers.add(lab.worker(1024, 2048, Map.of()));
        }
        int minimum = any(List.of(0, 50, 100));
        int maximum = any(List.of(100, 150, 200));
        lab.createService(lab.definition("web", Lab.SMALL), 3, minimum, maximum);
        for (int step = 0; step < STEPS; step++) {
            happen();
            planUntilQuiet();
            Audit.check(lab.state());
        }
    }

    private void planUntilQuiet() {
        for (int plans = 0; plans < MOST_PLANS; plans++) {
            CommitPlan plan = Reconciler.next(lab.state(), lab.service(), lab.ids, lab.random);
            if (plan == null) {
                return;
            }
            Census before = Census.of(lab.state(), lab.service());
            lab.apply(plan);
            check(before, Census.of(lab.state(), lab.service()));
        }
        throw new AssertionError("plans without end: " + lab.service().events().getFirst());
    }

    private void check(Census before, Census after) {
        Service service = after.service();
        assertThat(after.alive()).isLessThanOrEqualTo(Math.max(before.alive(), service.maximum()));
        int least = Math.min(service.minimumHealthy(), service.desiredCount());
        assertThat(after.healthy()).isGreaterThanOrEqualTo(Math.min(before.healthy(), least));
        before.current().forEach(task -> staysIfProtected(before, task));
        before.leaving().forEach(task -> staysIfProtected(before, task));
        assertThat(after.leaving()).isSubsetOf(before.leaving());
    }

    private void staysIfProtected(Census before, Task task) {
        if (before.isProtected(task)) {
            assertThat(lab.task(task.id()).wanted()).as("protected").isTrue();
        }
    }

    private void happen() {
        switch (lab.random.nextInt(12)) {
            case 0 -> set(Worker.Status.DRAINING);
            case 1, 2 -> set(Worker.Status.ACTIVE);
            case 3 ->
                    lab.apply(
                            new Command.ProtectTasks(
                                    List.of(anyTask()), lab.random.nextInt(3) * 60_000L));
            case 4 -> feel(anyTask(), any(List.of(Health.HEALTHY, Health.UNHEALTHY)));
            case 5 -> lab.apply(new Command.StopTask(anyTask(), "UserInitiated", "enough"));
            case 6 -> lab.updateService(definition(), lab.random.nextInt(6), false);
            case 7 ->
                    lab.updateService(
                            lab.definition("web", Lab.SMALL), lab.random.nextInt(6), true);
            case 8, 9 -> lab.pass(Duration.ofSeconds(lab.random.nextInt(60)));
            default -> obey();
        }
    }

    private void set(Worker.Status status) {
        lab.apply(new Command.SetWorkerStatus(List.of(any(workers)), status));
    }

    private TaskDefinitionKey definition() {
        return lab.service().primary().taskDefinition();
    }

    private TaskId anyTask() {
        List<TaskId> tasks = lab.state().aliveOf(Lab.WEB).map(Task::id).toList();
        return tasks.isEmpty() ? lab.ids.task() : any(tasks);
    }

    private void feel(TaskId task, Health health) {
        var seen = new ContainerSeen("main", null, null, null, null, null, null, health);
        lab.apply(
                new Command.ObserveTasks(
                        List.of(new Observation(task, null, null, List.of(seen), 0, 0, 0))));
    }

    /** Some agents do what they have been told. */
    private void obey() {
        for (Task task : lab.state().aliveOf(Lab.WEB).toList()) {
            if (lab.random.nextBoolean() && (!task.wanted() || task.last() == Status.PENDING)) {
                lab.observe(task.id(), task.wanted() ? Status.RUNNING : Status.STOPPED, null);
            }
        }
    }

    private <T> T any(List<T> all) {
        return all.get(lab.random.nextInt(all.size()));
    }
}
