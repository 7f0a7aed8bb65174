package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Rate;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Worker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Machines that are emptied with a deadline, or at a pace. */
class DrainPaceTest {
    private static final ServiceKey API = new ServiceKey(Lab.CLUSTER, "api");

    private final Lab lab = new Lab(6);
    private final TaskDefinitionKey web = lab.definition("web", Lab.SMALL);
    private final WorkerId old = lab.worker(8192, 8192, Map.of());
    private final Crews crews = new Crews(lab);

    private void drain(Duration deadline, @Nullable Rate pace) {
        lab.apply(new Command.DrainWorker(old, deadline.toMillis(), pace));
    }

    private List<Task> wantedOn(WorkerId worker) {
        return lab.state().aliveOn(worker).filter(Task::wanted).toList();
    }

    @ParameterizedTest
    @CsvSource({"1,30", "2,60", "3,7"})
    void servicesMoveNoMoreTasksThanThePaceAllows(int count, int seconds) {
        lab.createService(web, 5, 100, 200);
        lab.createService(web, 4, spec -> {}, API);
        crews.converge();
        lab.worker(8192, 8192, Map.of());
        long began = lab.time.nowMillis();
        drain(Duration.ZERO, new Rate(count, seconds * 1_000L));
        for (int step = 0; step < 400 && !wantedOn(old).isEmpty(); step++) {
            crews.reconcile();
            crews.obey();
            lab.pass(Duration.ofSeconds(1));
            Audit.check(lab.state());
            long turns = 1 + (lab.time.nowMillis() - began) / (seconds * 1_000L);
            int there = wantedOn(old).size();
            assertThat(9 - there).as("moved").isLessThanOrEqualTo((int) turns * count);
            assertThat(crews.wanted(Lab.WEB).size() + crews.wanted(API).size() - 9)
                    .as("started before others stop")
                    .isLessThanOrEqualTo((int) turns * count - (9 - there));
        }
        assertThat(wantedOn(old)).as("it comes to an end").isEmpty();
        crews.converge();
        assertThat(crews.wanted(Lab.WEB)).hasSize(5);
        assertThat(crews.wanted(API)).hasSize(4);
    }

    @Test
    void whatStillRunsAtTheDeadlineIsStopped() {
        TaskId alone = lab.started(lab.apply(lab.run(web, old, null)));
        lab.observe(alone, Status.RUNNING, null);
        lab.createService(web, 1, 100, 200);
        crews.converge();
        TaskId busy = crews.wanted(Lab.WEB).getFirst().id();
        lab.apply(new Command.ProtectTasks(List.of(busy), Duration.ofHours(9).toMillis()));
        drain(Duration.ofMinutes(10), null);
        lab.pass(Duration.ofSeconds(599));
        assertThat(wantedOn(old)).hasSize(2);
        lab.pass(Duration.ofSeconds(1));
        assertThat(wantedOn(old)).isEmpty();
        assertThat(lab.task(alone).stopCode()).isEqualTo("TerminationNotice");
        assertThat(lab.task(busy).stoppedReason())
                .isEqualTo("The time to drain container instance " + old + " is over.");
        assertThat(lab.machine(old).status()).isEqualTo(Worker.Status.DRAINING);
    }

    @Test
    void aMachineThatIsActiveAgainHasNoDeadlineAndNoPace() {
        TaskId alone = lab.started(lab.apply(lab.run(web, old, null)));
        drain(Duration.ofMinutes(1), new Rate(1, 1_000));
        lab.apply(new Command.SetWorkerStatus(List.of(old), Worker.Status.ACTIVE));
        lab.apply(new Command.SetWorkerStatus(List.of(old), Worker.Status.DRAINING));
        lab.pass(Duration.ofMinutes(5));
        assertThat(lab.task(alone).wanted()).isTrue();
        assertThat(lab.machine(old).drain()).isNull();
    }

    @Test
    void aLaterDeadlineReplacesTheEarlierOne() {
        TaskId alone = lab.started(lab.apply(lab.run(web, old, null)));
        drain(Duration.ofMinutes(1), null);
        drain(Duration.ofMinutes(3), null);
        lab.pass(Duration.ofMinutes(2));
        assertThat(lab.task(alone).wanted()).isTrue();
        lab.pass(Duration.ofMinutes(1));
        assertThat(lab.task(alone).wanted()).isFalse();
    }

    @Test
    void unknownMachinesAreRefused() {
        Reply reply = lab.apply(new Command.DrainWorker(lab.ids.worker(), 0, null));
        assertThat(reply).isInstanceOf(Reply.Refused.class);
    }
}
