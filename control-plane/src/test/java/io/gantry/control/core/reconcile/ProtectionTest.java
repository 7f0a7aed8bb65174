package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.command.Command.Observation;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Health;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProtectionTest {
    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final Lab lab = new Lab(5);
    private final TaskDefinitionKey web = lab.definition("web", Lab.SMALL);
    private final WorkerId worker = lab.worker(8192, 8192, Map.of());
    private final Crew crew = new Crew(lab);

    private List<TaskId> serving(int desired, int min, int max) {
        lab.createService(web, desired, min, max);
        crew.converge();
        return crew.wanted().stream().map(Task::id).toList();
    }

    private Reply.Protected protect(long millis, TaskId... tasks) {
        return (Reply.Protected) lab.apply(new Command.ProtectTasks(List.of(tasks), millis));
    }

    private List<TaskId> wanted() {
        return crew.wanted().stream().map(Task::id).toList();
    }

    @Test
    void scalingInPassesProtectedTasksBy() {
        List<TaskId> tasks = serving(4, 100, 200);
        TaskId first = tasks.get(3);
        TaskId second = tasks.get(1);
        assertThat(protect(HOUR, first, second))
                .isEqualTo(new Reply.Protected(List.of(first, second), List.of()));
        lab.updateService(web, 2, false);
        crew.converge();
        assertThat(wanted()).containsExactlyInAnyOrder(first, second);
    }

    @Test
    void moreProtectedTasksThanDesiredStayAndTheServiceSaysWhy() {
        List<TaskId> tasks = serving(3, 100, 200);
        protect(HOUR, tasks.get(0), tasks.get(1));
        lab.updateService(web, 1, false);
        crew.converge();
        assertThat(wanted()).containsExactlyInAnyOrder(tasks.get(0), tasks.get(1));
        assertThat(crew.said())
                .isEqualTo(
                        "service web was unable to reach steady state because task set ("
                                + lab.service().primary().id()
                                + ") was unable to scale in. Reason: The number of protected tasks"
                                + " are more than the desired count of tasks.");
        assertThat(lab.service().steady()).isFalse();
        lab.pass(Duration.ofHours(1));
        crew.converge();
        assertThat(wanted()).hasSize(1);
        assertThat(crew.said()).isEqualTo("(service web) has reached a steady state.");
    }

    @Test
    void aRollOutWaitsForProtectedTasks() {
        List<TaskId> tasks = serving(2, 100, 200);
        String before = lab.service().primary().id();
        protect(HOUR, tasks.get(0));
        TaskDefinitionKey second = lab.definition("web", Lab.SMALL);
        lab.updateService(second, 2, true);
        crew.converge();
        assertThat(wanted()).hasSize(3).contains(tasks.get(0)).doesNotContain(tasks.get(1));
        assertThat(lab.service().deployments()).hasSize(2);
        assertThat(crew.said()).contains("task set (" + before + ") was unable to scale in.");
        protect(0, tasks.get(0));
        crew.converge();
        assertThat(wanted()).hasSize(2).doesNotContain(tasks.get(0));
        assertThat(lab.service().deployments()).hasSize(1);
    }

    @Test
    void aPlanMadeBeforeTheProtectionStopsNothingThatIsProtected() {
        List<TaskId> tasks = serving(2, 100, 200);
        lab.updateService(web, 0, false);
        var plan =
                Check.present(
                        Reconciler.next(lab.state(), lab.service(), lab.ids, lab.random), "plan");
        assertThat(plan.stops()).hasSize(2);
        lab.updateService(web, 2, false);
        protect(HOUR, tasks.get(0));
        lab.updateService(web, 0, false);
        lab.apply(
                new Command.CommitPlan(
                        plan.service(),
                        lab.service().version(),
                        plan.launch(),
                        plan.starts(),
                        plan.stops(),
                        null));
        assertThat(wanted()).containsExactly(tasks.get(0));
    }

    @Test
    void eachCallSetsTheTimeAnewAndLeavesOneDeadline() {
        TaskId task = serving(1, 100, 200).getFirst();
        long start = lab.state().nowMillis();
        long version = lab.task(task).version();
        protect(HOUR, task);
        assertThat(lab.task(task).protectedUntilMillis()).isEqualTo(start + HOUR);
        lab.pass(Duration.ofMinutes(40));
        protect(HOUR, task);
        lab.pass(Duration.ofMinutes(40));
        assertThat(lab.task(task).isProtected(lab.state().nowMillis())).isTrue();
        Audit.check(lab.state());
        lab.pass(Duration.ofMinutes(20));
        assertThat(lab.task(task).isProtected(lab.state().nowMillis())).isFalse();
        assertThat(lab.task(task).protectedUntilMillis()).isZero();
        assertThat(lab.task(task).version()).isEqualTo(version);
        Audit.check(lab.state());
    }

    @Test
    void stopTaskAndFailedHealthAndTheMachinesEndStopProtectedTasks() {
        List<TaskId> tasks = serving(3, 100, 200);
        protect(HOUR, tasks.get(0), tasks.get(1), tasks.get(2));
        lab.apply(new Command.StopTask(tasks.get(0), "UserInitiated", "enough"));
        assertThat(lab.task(tasks.get(0)).wanted()).isFalse();
        feel(tasks.get(1), Health.UNHEALTHY);
        crew.converge();
        assertThat(wanted()).hasSize(3).contains(tasks.get(2)).doesNotContain(tasks.get(1));
        lab.apply(new Command.DeregisterWorker(worker, true));
        assertThat(lab.task(tasks.get(2)).last()).isEqualTo(Status.STOPPED);
        Audit.check(lab.state());
    }

    private void feel(TaskId task, Health health) {
        var seen = new ContainerSeen("main", null, null, null, null, null, null, health);
        lab.apply(
                new Command.ObserveTasks(
                        List.of(new Observation(task, null, null, List.of(seen), 0, 0, 0))));
    }

    @Test
    void withoutRoomUnhealthyTasksAreReplacedOneByOne() {
        List<TaskId> tasks = serving(3, 50, 100);
        tasks.forEach(task -> feel(task, Health.UNHEALTHY));
        crew.reconcile();
        assertThat(wanted()).hasSize(2);
        crew.converge();
        assertThat(wanted()).hasSize(3).doesNotContainAnyElementsOf(tasks);
    }

    @Test
    void noMoreTasksAreProtectedThanTheServiceShouldHave() {
        List<TaskId> tasks = serving(3, 100, 200);
        lab.updateService(web, 2, false);
        Reply.Protected reply = protect(HOUR, tasks.get(0), tasks.get(1), tasks.get(2));
        assertThat(reply.set()).containsExactly(tasks.get(0), tasks.get(1));
        assertThat(reply.blocked()).containsExactly(tasks.get(2));
        assertThat(protect(2 * HOUR, tasks.get(0)).set()).as("again").hasSize(1);
        lab.updateService(web, 1, false);
        assertThat(protect(HOUR, tasks.get(0)).blocked()).containsExactly(tasks.get(0));
        assertThat(protect(0, tasks.get(0)).set()).containsExactly(tasks.get(0));
        assertThat(protect(HOUR, tasks.get(1)).set()).containsExactly(tasks.get(1));
    }

    @Test
    void tasksOfNobodyAndThoseThatStopAreLeftOut() {
        TaskId single = lab.started(lab.apply(lab.run(web, worker, null)));
        TaskId stopping = serving(1, 100, 200).getFirst();
        lab.apply(new Command.StopTask(stopping, "UserInitiated", "enough"));
        assertThat(protect(HOUR, single, stopping, lab.ids.task()))
                .isEqualTo(new Reply.Protected(List.of(), List.of()));
    }
}
