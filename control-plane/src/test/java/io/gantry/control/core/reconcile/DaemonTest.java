package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.common.model.Resources;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Deployment.Rollout;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Service.LifeStatus;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.SchedulingStrategy;
import software.amazon.awssdk.services.ecs.model.Service;

/** Services that want a task on each machine. */
class DaemonTest {
    private static final int STEPS = 150;

    private Lab lab = new Lab(5);
    private Crew crew = new Crew(lab);

    private WorkerId worker() {
        return lab.worker(1024, 2048, Map.of());
    }

    private static Service spec(int minimum) {
        return Service.builder()
                .schedulingStrategy(SchedulingStrategy.DAEMON)
                .deploymentConfiguration(
                        DeploymentConfiguration.builder()
                                .maximumPercent(100)
                                .minimumHealthyPercent(minimum)
                                .build())
                .build();
    }

    private void begin(int minimum) {
        lab.createService(spec(minimum), definition(), 0);
    }

    private TaskDefinitionKey definition() {
        return lab.definition("web", Lab.SMALL);
    }

    private void set(WorkerId worker, Worker.Status status) {
        lab.apply(new Command.SetWorkerStatus(List.of(worker), status));
    }

    private List<WorkerId> places() {
        return crew.wanted().stream().map(Task::worker).sorted().toList();
    }

    private TaskId standalone(WorkerId worker) {
        TaskDefinitionKey job = lab.definition("job", Lab.SMALL);
        TaskId task = lab.started(lab.apply(lab.run(job, worker, null)));
        lab.observe(task, Status.RUNNING, null);
        return task;
    }

    @Test
    void eachMachineGetsOneTaskAndTheDesiredCountFollows() {
        WorkerId a = worker();
        WorkerId b = worker();
        begin(0);
        assertThat(lab.service().desiredCount()).isEqualTo(2);
        crew.converge();
        assertThat(places()).containsExactly(a, b);
        assertThat(lab.service().primary().rollout()).isEqualTo(Rollout.COMPLETED);
        assertThat(crew.said()).contains("has reached a steady state");
    }

    @Test
    void aMachineThatJoinsGetsItsTaskAndOneThatLeavesLosesIt() {
        WorkerId a = worker();
        begin(0);
        crew.converge();
        WorkerId b = worker();
        crew.converge();
        assertThat(places()).containsExactly(a, b);
        lab.apply(new Command.DeregisterWorker(a, true));
        crew.converge();
        assertThat(places()).containsExactly(b);
        assertThat(lab.service().desiredCount()).isEqualTo(1);
    }

    @Test
    void onADrainingMachineItIsTheLastToStop() {
        WorkerId a = worker();
        WorkerId b = worker();
        begin(0);
        crew.converge();
        TaskId job = standalone(a);
        set(a, Worker.Status.DRAINING);
        crew.converge();
        assertThat(places()).containsExactly(a, b);
        lab.observe(job, Status.STOPPED, 0);
        crew.converge();
        assertThat(places()).containsExactly(b);
        assertThat(lab.service().desiredCount()).isEqualTo(1);
        assertThat(crew.said()).contains("has reached a steady state");
        set(a, Worker.Status.ACTIVE);
        crew.converge();
        assertThat(places()).containsExactly(a, b);
    }

    @Test
    void machinesThatLackAnAttributeAreLeftAloneAndLeftWhenTheyLoseIt() {
        WorkerId plain = worker();
        WorkerId rack = lab.worker(1024, 2048, Map.of("ecs.capability.rack", ""));
        var footprint =
                new Footprint(new Resources(256, 128), List.of(), List.of("ecs.capability.rack"));
        lab.createService(spec(0), lab.definition("web", footprint), 0);
        crew.converge();
        assertThat(places()).containsExactly(rack).doesNotContain(plain);
        lab.apply(
                new Command.RegisterWorker(
                        rack,
                        true,
                        Lab.CLUSTER,
                        Map.of(),
                        List.of(),
                        new Resources(1024, 2048),
                        List.of(),
                        null,
                        List.of()));
        crew.converge();
        assertThat(places()).isEmpty();
    }

    @Test
    void anUpdateStopsBeforeItStartsOnEachMachine() {
        List<WorkerId> workers = List.of(worker(), worker(), worker());
        begin(0);
        crew.converge();
        lab.updateService(definition(), 0, true);
        for (int i = 0; i < 40; i++) {
            crew.reconcile();
            for (WorkerId worker : workers) {
                assertThat(lab.state().aliveOn(worker).filter(Task::wanted).count())
                        .isLessThanOrEqualTo(1);
                assertThat(lab.state().aliveOn(worker).count()).isLessThanOrEqualTo(1);
            }
            crew.obey();
            lab.pass(Duration.ofSeconds(5));
        }
        assertThat(crew.wanted())
                .hasSize(3)
                .allMatch(task -> task.deployment() == lab.service().primary().number());
        assertThat(lab.service().deployments()).hasSize(1);
    }

    @Test
    void anUpdateKeepsTheHealthyMinimum() {
        for (int i = 0; i < 4; i++) {
            worker();
        }
        begin(50);
        crew.converge();
        crew.watchAnew();
        lab.updateService(definition(), 0, true);
        crew.converge();
        assertThat(crew.fewestHealthy()).isEqualTo(2);
        assertThat(lab.service().deployments()).hasSize(1);
        assertThat(lab.service().primary().running()).isEqualTo(4);
    }

    @Test
    void roomIsKeptForTheTaskThatAMachineStillLacks() {
        var big = new Footprint(new Resources(800, 128), List.of(), List.of());
        lab.createService(spec(0), lab.definition("web", big), 0);
        WorkerId worker = worker();
        TaskDefinitionKey job = lab.definition("job", Lab.SMALL);
        Reply reply = lab.apply(lab.run(job, worker, null));
        assertThat(((Reply.Started) reply).started()).isEmpty();
        crew.converge();
        assertThat(places()).containsExactly(worker);
    }

    @Test
    void aMachineWithoutRoomCountsAndIsNamedInTheEvents() {
        WorkerId full = worker();
        TaskDefinitionKey job =
                lab.definition(
                        "job", new Footprint(new Resources(1000, 128), List.of(), List.of()));
        lab.started(lab.apply(lab.run(job, full, null)));
        begin(0);
        assertThat(lab.service().desiredCount()).isEqualTo(1);
        crew.reconcile();
        assertThat(crew.said()).contains("insufficient CPU");
        assertThat(crew.wanted()).isEmpty();
    }

    @Test
    void itIsDeletedWithoutForce() {
        worker();
        begin(0);
        crew.converge();
        assertThat(lab.apply(new Command.DeleteService(Lab.WEB, false)))
                .isInstanceOf(Reply.Done.class);
        crew.obey();
        assertThat(lab.service().status()).isEqualTo(LifeStatus.INACTIVE);
        Audit.check(lab.state());
    }

    @Test
    void aPlanForAMachineThatIsNotWantedIsRefused() {
        WorkerId a = worker();
        begin(0);
        var plan = Reconciler.next(lab.state(), lab.service(), lab.ids, lab.random);
        set(a, Worker.Status.DRAINING);
        Reply reply = lab.apply(Check.present(plan, "plan"));
        assertThat(((Reply.Started) reply).started()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whateverMachinesDoEachEndsUpWithOneTask(long seed) {
        lab = new Lab(seed);
        crew = new Crew(lab);
        var workers = new ArrayList<WorkerId>();
        workers.add(worker());
        begin(lab.random.nextInt(3) * 50);
        for (int step = 0; step < STEPS; step++) {
            WorkerId any = workers.get(lab.random.nextInt(workers.size()));
            switch (lab.random.nextInt(9)) {
                case 0 -> workers.add(worker());
                case 1 -> set(any, Worker.Status.DRAINING);
                case 2 -> set(any, Worker.Status.ACTIVE);
                case 3 -> lab.apply(new Command.DeregisterWorker(any, true));
                case 4 -> lab.updateService(definition(), 0, true);
                case 5 -> lab.pass(Duration.ofSeconds(lab.random.nextInt(60)));
                case 6 -> crew.obey();
                default -> crew.reconcile();
            }
            Audit.check(lab.state());
        }
        crew.converge();
        List<WorkerId> active =
                lab.state()
                        .workersOf(Lab.CLUSTER)
                        .filter(worker -> worker.status() == Worker.Status.ACTIVE)
                        .map(Worker::id)
                        .sorted()
                        .toList();
        assertThat(places()).isEqualTo(active);
        assertThat(lab.service().desiredCount()).isEqualTo(active.size());
    }
}
