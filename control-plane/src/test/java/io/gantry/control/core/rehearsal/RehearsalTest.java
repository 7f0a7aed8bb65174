package io.gantry.control.core.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.rehearsal.Rehearsal.Result;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Worker;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RehearsalTest {
    private final Lab lab = new Lab(11);
    private final TaskDefinitionKey app = lab.definition("app", Lab.SMALL);

    private Result play(Command command) {
        ClusterState before = lab.state();
        Result result = Rehearsal.of(before, command, lab.ids, lab.random);
        assertThat(lab.state()).isSameAs(before);
        Audit.check(result.after());
        return result;
    }

    /** Lets the service have what it wants, in earnest. */
    private void grow(int desired) {
        lab.createService(app, 0, 100, 200);
        Service service = lab.service();
        Command update =
                new Command.UpdateService(
                        Lab.WEB, service.version(), service.spec(), desired, app, 0);
        Result result = play(update);
        lab.become(result.after());
    }

    private static long starts(Result result) {
        return result.steps().stream().mapToLong(step -> step.started().size()).sum();
    }

    private static long stops(Result result) {
        return result.steps().stream().mapToLong(step -> step.stopped().size()).sum();
    }

    @Test
    void anUpdateIsFollowedToItsEnd() {
        lab.worker(4096, 4096, Map.of());
        grow(3);
        TaskDefinitionKey next = lab.definition("app", Lab.SMALL);
        Service service = lab.service();
        Result result =
                play(
                        new Command.UpdateService(
                                Lab.WEB,
                                service.version(),
                                service.spec(),
                                3,
                                next,
                                lab.ids.deployment()));
        assertThat(result.settled()).isTrue();
        assertThat(starts(result)).isEqualTo(3);
        assertThat(stops(result)).isEqualTo(3);
        assertThat(result.steps().getFirst().started())
                .extracting(Task::taskDefinition)
                .containsOnly(next);
        assertThat(result.steps().getLast().events())
                .last()
                .asString()
                .contains("has reached a steady state");
    }

    @Test
    void drainingMovesTasksElsewhere() {
        WorkerId a = lab.worker(4096, 4096, Map.of());
        WorkerId b = lab.worker(4096, 4096, Map.of());
        grow(4);
        Result result = play(new Command.SetWorkerStatus(List.of(a), Worker.Status.DRAINING));
        assertThat(result.settled()).isTrue();
        assertThat(starts(result)).isEqualTo(2);
        assertThat(result.steps().getFirst().started()).allMatch(task -> task.worker().equals(b));
        assertThat(result.after().aliveOn(a)).isEmpty();
    }

    @Test
    void whatCannotBePlacedIsSaid() {
        lab.worker(512, 4096, Map.of());
        grow(2);
        Service service = lab.service();
        Result result =
                play(
                        new Command.UpdateService(
                                Lab.WEB, service.version(), service.spec(), 5, app, 0));
        assertThat(starts(result)).isZero();
        assertThat(result.steps().getFirst().events())
                .first()
                .asString()
                .contains("has insufficient CPU units available");
    }

    @Test
    void aRefusedCommandHasNoSteps() {
        Result result = play(new Command.SetWorkerStatus(List.of(), Worker.Status.INACTIVE));
        assertThat(result.reply()).isInstanceOf(Reply.Refused.class);
        assertThat(result.steps()).isEmpty();
    }
}
