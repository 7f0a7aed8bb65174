package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Deployment.Rollout;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Worker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DrainingTest {
    private final Lab lab = new Lab(3);
    private final TaskDefinitionKey web = lab.definition("web", Lab.SMALL);
    private final WorkerId old = lab.worker(4096, 4096, Map.of());
    private final Crew crew = new Crew(lab);

    private void set(WorkerId worker, Worker.Status status) {
        lab.apply(new Command.SetWorkerStatus(List.of(worker), status));
    }

    private void drain() {
        crew.watchAnew();
        set(old, Worker.Status.DRAINING);
    }

    private List<Task> wantedOn(WorkerId worker) {
        return lab.state().aliveOn(worker).filter(Task::wanted).toList();
    }

    @ParameterizedTest
    @CsvSource({"4,100,200", "4,50,100", "1,100,200", "3,100,150", "4,75,125", "5,0,100"})
    void runningTasksAreReplacedWithinTheServicesPercentages(int desired, int min, int max) {
        lab.createService(web, desired, min, max);
        crew.converge();
        lab.worker(4096, 4096, Map.of());
        drain();
        crew.converge();
        assertThat(lab.state().aliveOn(old)).isEmpty();
        assertThat(lab.service().primary().running()).isEqualTo(desired);
        assertThat(lab.service().deployments()).hasSize(1);
        assertThat(lab.service().primary().rollout()).isEqualTo(Rollout.COMPLETED);
        assertThat(crew.fewestHealthy()).isGreaterThanOrEqualTo(lab.service().minimumHealthy());
        assertThat(crew.mostAlive()).isLessThanOrEqualTo(lab.service().maximum());
        assertThat(crew.said()).isEqualTo("(service web) has reached a steady state.");
    }

    @Test
    void aTaskThatIsReplacedWasStoppedByTheScheduler() {
        lab.createService(web, 1, 100, 200);
        crew.converge();
        TaskId task = crew.wanted().getFirst().id();
        lab.worker(4096, 4096, Map.of());
        drain();
        crew.converge();
        assertThat(lab.task(task).stopCode()).isEqualTo("ServiceSchedulerInitiated");
        assertThat(lab.task(task).stoppedReason())
                .isEqualTo(
                        "Scaling activity initiated by (deployment "
                                + lab.service().primary().id()
                                + ")");
    }

    @Test
    void aServiceThatMayNeitherShrinkNorGrowStaysWhereItIsAndSaysSoOnce() {
        lab.createService(web, 2, 100, 100);
        crew.converge();
        lab.worker(4096, 4096, Map.of());
        drain();
        crew.converge();
        assertThat(wantedOn(old)).hasSize(2);
        assertThat(crew.said()).contains("because of the service deployment configuration");
        int events = lab.service().events().size();
        lab.pass(Duration.ofHours(1));
        assertThat(crew.reconcile()).isFalse();
        assertThat(lab.service().events()).hasSize(events);
    }

    @Test
    void withoutRoomElsewhereTasksStayUntilThereIsSome() {
        lab.createService(web, 2, 100, 200);
        crew.converge();
        drain();
        crew.converge();
        assertThat(wantedOn(old)).hasSize(2);
        assertThat(crew.said()).contains("No Container Instances were found in your cluster.");
        lab.worker(4096, 4096, Map.of());
        crew.converge();
        assertThat(lab.state().aliveOn(old)).isEmpty();
    }

    @Test
    void pendingTasksAreStoppedAtOnceEvenWhereRunningOnesMustStay() {
        lab.createService(web, 3, 100, 100);
        crew.reconcile();
        TaskId running = crew.wanted().getFirst().id();
        lab.observe(running, Status.RUNNING, null);
        lab.pass(Duration.ofMinutes(1));
        drain();
        crew.reconcile();
        assertThat(crew.wanted()).extracting(Task::id).containsExactly(running);
        assertThat(lab.state().aliveOn(old))
                .filteredOn(task -> !task.wanted())
                .hasSize(2)
                .allMatch(task -> "ServiceSchedulerInitiated".equals(task.stopCode()));
    }

    @Test
    void tasksOfNobodyAreLeftAlone() {
        TaskId running = lab.started(lab.apply(lab.run(web, old, null)));
        lab.observe(running, Status.RUNNING, null);
        TaskId pending = lab.started(lab.apply(lab.run(web, old, null)));
        set(old, Worker.Status.DRAINING);
        lab.pass(Duration.ofHours(1));
        assertThat(lab.task(running).wanted()).isTrue();
        assertThat(lab.task(pending).wanted()).isTrue();
    }

    @Test
    void aProtectedTaskDelaysTheEnd() {
        lab.createService(web, 2, 100, 200);
        crew.converge();
        TaskId busy = crew.wanted().getFirst().id();
        lab.apply(new Command.ProtectTasks(List.of(busy), Duration.ofHours(2).toMillis()));
        lab.worker(4096, 4096, Map.of());
        drain();
        crew.converge();
        assertThat(wantedOn(old)).extracting(Task::id).containsExactly(busy);
        lab.pass(Duration.ofHours(2));
        crew.converge();
        assertThat(lab.state().aliveOn(old)).isEmpty();
        assertThat(lab.service().primary().running()).isEqualTo(2);
    }

    @Test
    void aMachineThatIsActiveAgainKeepsWhatItHas() {
        lab.createService(web, 2, 100, 200);
        crew.converge();
        List<TaskId> before = crew.wanted().stream().map(Task::id).toList();
        drain();
        crew.converge();
        set(old, Worker.Status.ACTIVE);
        crew.converge();
        assertThat(crew.wanted()).extracting(Task::id).isEqualTo(before);
        assertThat(lab.machine(old).status()).isEqualTo(Worker.Status.ACTIVE);
    }

    @Test
    void anUpdateGoesOnWhileAMachineDrains() {
        lab.createService(web, 4, 50, 200);
        crew.converge();
        lab.worker(4096, 4096, Map.of());
        drain();
        TaskDefinitionKey second = lab.definition("web", Lab.SMALL);
        lab.updateService(second, 4, true);
        crew.converge();
        assertThat(lab.state().aliveOn(old)).isEmpty();
        assertThat(lab.service().deployments()).hasSize(1);
        assertThat(crew.wanted()).hasSize(4).allMatch(t -> t.taskDefinition().equals(second));
        assertThat(crew.fewestHealthy()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void onlyChangesCountAndInactiveMachinesStayInactive() {
        long version = lab.machine(old).version();
        set(old, Worker.Status.ACTIVE);
        assertThat(lab.machine(old).version()).isEqualTo(version);
        set(old, Worker.Status.DRAINING);
        assertThat(lab.machine(old).version()).isEqualTo(version + 1);
        lab.apply(new Command.DeregisterWorker(old, false));
        set(old, Worker.Status.ACTIVE);
        assertThat(lab.machine(old).status()).isEqualTo(Worker.Status.INACTIVE);
    }
}
