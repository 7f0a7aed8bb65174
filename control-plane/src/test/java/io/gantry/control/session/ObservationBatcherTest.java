package io.gantry.control.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.World;
import io.gantry.control.core.command.Command.ObserveTasks;
import io.gantry.control.core.state.Task.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ObservationBatcherTest {
    private final World world = new World();
    private final ObservationBatcher batcher = new ObservationBatcher(world.log, world.time);

    private List<ObserveTasks> batches() {
        return world.log.applied().stream()
                .filter(ObserveTasks.class::isInstance)
                .map(ObserveTasks.class::cast)
                .toList();
    }

    @Test
    void manyReportsShareFewEntriesAndEachIsAnsweredAfterItIsApplied() {
        WorkerId worker = world.worker();
        world.connect(worker);
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        List<TaskId> tasks = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            tasks.add(world.run(worker));
        }
        for (int round = 0; round < 100; round++) {
            for (TaskId task : tasks) {
                answers.add(batcher.report(World.observation(task, Status.RUNNING)));
            }
        }
        world.time.settle();
        assertThat(answers).noneMatch(CompletableFuture::isDone);
        world.time.advance(Duration.ofMillis(50));
        assertThat(answers).allMatch(CompletableFuture::isDone);
        assertThat(batches()).hasSizeLessThan(8);
        assertThat(batches()).allMatch(each -> each.observations().size() <= 256);
        assertThat(world.log.state().tasks().values())
                .allMatch(task -> task.last() == Status.RUNNING);
    }

    @Test
    void aLoneReportDoesNotWait() {
        var done = batcher.report(World.observation(world.ids.task(), Status.RUNNING));
        world.time.advance(Duration.ofMillis(3));
        assertThat(done).isCompleted();
    }

    @Test
    void withoutAQuorumTheReporterLearnsItAndLaterReportsGoThrough() {
        world.log.fail(true);
        var lost = batcher.report(World.observation(world.ids.task(), Status.RUNNING));
        world.time.advance(Duration.ofMillis(10));
        assertThat(lost).isCompletedExceptionally();
        world.log.fail(false);
        var done = batcher.report(World.observation(world.ids.task(), Status.RUNNING));
        world.time.advance(Duration.ofMillis(10));
        assertThat(done).isCompletedWithValue(null);
    }
}
