package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.common.model.Resources;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Deployment.Rollout;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Health;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RollingUpdateTest {
    private final Lab lab = new Lab(7);
    private TaskDefinitionKey first = lab.definition("web", Lab.SMALL);
    private int fewestHealthy;
    private int mostAlive;

    @BeforeEach
    void machines() {
        for (int i = 0; i < 4; i++) {
            lab.worker(4096, 4096, Map.of("ecs.availability-zone", "z" + i % 2));
        }
    }

    /** Plans, obedient agents and time, until nothing changes any more. */
    private void converge() {
        int quiet = 0;
        for (int i = 0; i < 200 && quiet < 5; i++) {
            boolean planned = reconcile();
            boolean observed = obey();
            lab.pass(Duration.ofSeconds(10));
            Audit.check(lab.state());
            watch();
            quiet = planned || observed ? 0 : quiet + 1;
        }
        assertThat(quiet).as("converged").isEqualTo(5);
    }

    private boolean reconcile() {
        var plan = Reconciler.next(lab.state(), lab.service(), lab.ids, lab.random);
        if (plan == null) {
            return false;
        }
        lab.apply(plan);
        watch();
        return true;
    }

    private boolean obey() {
        List<Task> news =
                lab.state()
                        .tasksOf(Lab.WEB)
                        .filter(Task::alive)
                        .filter(task -> !task.wanted() || task.last() == Status.PENDING)
                        .toList();
        news.forEach(
                task ->
                        lab.observe(
                                task.id(),
                                task.wanted() ? Status.RUNNING : Status.STOPPED,
                                task.wanted() ? null : 143));
        return !news.isEmpty();
    }

    private void watch() {
        Census census = Census.of(lab.state(), lab.service());
        fewestHealthy = Math.min(fewestHealthy, census.healthy());
        mostAlive = Math.max(mostAlive, census.alive());
    }

    @Test
    void aNewServiceReachesItsCountSpreadEvenlyAndSaysSo() {
        lab.createService(first, 8, 100, 200);
        converge();
        Service service = lab.service();
        assertThat(service.primary().running()).isEqualTo(8);
        assertThat(service.primary().rollout()).isEqualTo(Rollout.COMPLETED);
        assertThat(service.events().getFirst().message())
                .isEqualTo("(service web) has reached a steady state.");
        assertThat(service.events().getLast().message())
                .startsWith("(service web) has started 8 tasks: (task ");
        lab.state().workers().forEach((id, worker) -> assertThat(worker.running()).isEqualTo(2));
    }

    @ParameterizedTest
    @CsvSource({"4,100,200", "4,50,100", "1,100,200", "3,100,150", "4,75,125", "5,0,100"})
    void anUpdateKeepsBetweenMinimumAndMaximum(int desired, int min, int max) {
        lab.createService(first, desired, min, max);
        converge();
        TaskDefinitionKey second = lab.definition("web", Lab.SMALL);
        fewestHealthy = Integer.MAX_VALUE;
        mostAlive = 0;
        lab.updateService(second, desired, true);
        converge();
        Service service = lab.service();
        assertThat(service.deployments()).hasSize(1);
        assertThat(service.primary().taskDefinition()).isEqualTo(second);
        assertThat(service.primary().running()).isEqualTo(desired);
        assertThat(service.primary().rollout()).isEqualTo(Rollout.COMPLETED);
        assertThat(fewestHealthy).isGreaterThanOrEqualTo(service.minimumHealthy());
        assertThat(mostAlive).isLessThanOrEqualTo(service.maximum());
    }

    @Test
    void aRollOutThatItsPercentagesForbidComplainsAndLeavesEverythingRunning() {
        lab.createService(first, 2, 100, 100);
        converge();
        lab.updateService(lab.definition("web", Lab.SMALL), 2, true);
        converge();
        assertThat(lab.service().deployments()).hasSize(2);
        assertThat(lab.service().events().getFirst().message())
                .contains("because of the service deployment configuration");
    }

    @Test
    void scalingDoesNotStartADeployment() {
        lab.createService(first, 2, 100, 200);
        converge();
        lab.updateService(first, 5, false);
        converge();
        assertThat(lab.service().primary().running()).isEqualTo(5);
        lab.updateService(first, 1, false);
        converge();
        assertThat(lab.service().primary().running()).isEqualTo(1);
        assertThat(lab.service().deployments()).hasSize(1);
    }

    @Test
    void anUpdateThatChangesNothingIsNoNewsInTheDiary() {
        lab.createService(first, 2, 100, 200);
        converge();
        int events = lab.service().events().size();
        lab.updateService(first, 2, false);
        converge();
        assertThat(lab.service().events()).hasSize(events);
    }

    @Test
    void aTaskThatStopsIsReplaced() {
        lab.createService(first, 2, 100, 200);
        converge();
        Task victim = lab.state().tasksOf(Lab.WEB).findFirst().orElseThrow();
        lab.observe(victim.id(), Status.STOPPED, 1);
        converge();
        assertThat(lab.service().primary().running()).isEqualTo(2);
        assertThat(lab.task(victim.id()).last()).isEqualTo(Status.STOPPED);
    }

    @ParameterizedTest
    @CsvSource({"1,100,200", "2,100,200", "2,50,100", "4,100,125"})
    void anUnhealthyTaskIsReplacedOnceAndItsReplacementIsLeftInPeace(
            int desired, int min, int max) {
        first = lab.definition("checked", Lab.SMALL);
        lab.createService(first, desired, min, max);
        converge();
        Task victim = lab.state().tasksOf(Lab.WEB).findFirst().orElseThrow();
        lab.state().tasksOf(Lab.WEB).toList().forEach(task -> feels(task, Health.HEALTHY));
        long before = lab.state().tasksOf(Lab.WEB).count();
        feels(victim, Health.UNHEALTHY);

        for (int round = 0; round < 20; round++) {
            converge();
            lab.state()
                    .tasksOf(Lab.WEB)
                    .filter(task -> task.last() == Status.RUNNING && !task.id().equals(victim.id()))
                    .toList()
                    .forEach(task -> feels(task, Health.HEALTHY));
        }
        assertThat(lab.state().tasksOf(Lab.WEB).count()).isEqualTo(before + 1);
        assertThat(lab.service().primary().running()).isEqualTo(desired);
        assertThat(lab.task(victim.id()).stoppedReason())
                .isEqualTo("Task failed container health checks");
        assertThat(lab.service().events())
                .anyMatch(
                        event ->
                                event.message()
                                        .equals(
                                                "(service web) (task "
                                                        + victim.id()
                                                        + ") failed container health checks."));
    }

    @Test
    void tasksThatAreNeverHealthyAreReplacedOneByOne() {
        lab.createService(first, 1, 100, 200);
        for (int round = 0; round < 10; round++) {
            converge();
            lab.state()
                    .tasksOf(Lab.WEB)
                    .filter(task -> task.last() == Status.RUNNING)
                    .toList()
                    .forEach(task -> feels(task, Health.UNHEALTHY));
        }
        // Each round the replacement is found unhealthy too, and one of the two goes for another.
        assertThat(lab.state().tasksOf(Lab.WEB).count()).isLessThanOrEqualTo(11);
    }

    private void feels(Task task, Health health) {
        var seen = new Command.ContainerSeen("main", null, null, null, null, null, null, health);
        lab.apply(
                new Command.ObserveTasks(
                        List.of(
                                new Command.Observation(
                                        task.id(), null, null, List.of(seen), 0, 0, 0))));
    }

    @Test
    void tasksThatNeverStartAreTriedLessAndLessOften() {
        lab.createService(first, 1, 100, 200);
        int attempts = 0;
        for (int second = 0; second < 600; second++) {
            if (reconcile()) {
                attempts++;
            }
            lab.state()
                    .tasksOf(Lab.WEB)
                    .filter(Task::alive)
                    .toList()
                    .forEach(task -> lab.observe(task.id(), Status.STOPPED, null));
            lab.pass(Duration.ofSeconds(1));
        }
        assertThat(attempts).isBetween(5, 12);
        assertThat(lab.service().events())
                .anyMatch(
                        event ->
                                event.message()
                                        .equals(
                                                "(service web) is unable to consistently start"
                                                        + " tasks successfully."));
    }

    @Test
    void aDeletedServiceDrainsAndThenIsInactive() {
        lab.createService(first, 2, 100, 200);
        converge();
        lab.apply(new Command.DeleteService(Lab.WEB, true));
        assertThat(lab.service().status()).isEqualTo(Service.LifeStatus.DRAINING);
        obey();
        assertThat(lab.service().status()).isEqualTo(Service.LifeStatus.INACTIVE);
        lab.createService(first, 1, 100, 200);
        converge();
        assertThat(lab.service().primary().running()).isEqualTo(1);
    }

    @Test
    void aPlanFromAnOlderVersionOfTheServiceIsRefused() {
        lab.createService(first, 2, 100, 200);
        var plan =
                Check.present(
                        Reconciler.next(lab.state(), lab.service(), lab.ids, lab.random), "plan");
        lab.updateService(first, 1, false);
        lab.apply(plan);
        assertThat(lab.state().tasks().size()).isZero();
    }

    @Test
    void withoutRoomItSaysWhy() {
        first = lab.definition("huge", new Footprint(new Resources(9999, 1), List.of(), List.of()));
        lab.createService(first, 1, 100, 200);
        reconcile();
        assertThat(lab.service().events().getFirst().message())
                .contains("no container instance met all of its requirements")
                .contains("has insufficient CPU units available");
        assertThat(reconcile()).isFalse();
    }
}
