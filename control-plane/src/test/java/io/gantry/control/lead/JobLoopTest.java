package io.gantry.control.lead;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.common.model.Resources;
import io.gantry.common.model.TaskId;
import io.gantry.control.World;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.PlaceJobs;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.reconcile.Launches;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Job;
import io.gantry.control.core.state.Policy;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.log.Replica.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.Tag;

/** The leader and the tasks that wait. */
class JobLoopTest {
    private final World world = new World();

    private void lead() {
        new LeaderDuties(
                        world.log,
                        world.time,
                        new Founding(
                                world.log,
                                () -> new Realm("r", "1", new Realm.AccessKey("a", "s"))),
                        new ServiceLoop(world.log, world.log, world.time, world.ids, world.random),
                        new DeadlineClock(world.log, world.time, world.time),
                        new SessionPatrol(world.log, world.log, world.live, world.time, world.time),
                        new PolicyKeeper(world.log, Policy.DEFAULT),
                        new LossPatrol(world.log, world.log, world.time, world.time),
                        new LevelKeeper(world.log, 1, () -> CompletableFuture.completedFuture(1)),
                        new HookLoop(
                                world.log,
                                world.log,
                                world.time,
                                (_, _) -> new CompletableFuture<>(),
                                new HookTargets(Map.of())),
                        new JobLoop(world.log, world.log, world.time, world.random))
                .start();
        pass(50);
    }

    private void pass(long millis) {
        world.time.advance(Duration.ofMillis(millis));
    }

    private List<TaskId> run(int count, int memoryMib, String key, String value) {
        var row =
                Check.present(
                        world.log.state().taskDefinitions().get(world.definition),
                        world.definition);
        var ask =
                new Job.Ask(
                        world.definition,
                        new Footprint(new Resources(64, memoryMib), List.of(), List.of()),
                        "g",
                        null,
                        "EC2",
                        null,
                        false,
                        List.of(Tag.builder().key(key).value(value).build()),
                        List.of(),
                        List.of());
        List<Command.Newcomer> newcomers =
                Stream.generate(
                                () ->
                                        new Command.Newcomer(
                                                world.ids.task(),
                                                Launches.containers(row, world.ids),
                                                null,
                                                null))
                        .limit(count)
                        .toList();
        Reply reply =
                world.log
                        .apply(new Command.RunJobs(World.CLUSTER, ask, null, "", false, newcomers))
                        .reply();
        return ((Reply.Started) reply).started().stream().sorted().toList();
    }

    private List<TaskId> waiting(int count, int memoryMib) {
        return run(count, memoryMib, "gantry:wait-for-capacity", "10m");
    }

    private boolean isPlaced(TaskId task) {
        return world.log.state().tasks().get(task) != null;
    }

    private long proposals() {
        return world.log.applied().stream().filter(PlaceJobs.class::isInstance).count();
    }

    @Test
    void whatWaitsIsPlacedAsSoonAsAMachineComesAndNobodyPolls() {
        lead();
        List<TaskId> tasks = waiting(3, 64);
        pass(60_000);
        assertThat(proposals()).isZero();
        world.connect(world.worker());
        pass(20);
        assertThat(tasks).allMatch(this::isPlaced);
        assertThat(proposals()).isEqualTo(1);
    }

    @Test
    void whatWaitsIsPlacedAsSoonAsAnotherTaskStops() {
        lead();
        world.connect(world.worker());
        List<TaskId> tasks = waiting(2, 4096);
        pass(20);
        assertThat(isPlaced(tasks.getFirst())).isTrue();
        assertThat(isPlaced(tasks.getLast())).isFalse();
        world.observe(tasks.getFirst(), Status.RUNNING);
        pass(5_000);
        world.observe(tasks.getFirst(), Status.STOPPED);
        pass(20);
        assertThat(isPlaced(tasks.getLast())).isTrue();
    }

    @Test
    void aNewLeaderPlacesWhatTheOldOneLeft() {
        world.log.become(new Role(1, "n2", false));
        lead();
        world.connect(world.worker());
        List<TaskId> tasks = waiting(1, 64);
        pass(60_000);
        assertThat(isPlaced(tasks.getFirst())).isFalse();
        world.log.become(new Role(2, "n1", true));
        pass(50);
        assertThat(isPlaced(tasks.getFirst())).isTrue();
    }

    @Test
    void aProposalThatIsLostIsMadeAgain() {
        lead();
        world.connect(world.worker());
        world.log.fail(true);
        List<TaskId> tasks = waiting(1, 64);
        pass(3_000);
        assertThat(isPlaced(tasks.getFirst())).isFalse();
        world.log.fail(false);
        pass(3_000);
        assertThat(isPlaced(tasks.getFirst())).isTrue();
    }

    @Test
    void aQueueGoesOnByItselfUntilItIsEmpty() {
        lead();
        world.connect(world.worker());
        List<TaskId> tasks = run(10, 64, "gantry:queue", "etl:2");
        for (int i = 0; i < 10; i++) {
            pass(20);
            List<Task> alive = world.log.state().aliveIn(World.CLUSTER).toList();
            assertThat(alive).extracting(Task::id).hasSizeBetween(1, 2);
            assertThat(alive.getFirst().id()).isEqualTo(tasks.get(i));
            world.observe(tasks.get(i), Status.STOPPED);
        }
        assertThat(tasks).allMatch(this::isPlaced);
    }

    @Test
    void hundredsThatWaitArePlacedInSteps() {
        lead();
        for (int i = 0; i < 40; i++) {
            waiting(10, 1 + i);
        }
        for (int i = 0; i < 10; i++) {
            world.connect(world.worker());
        }
        pass(1_000);
        assertThat(world.log.state().jobs().waitingIn(World.CLUSTER)).isEmpty();
        assertThat(world.log.applied())
                .filteredOn(PlaceJobs.class::isInstance)
                .allMatch(each -> ((PlaceJobs) each).placings().size() <= 64);
    }
}
