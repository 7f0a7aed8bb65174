package io.gantry.control.core.transition;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.World;
import io.gantry.control.core.Audit;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Worker;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RestorationTest {
    private final World world = new World();
    private final WorkerId worker = world.worker();
    private final long session = world.connect(worker);
    private final TaskId task = world.run(worker);
    private final ClusterState saved;

    RestorationTest() {
        world.observe(task, Task.Status.RUNNING);
        saved = world.log.state();
    }

    private Outcome first(long later) {
        return Transitions.apply(saved.asRestored(), new Command.Tick(), saved.nowMillis() + later);
    }

    private Worker worker(ClusterState state) {
        return Objects.requireNonNull(state.workers().get(worker));
    }

    @Test
    void withTheFirstCommandNobodyIsConnectedAnyMore() {
        assertThat(worker(saved).connected()).isTrue();
        ClusterState after = first(60_000).state();
        assertThat(after.restored()).isFalse();
        assertThat(worker(after).connected()).isFalse();
        assertThat(worker(after).disconnectedAtMillis()).isEqualTo(saved.nowMillis() + 60_000);
        assertThat(first(60_000).touched().workers()).contains(worker);
        Audit.check(after);
    }

    @Test
    void tasksStayWhereTheyAre() {
        Task restored = Objects.requireNonNull(first(5).state().tasks().get(task));
        assertThat(restored).isEqualTo(saved.tasks().get(task));
    }

    @Test
    void sessionsAfterwardsHaveNumbersThatNoAgentHasSeen() {
        ClusterState after = first(1_000).state();
        var connect =
                new Command.ConnectWorker(worker, "n1", new Worker.AgentVersion(null, null, null));
        var reply = Transitions.apply(after, connect, after.nowMillis()).reply();
        long next = ((Reply.Connected) reply).session();
        assertThat(next).isGreaterThan(session + 1_000_000_000L);
        // Sequence numbers of messages are the session's number times 2^16.
        assertThat(next).isLessThan(Long.MAX_VALUE >> 16);
    }

    @Test
    void anotherRestorationOfTheSameFileBeginsBehindTheOneBefore() {
        long minute = 60_000;
        long commandsPerMinute = 600_000;
        assertThat(first(2 * minute).state().sequence())
                .isGreaterThan(first(minute).state().sequence() + commandsPerMinute);
    }

    @Test
    void theLogsTimeIsNotSetBackByALeaderWhoseClockIsBehind() {
        assertThat(first(-60_000).state().nowMillis()).isEqualTo(saved.nowMillis());
        assertThat(first(-60_000).state().sequence()).isGreaterThan(saved.sequence());
    }
}
