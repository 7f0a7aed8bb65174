package io.gantry.control.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.World;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.CommitPlan;
import io.gantry.control.core.state.Policy;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskSet;
import io.gantry.control.live.LiveStore.Heartbeat;
import io.gantry.control.log.LogUnavailable;
import io.gantry.control.log.Replica.Role;
import io.gantry.control.log.VirtualLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class LeaderDutiesTest {
    private final World world = new World();
    private Policy policy = Policy.DEFAULT;
    private int known = 1;
    private CompletableFuture<Integer> common = CompletableFuture.completedFuture(1);
    private LeaderDuties duties = duties(world.log, LeaderDutiesTest::realm);

    private static Realm realm() {
        return new Realm("r", "1", new Realm.AccessKey("other", "other"));
    }

    private LeaderDuties duties(VirtualLog log, Supplier<Realm> realm) {
        return new LeaderDuties(
                log,
                world.time,
                new Founding(log, realm),
                new ServiceLoop(log, log, world.time, world.ids, world.random),
                new DeadlineClock(log, world.time, world.time),
                new SessionPatrol(log, log, world.live, world.time, world.time),
                new PolicyKeeper(log, policy),
                new LossPatrol(log, log, world.time, world.time),
                new LevelKeeper(log, known, () -> common),
                new HookLoop(
                        log,
                        log,
                        world.time,
                        (_, _) -> new CompletableFuture<>(),
                        new HookTargets(Map.of())),
                new JobLoop(log, log, world.time, world.random));
    }

    private void lead() {
        duties.start();
        world.time.advance(Duration.ofMillis(50));
    }

    private long tasks(Status status) {
        return world.log.state().tasks().values().filter(t -> t.last() == status).count();
    }

    private void obey() {
        world.log
                .state()
                .tasks()
                .values()
                .filter(Task::alive)
                .toList()
                .forEach(
                        task ->
                                world.observe(
                                        task.id(),
                                        task.wanted() ? Status.RUNNING : Status.STOPPED));
    }

    @Test
    void aServiceGetsItsTasksAsSoonAsItIsCreated() {
        world.connect(world.worker());
        lead();
        world.service(3);
        world.time.advance(Duration.ofMillis(50));
        assertThat(tasks(Status.PENDING)).isEqualTo(3);
    }

    @Test
    void aServiceWithoutRoomIsServedOnceAWorkerComes() {
        lead();
        world.service(2);
        world.time.advance(Duration.ofSeconds(30));
        assertThat(world.log.applied().stream().filter(CommitPlan.class::isInstance).count())
                .as("one complaint, no more")
                .isEqualTo(1);
        world.connect(world.worker());
        world.time.advance(Duration.ofSeconds(2));
        assertThat(tasks(Status.PENDING)).isEqualTo(2);
    }

    @Test
    void aFollowerProposesNothingAndANewLeaderTakesUpWhatIsThere() {
        world.connect(world.worker());
        world.log.become(new Role(1, "n2", false));
        lead();
        world.service(1);
        world.time.advance(Duration.ofMinutes(1));
        assertThat(world.log.state().tasks().size()).isZero();
        world.log.become(new Role(2, "n1", true));
        world.time.advance(Duration.ofMillis(50));
        assertThat(tasks(Status.PENDING)).isEqualTo(1);
    }

    @Test
    void plansThatAreLostAreMadeAgain() {
        world.connect(world.worker());
        lead();
        world.log.fail(true);
        world.service(1);
        world.time.advance(Duration.ofSeconds(3));
        assertThat(world.log.state().tasks().size()).isZero();
        world.log.fail(false);
        world.time.advance(Duration.ofSeconds(3));
        assertThat(tasks(Status.PENDING)).isEqualTo(1);
    }

    @Test
    void aRollOutCompletesOnceItsTasksHaveRunLongEnough() {
        world.connect(world.worker());
        lead();
        world.service(2);
        world.time.advance(Duration.ofMillis(50));
        obey();
        world.time.advance(Duration.ofSeconds(30));
        assertThat(steady()).isFalse();
        world.time.advance(Duration.ofSeconds(15));
        assertThat(steady()).isTrue();
    }

    private void taskSet(double percent) {
        var spec =
                software.amazon.awssdk.services.ecs.model.TaskSet.builder()
                        .launchType("EC2")
                        .scale(TaskSet.percent(percent))
                        .build();
        world.log.apply(
                new Command.CreateTaskSet(
                        World.WEB,
                        world.ids.deployment(),
                        world.definition,
                        spec,
                        List.of(),
                        null,
                        ""));
    }

    @Test
    void anyLeaderGoesOnWithTaskSets() {
        world.connect(world.worker());
        var spec =
                software.amazon.awssdk.services.ecs.model.Service.builder()
                        .deploymentController(d -> d.type("EXTERNAL"))
                        .build();
        world.log.apply(
                new Command.CreateService(World.WEB, spec, 4, List.of(), null, 0, null, ""));
        lead();
        taskSet(100);
        world.time.advance(Duration.ofMillis(50));
        assertThat(tasks(Status.PENDING)).isEqualTo(4);
        world.log.become(new Role(1, "n2", false));
        taskSet(50);
        obey();
        world.time.advance(Duration.ofMinutes(1));
        assertThat(tasks(Status.PENDING)).isZero();
        world.log.become(new Role(2, "n1", true));
        world.time.advance(Duration.ofMillis(50));
        assertThat(tasks(Status.PENDING)).isEqualTo(2);
        obey();
        world.time.advance(Duration.ofSeconds(1));
        assertThat(steady()).isTrue();
    }

    private boolean steady() {
        return world.log.state().servicesOf(World.CLUSTER).allMatch(Service::steady);
    }

    @Test
    void deadlinesPassWithoutAnybodyWriting() {
        WorkerId worker = world.worker();
        world.connect(worker);
        lead();
        TaskId task = world.run(worker);
        world.observe(task, Status.STOPPED);
        world.time.advance(Duration.ofMinutes(61));
        assertThat(world.log.state().tasks().get(task)).isNull();
    }

    @Test
    void theLeadersConfigurationBecomesTheInstallationsPolicyOnce() {
        WorkerId worker = world.worker();
        world.connect(worker);
        policy = new Policy(Duration.ofHours(2).toMillis());
        duties = duties(world.log, LeaderDutiesTest::realm);
        lead();
        assertThat(world.log.state().policy()).isEqualTo(policy);
        TaskId task = world.run(worker);
        world.observe(task, Status.STOPPED);
        world.time.advance(Duration.ofMinutes(119));
        assertThat(world.log.state().tasks().get(task)).isNotNull();
        world.time.advance(Duration.ofMinutes(2));
        assertThat(world.log.state().tasks().get(task)).isNull();
        assertThat(world.log.applied().stream().filter(Command.SetPolicy.class::isInstance))
                .hasSize(1);
    }

    @Test
    void aPolicyThatIsLostIsProposedAgain() {
        policy = new Policy(Duration.ofDays(2).toMillis());
        duties = duties(world.log, LeaderDutiesTest::realm);
        world.log.fail(true);
        lead();
        world.time.advance(Duration.ofSeconds(1));
        assertThat(world.log.state().policy()).isEqualTo(Policy.DEFAULT);
        world.log.fail(false);
        world.time.advance(Duration.ofSeconds(6));
        assertThat(world.log.state().policy()).isEqualTo(policy);
    }

    @Test
    void aSessionWithoutHeartbeatsEndsAndOneWithThemDoesNot() {
        WorkerId silent = world.worker();
        world.connect(silent);
        WorkerId lively = world.worker();
        long session = world.connect(lively);
        lead();
        for (int i = 0; i < 30; i++) {
            world.live.heartbeat(lively, new Heartbeat(session, "n1", world.time.nowMillis()));
            world.time.advance(Duration.ofSeconds(1));
        }
        var workers = world.log.state().workers();
        assertThat(workers.get(silent)).matches(row -> row != null && !row.connected());
        assertThat(workers.get(lively)).matches(row -> row != null && row.connected());
    }

    @Test
    void anInstallationIsFoundedOnlyOnce() {
        lead();
        world.time.advance(Duration.ofMinutes(1));
        assertThat(world.log.applied().stream().filter(Command.FoundRealm.class::isInstance))
                .hasSize(1);
    }

    @Test
    void aFoundingThatFailsIsTriedAgain() {
        var log = new VirtualLog(world.time);
        var asked = new AtomicInteger();
        duties(
                        log,
                        () -> {
                            if (asked.incrementAndGet() == 1) {
                                throw new IllegalStateException("disk full");
                            }
                            return new Realm("r", "1", new Realm.AccessKey("a", "s"));
                        })
                .start();
        assertThatThrownBy(world.time::settle).hasMessage("disk full");
        world.time.advance(Duration.ofSeconds(6));
        assertThat(log.state().realm()).isNotNull();
    }

    @Test
    void aRoleThatIsOverAlreadyIsNotTakenUp() {
        world.log.become(new Role(1, "n2", false));
        lead();
        world.connect(world.worker());
        world.service(1);
        int before = world.log.applied().size();
        world.log.become(new Role(2, "n1", true));
        world.log.become(new Role(3, "n2", false));
        world.time.advance(Duration.ofSeconds(1));
        assertThat(world.log.applied()).hasSize(before);
    }

    @Test
    void withoutTheLiveStoreNoSessionEnds() {
        WorkerId worker = world.worker();
        world.connect(worker);
        world.live.setJoined(false);
        lead();
        world.time.advance(Duration.ofMinutes(5));
        assertThat(world.log.state().workers().get(worker))
                .matches(row -> row != null && row.connected());
        world.live.setJoined(true);
        world.time.advance(Duration.ofSeconds(30));
        assertThat(world.log.state().workers().get(worker))
                .matches(row -> row != null && !row.connected());
    }

    @Test
    void theFeatureLevelRisesOnceAllNodesKnowIt() {
        known = 3;
        common = CompletableFuture.failedFuture(new LogUnavailable("n3 is away"));
        duties = duties(world.log, LeaderDutiesTest::realm);
        lead();
        world.time.advance(Duration.ofSeconds(20));
        assertThat(world.log.state().level()).isEqualTo(1);

        common = CompletableFuture.completedFuture(2);
        world.time.advance(Duration.ofSeconds(6));
        assertThat(world.log.state().level()).as("n3 knows 2").isEqualTo(2);

        common = CompletableFuture.completedFuture(1);
        world.time.advance(Duration.ofSeconds(6));
        assertThat(world.log.state().level()).as("never lowered").isEqualTo(2);
    }
}
