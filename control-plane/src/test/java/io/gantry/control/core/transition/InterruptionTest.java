package io.gantry.control.core.transition;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.Worker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Capacity that is taken back. */
class InterruptionTest {
    private static final long NOTICE_MILLIS = 120_000;

    private final Lab lab = new Lab(2);
    private final WorkerId spot = lab.worker(1024, 1024, Map.of());

    private TaskId task() {
        TaskId task = lab.started(lab.apply(lab.run(lab.definition("job", Lab.SMALL), spot, null)));
        lab.observe(task, Status.RUNNING, null);
        return task;
    }

    private Reply interrupt() {
        return lab.apply(new Command.InterruptWorker(spot, NOTICE_MILLIS));
    }

    @Test
    void tasksGoOnUntilTheNoticeIsOver() {
        TaskId task = task();
        interrupt();
        assertThat(lab.machine(spot).status()).isEqualTo(Worker.Status.DRAINING);
        lab.pass(Duration.ofSeconds(119));
        assertThat(lab.task(task).wanted()).isTrue();
        lab.pass(Duration.ofSeconds(2));
        assertThat(lab.task(task).wanted()).isFalse();
        assertThat(lab.task(task).stopCode()).isEqualTo("SpotInterruption");
        assertThat(lab.task(task).stoppedReason()).isEqualTo("Your Spot Task was interrupted.");
        Audit.check(lab.state());
    }

    @Test
    void aRepetitionKeepsTheTime() {
        TaskId task = task();
        interrupt();
        lab.pass(Duration.ofSeconds(100));
        assertThat(interrupt()).isInstanceOf(Reply.Done.class);
        lab.pass(Duration.ofSeconds(21));
        assertThat(lab.task(task).wanted()).isFalse();
    }

    @Test
    void aMachineThatIsMadeActiveAgainIsNotInterrupted() {
        TaskId task = task();
        interrupt();
        lab.pass(Duration.ofSeconds(60));
        lab.apply(new Command.SetWorkerStatus(List.of(spot), Worker.Status.ACTIVE));
        lab.pass(Duration.ofSeconds(70));
        assertThat(lab.task(task).wanted()).isTrue();
        interrupt();
        lab.pass(Duration.ofSeconds(100));
        assertThat(lab.task(task).wanted()).isTrue();
        lab.pass(Duration.ofSeconds(21));
        assertThat(lab.task(task).wanted()).isFalse();
    }

    @Test
    void aMachineThatIsGoneCannotBeInterrupted() {
        lab.apply(new Command.DeregisterWorker(spot, true));
        assertThat(interrupt()).isInstanceOf(Reply.Refused.class);
    }
}
