package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.ManagedDeployment;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.HealthCheck;
import software.amazon.awssdk.services.ecs.model.Tag;

/** Managed daemons: where they run, and who has to wait for them. */
class ManagedDaemonTest {
    private final Lab lab = new Lab(7);
    private final DaemonCrew crew = new DaemonCrew(lab);

    private Worker.Status status(WorkerId worker) {
        return lab.machine(worker).status();
    }

    private void seconds(int seconds) {
        lab.pass(Duration.ofSeconds(seconds));
    }

    @Test
    void eachMachineOfItsProvidersGetsOneTask() {
        WorkerId a = crew.worker();
        WorkerId b = crew.worker();
        crew.worker("other");
        crew.create(crew.definition());
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.PENDING);
        crew.plan();
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.IN_PROGRESS);
        crew.converge();
        assertThat(crew.places()).containsExactly(a, b);
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.SUCCESSFUL);
        assertThat(crew.deployment().times().finished()).isPositive();
        assertThat(crew.mostDraining()).as("nothing has to leave for a first task").isZero();
    }

    @Test
    void itsTasksSayWhoseTheyAre() {
        WorkerId a = crew.worker();
        crew.create(crew.definition());
        crew.converge();
        Task task = crew.on(a);
        assertThat(task.group()).isEqualTo("daemon:agent");
        assertThat(task.launchType()).isEqualTo("EC2");
        assertThat(task.provision().provider()).isEqualTo(DaemonCrew.POOL);
        assertThat(task.tags())
                .extracting(Tag::key)
                .containsExactly("aws:ecs:clusterName", "aws:ecs:daemonName", "team");
    }

    @Test
    void withoutMachinesADeploymentIsDoneAtOnce() {
        crew.create(crew.definition());
        crew.plan();
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.SUCCESSFUL);
    }

    @Test
    void aMachineThatJoinsTakesOthersOnlyOnceItsDaemonRuns() {
        crew.create(crew.definition());
        crew.converge();
        WorkerId a = crew.worker();
        assertThat(crew.other(a)).as("before the daemon is placed").isNull();
        crew.plan();
        assertThat(crew.places()).containsExactly(a);
        assertThat(crew.other(a)).as("before the daemon runs").isNull();
        lab.observe(crew.on(a).id(), Status.RUNNING, null);
        assertThat(crew.other(a)).isNotNull();
    }

    @Test
    void servicesAndTheirDaemonsWaitForItToo() {
        crew.create(crew.definition());
        lab.createService(lab.definition("web", Lab.SMALL), 1, 0, 100);
        WorkerId a = crew.worker();
        crew.plan();
        assertThat(lab.state().aliveOn(a).map(Task::group)).containsExactly("daemon:agent");
        crew.converge();
        assertThat(lab.state().aliveOn(a).map(Task::group))
                .containsExactly("daemon:agent", "service:web");
    }

    @Test
    void onAMachineThatUsersDrainItStopsLast() {
        WorkerId a = crew.worker();
        crew.create(crew.definition());
        crew.converge();
        TaskId job = Check.present(crew.other(a), a);
        crew.converge();
        crew.set(a, Worker.Status.DRAINING);
        crew.converge();
        assertThat(crew.places()).containsExactly(a);
        lab.observe(job, Status.STOPPED, 0);
        crew.converge();
        assertThat(crew.places()).isEmpty();
        crew.set(a, Worker.Status.ACTIVE);
        crew.converge();
        assertThat(crew.places()).containsExactly(a);
    }

    @Test
    void aMachineThatLeavesIsForgotten() {
        WorkerId a = crew.worker();
        WorkerId b = crew.worker();
        crew.create(crew.definition());
        crew.converge();
        lab.apply(new Command.DeregisterWorker(a, true));
        crew.converge();
        assertThat(crew.places()).containsExactly(b);
        assertThat(lab.state().managed().posts().size()).isZero();
    }

    @Test
    void anUpdateDrainsAndReplacesInBatches() {
        var workers = new ArrayList<WorkerId>();
        for (int i = 0; i < 8; i++) {
            workers.add(crew.worker());
        }
        crew.create(crew.definition());
        crew.converge();
        long first = crew.daemon().target();
        crew.update(crew.definition());
        assertThat(crew.deployment().sources()).containsExactly(first);
        crew.plan();
        assertThat(crew.draining()).as("a quarter").hasSize(2);
        crew.converge();
        assertThat(crew.mostDraining()).isEqualTo(2);
        assertThat(crew.draining()).isEmpty();
        assertThat(crew.tasks())
                .hasSize(8)
                .allMatch(task -> task.deployment() == crew.daemon().target());
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.SUCCESSFUL);
        assertThat(crew.places()).containsExactlyElementsOf(workers.stream().sorted().toList());
    }

    @Test
    void oneMachineDrainsHoweverSmallTheShare() {
        crew.worker();
        crew.worker();
        crew.create(crew.definition());
        crew.converge();
        crew.update(DaemonCrew.spec(crew.definition(), c -> c.drainPercent(0.0)));
        crew.converge();
        assertThat(crew.mostDraining()).isEqualTo(1);
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.SUCCESSFUL);
    }

    @Test
    void tasksOfServicesLeaveBeforeTheDaemonIsReplaced() {
        WorkerId a = crew.worker();
        WorkerId b = crew.worker();
        crew.create(crew.definition());
        crew.converge();
        TaskDefinitionKey web = lab.definition("web", Lab.SMALL);
        lab.createService(web, 2, 100, 200);
        crew.converge();
        crew.update(crew.definition());
        for (int i = 0; i < 200; i++) {
            for (WorkerId worker : List.of(a, b)) {
                boolean old =
                        crew.tasks().stream()
                                .anyMatch(
                                        task ->
                                                task.worker().equals(worker)
                                                        && task.deployment()
                                                                == crew.daemon().target()
                                                        && task.last() == Status.PENDING);
                assertThat(old && hasWeb(worker)).isFalse();
            }
            crew.round(Duration.ofSeconds(1));
        }
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.SUCCESSFUL);
        assertThat(lab.service().primary().running()).isEqualTo(2);
    }

    private boolean hasWeb(WorkerId worker) {
        return lab.state()
                .aliveOn(worker)
                .anyMatch(task -> Lab.WEB.equals(task.service()) && task.wanted());
    }

    @Test
    void tasksThatCannotLeaveHoldUpAnUpdateForAMinuteOnly() {
        WorkerId a = crew.worker();
        crew.create(crew.definition());
        crew.converge();
        lab.createService(lab.definition("web", Lab.SMALL), 1, 100, 200);
        crew.converge();
        TaskId before = crew.on(a).id();
        crew.update(crew.definition());
        crew.plan();
        seconds(59);
        crew.plan();
        assertThat(crew.on(a).id()).isEqualTo(before);
        seconds(2);
        crew.converge();
        assertThat(crew.on(a).id()).isNotEqualTo(before);
        assertThat(status(a)).isEqualTo(Worker.Status.ACTIVE);
        assertThat(hasWeb(a)).as("it stayed").isTrue();
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.SUCCESSFUL);
    }

    @Test
    void eachStepIsWatchedForTheBakeTime() {
        crew.worker();
        crew.worker();
        crew.create(crew.definition());
        crew.converge();
        var spec =
                DaemonCrew.spec(crew.definition(), c -> c.drainPercent(50.0).bakeTimeInMinutes(10));
        crew.update(spec);
        for (int i = 0; i < 12; i++) {
            crew.round(Duration.ofSeconds(5));
        }
        assertThat(updated()).as("the first step").isEqualTo(1);
        assertThat(crew.draining()).isEmpty();
        seconds(9 * 60);
        crew.plan();
        assertThat(crew.draining()).isEmpty();
        seconds(60);
        crew.plan();
        assertThat(crew.draining()).hasSize(1);
        for (int i = 0; i < 12; i++) {
            crew.round(Duration.ofSeconds(5));
        }
        assertThat(updated()).isEqualTo(2);
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.IN_PROGRESS);
        seconds(10 * 60);
        crew.converge();
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.SUCCESSFUL);
    }

    private long updated() {
        return crew.tasks().stream()
                .filter(task -> task.deployment() == crew.daemon().target())
                .count();
    }

    @Test
    void aBadRevisionIsRolledBack() {
        for (int i = 0; i < 8; i++) {
            crew.worker();
        }
        crew.create(crew.definition());
        crew.converge();
        long good = crew.daemon().target();
        TaskDefinitionKey bad = crew.definition();
        crew.breaks(bad);
        crew.update(bad);
        crew.converge();
        ManagedDeployment deployment = crew.deployment();
        assertThat(deployment.status()).isEqualTo(ManagedDeployment.Status.ROLLBACK_SUCCESSFUL);
        assertThat(deployment.breaker().failures()).isEqualTo(deployment.breaker().threshold());
        assertThat(deployment.breaker().triggered()).isTrue();
        assertThat(deployment.rollback()).matches(way -> way != null && way.revision() == good);
        assertThat(crew.daemon().target()).isEqualTo(good);
        assertThat(crew.tasks()).hasSize(8).allMatch(task -> task.deployment() == good);
        assertThat(crew.draining()).isEmpty();
        assertThat(crew.mostDraining()).as("the others were left alone").isEqualTo(2);
    }

    @Test
    void aRollbackThatFailsTooIsGivenUpButTriedOn() {
        crew.worker();
        TaskDefinitionKey good = crew.definition();
        crew.create(good);
        crew.converge();
        TaskDefinitionKey bad = crew.definition();
        crew.breaks(bad);
        crew.breaks(good);
        crew.update(bad);
        for (int i = 0; i < 100; i++) {
            crew.round(Duration.ofSeconds(5));
        }
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.ROLLBACK_FAILED);
        assertThat(crew.draining()).as("nothing else runs without its daemon").hasSize(1);
        crew.mends(good);
        seconds(900);
        crew.converge();
        assertThat(crew.tasks()).hasSize(1);
        assertThat(crew.draining()).isEmpty();
    }

    @Test
    void aFirstRevisionThatFailsStopsAndBlocksNobody() {
        WorkerId a = crew.worker();
        TaskDefinitionKey bad = crew.definition();
        crew.breaks(bad);
        crew.create(bad);
        crew.converge();
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.STOPPED);
        assertThat(crew.deployment().times().stopped()).isPositive();
        assertThat(crew.daemon().stalled()).isTrue();
        assertThat(crew.other(a)).isNotNull();
        crew.update(crew.definition());
        crew.converge();
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.SUCCESSFUL);
        assertThat(crew.places()).containsExactly(a);
    }

    @Test
    void aMachineDrainsWhenItsDaemonStopsAndIsUsedAgainOnceItRuns() {
        WorkerId a = crew.worker();
        crew.create(crew.definition());
        crew.converge();
        TaskId before = crew.on(a).id();
        lab.observe(before, Status.STOPPED, 1);
        assertThat(status(a)).isEqualTo(Worker.Status.DRAINING);
        assertThat(crew.other(a)).isNull();
        seconds(1);
        crew.plan();
        assertThat(crew.on(a).id()).isNotEqualTo(before);
        lab.observe(crew.on(a).id(), Status.RUNNING, null);
        crew.plan();
        assertThat(status(a)).as("it has not proved itself yet").isEqualTo(Worker.Status.DRAINING);
        seconds(11);
        crew.plan();
        assertThat(status(a)).isEqualTo(Worker.Status.ACTIVE);
        assertThat(lab.state().managed().posts().size()).isZero();
    }

    @Test
    void aDaemonThatKeepsFailingIsStartedMoreAndMoreRarely() {
        TaskDefinitionKey definition = crew.definition();
        crew.create(definition);
        crew.converge();
        crew.worker();
        crew.breaks(definition);
        for (int i = 0; i < 600; i++) {
            crew.round(Duration.ofSeconds(1));
        }
        long tries = lab.state().tasksOf(DaemonCrew.AGENT).count();
        assertThat(tries).isBetween(5L, 10L);
    }

    @Test
    void whoeverDrainsAMachineByHandHasTheLastWord() {
        WorkerId a = crew.worker();
        crew.create(crew.definition());
        crew.converge();
        crew.update(crew.definition());
        crew.plan();
        assertThat(status(a)).isEqualTo(Worker.Status.DRAINING);
        crew.set(a, Worker.Status.DRAINING);
        crew.converge();
        assertThat(status(a)).isEqualTo(Worker.Status.DRAINING);
        assertThat(crew.places()).isEmpty();
    }

    @Test
    void aMachineWithoutRoomIsDrainedForIt() {
        WorkerId a = crew.worker();
        TaskId job = Check.present(crew.other(a), a);
        var big = new Footprint(new Resources(900, 128), List.of(HostPort.tcp(99)), List.of());
        crew.create(crew.definition(big, null));
        for (int i = 0; i < 5; i++) {
            crew.round(Duration.ofSeconds(5));
        }
        assertThat(status(a)).isEqualTo(Worker.Status.DRAINING);
        assertThat(crew.deployment().reason()).contains(a.toString(), "insufficient CPU");
        lab.observe(job, Status.STOPPED, 0);
        crew.converge();
        assertThat(crew.places()).containsExactly(a);
        assertThat(status(a)).isEqualTo(Worker.Status.ACTIVE);
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.SUCCESSFUL);
        assertThat(crew.deployment().reason()).isNull();
    }

    @Test
    void twoDaemonsOfAMachineKeepItDrainingUntilBothAreInOrder() {
        WorkerId a = crew.worker();
        crew.create(crew.definition());
        var second = ServiceKey.ofDaemon(Lab.CLUSTER, "second");
        lab.apply(
                new Command.CreateDaemon(
                        second,
                        DaemonCrew.spec(crew.definition(), _ -> {}),
                        List.of(),
                        lab.ids.deployment(),
                        null,
                        ""));
        crew.converge();
        assertThat(lab.state().aliveOn(a).count()).isEqualTo(2);
        lab.state().aliveOn(a).map(Task::id).toList().forEach(this::crash);
        seconds(1);
        crew.plan();
        lab.observe(crew.on(a).id(), Status.RUNNING, null);
        seconds(11);
        crew.plan();
        assertThat(status(a)).isEqualTo(Worker.Status.DRAINING);
        crew.converge();
        assertThat(status(a)).isEqualTo(Worker.Status.ACTIVE);
    }

    private void crash(TaskId task) {
        lab.observe(task, Status.STOPPED, 1);
    }

    @Test
    void anUpdateSupersedesADeploymentThatIsUnderWay() {
        crew.worker();
        crew.create(crew.definition());
        crew.plan();
        String first = crew.daemon().latest();
        crew.update(crew.definition());
        assertThat(crew.deployment(first).status()).isEqualTo(ManagedDeployment.Status.STOPPED);
        assertThat(crew.deployment(first).reason()).contains("superseded");
        crew.converge();
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.SUCCESSFUL);
    }

    @Test
    void aProviderThatIsLeftOutLosesItsTasks() {
        WorkerId a = crew.worker();
        WorkerId b = crew.worker("other");
        TaskDefinitionKey definition = crew.definition();
        var both =
                new Command.DaemonSpec(
                        definition,
                        List.of(DaemonCrew.POOL, "other"),
                        false,
                        false,
                        false,
                        DaemonCrew.spec(definition, _ -> {}).configuration());
        crew.create(both);
        crew.converge();
        assertThat(crew.places()).containsExactly(a, b);
        crew.update(definition);
        crew.converge();
        assertThat(crew.places()).containsExactly(a);
        assertThat(
                        lab.apply(
                                new Command.SetClusterCapacity(
                                        Lab.CLUSTER, List.of("other"), List.of())))
                .matches(
                        reply ->
                                reply instanceof Reply.Refused refused
                                        && refused.cause() == Cause.RESOURCE_IN_USE);
    }

    @Test
    void aDaemonThatIsDeletedGoesWithItsLastTask() {
        crew.worker();
        crew.worker();
        TaskDefinitionKey definition = crew.definition();
        crew.create(definition);
        crew.converge();
        assertThat(lab.apply(new Command.DeleteCluster(Lab.CLUSTER)))
                .isInstanceOf(Reply.Refused.class);
        crew.delete();
        String last = crew.daemon().latest();
        assertThat(crew.daemon().active()).isFalse();
        assertThat(crew.tasks()).isEmpty();
        assertThat(crew.delete())
                .matches(reply -> ((Reply.Refused) reply).cause() == Cause.DAEMON_NOT_ACTIVE);
        crew.converge();
        assertThat(lab.state().managed().daemons().size()).isZero();
        assertThat(crew.deployment(last).status()).isEqualTo(ManagedDeployment.Status.SUCCESSFUL);
        assertThat(crew.delete())
                .matches(reply -> ((Reply.Refused) reply).cause() == Cause.DAEMON_NOT_FOUND);
    }

    @Test
    void aDefinitionInUseIsDeletedWhenNoDaemonHasItAnyMore() {
        TaskDefinitionKey first = crew.definition();
        crew.create(first);
        crew.converge();
        lab.apply(new Command.DeleteDaemonTaskDefinition(first));
        assertThat(statusOf(first)).isEqualTo("DELETE_IN_PROGRESS");
        assertThat(crew.update(first))
                .matches(reply -> ((Reply.Refused) reply).cause() == Cause.TASK_DEFINITION);
        crew.update(crew.definition());
        assertThat(statusOf(first)).as("it may have to go back").isEqualTo("DELETE_IN_PROGRESS");
        crew.converge();
        assertThat(statusOf(first)).isEqualTo("DELETED");
        TaskDefinitionKey unused = crew.definition();
        lab.apply(new Command.DeleteDaemonTaskDefinition(unused));
        assertThat(statusOf(unused)).isEqualTo("DELETED");
        assertThat(crew.definition().revision()).as("never given out again").isEqualTo(4);
    }

    private String statusOf(TaskDefinitionKey key) {
        return Check.present(lab.state().managed().definitions().get(key), key)
                .definition()
                .statusAsString();
    }

    @Test
    void theFirstDigestPinsTheImagesOfARevision() {
        WorkerId a = crew.worker();
        crew.create(crew.definition());
        crew.plan();
        String digest = "sha256:" + "1".repeat(64);
        var seen = new ContainerSeen("main", Status.RUNNING, null, null, "id", digest, null, null);
        lab.report(crew.on(a).id(), Status.RUNNING, null, seen);
        assertThat(crew.revision().imageDigests()).containsEntry("main", digest);
        assertThat(lab.state().imageDigests(crew.on(a))).containsEntry("main", digest);
        crew.update(crew.definition());
        assertThat(crew.revision().imageDigests()).isEmpty();
    }

    @Test
    void anUnhealthyTaskIsReplacedAndItsMachineDrained() {
        WorkerId a = crew.worker();
        crew.create(
                crew.definition(Lab.SMALL, HealthCheck.builder().command("CMD", "true").build()));
        crew.plan();
        TaskId first = crew.on(a).id();
        lab.observe(first, Status.RUNNING, null);
        health(first, Task.Health.HEALTHY);
        crew.plan();
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.SUCCESSFUL);
        seconds(100);
        health(first, Task.Health.UNHEALTHY);
        crew.plan();
        assertThat(lab.task(first).wanted()).isFalse();
        lab.observe(first, Status.STOPPED, 143);
        assertThat(status(a)).isEqualTo(Worker.Status.DRAINING);
        seconds(2);
        crew.plan();
        assertThat(crew.on(a).id()).isNotEqualTo(first);
    }

    private void health(TaskId task, Task.Health health) {
        lab.report(
                task,
                Status.RUNNING,
                null,
                new ContainerSeen("main", Status.RUNNING, null, null, null, null, null, health));
    }

    @Test
    void aMachineThatCannotBeHeardOfHoldsUpNobody() {
        WorkerId a = crew.worker();
        WorkerId b = crew.worker();
        crew.create(crew.definition());
        crew.converge();
        lab.apply(new Command.DisconnectWorker(a, lab.machine(a).session()));
        crew.update(crew.definition());
        crew.converge();
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.SUCCESSFUL);
        assertThat(crew.on(b).deployment()).isEqualTo(crew.daemon().target());
        lab.connect(a);
        crew.converge();
        assertThat(crew.on(a).deployment()).isEqualTo(crew.daemon().target());
        assertThat(crew.draining()).isEmpty();
    }

    @Test
    void aTaskThatUsersStopComesBackAndIsNoFailure() {
        WorkerId a = crew.worker();
        crew.create(crew.definition());
        crew.converge();
        lab.apply(new Command.StopTask(crew.on(a).id(), "UserInitiated", "why not"));
        crew.converge();
        assertThat(crew.places()).containsExactly(a);
        assertThat(status(a)).isEqualTo(Worker.Status.ACTIVE);
    }

    @Test
    void aStepThatWasProposedFromAnEarlierStateIsRefused() {
        crew.worker();
        crew.create(crew.definition());
        Command step =
                Check.present(ManagedPlan.next(lab.state(), crew.daemon(), lab.ids), "a step");
        lab.apply(step);
        assertThat(lab.apply(step))
                .matches(reply -> ((Reply.Refused) reply).cause() == Cause.STALE);
        assertThat(crew.tasks()).hasSize(1);
    }

    @Test
    void oldDeploymentsAndRevisionsAreForgotten() {
        crew.create(crew.definition());
        crew.converge();
        long first = crew.daemon().target();
        crew.update(crew.definition());
        crew.converge();
        lab.pass(Duration.ofDays(91));
        assertThat(lab.state().managed().deploymentsOf(DaemonCrew.AGENT)).hasSize(1);
        assertThat(lab.state().managed().revision(DaemonCrew.AGENT, first)).isNull();
        assertThat(crew.deployment().status()).isEqualTo(ManagedDeployment.Status.SUCCESSFUL);
    }
}
