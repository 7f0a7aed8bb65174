package io.gantry.control.core.transition;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command.Launch;
import io.gantry.control.core.command.Command.NamedAttribute;
import io.gantry.control.core.command.Command.PutAttributes;
import io.gantry.control.core.command.Command.RunTasks;
import io.gantry.control.core.command.Command.StopTask;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whatever a proposal says, a task does not come where it may not be. */
class ConstraintsJudgedTest {
    private final Lab lab = new Lab(9);
    private final TaskDefinitionKey app = lab.definition("app", Lab.SMALL);
    private final WorkerId worker = lab.worker(4096, 4096, Map.of("disk", "hdd"));

    private Reply.Started run(boolean distinct, String... memberOf) {
        RunTasks run = lab.run(app, worker, null);
        var launch =
                new Launch(
                        "family:app",
                        null,
                        "EC2",
                        null,
                        false,
                        List.of(),
                        distinct,
                        Lab.SMALL,
                        null,
                        List.of(memberOf));
        Reply reply =
                lab.apply(new RunTasks(run.cluster(), app, null, "", false, launch, run.starts()));
        Audit.check(lab.state());
        return (Reply.Started) reply;
    }

    @Test
    void aMachineThatIsNoMemberTakesNoTask() {
        assertThat(run(false, "attribute:disk == ssd").refused()).hasSize(1);
        lab.apply(new PutAttributes(List.of(new NamedAttribute(worker, "disk", "ssd"))));
        assertThat(run(false, "attribute:disk == ssd").started()).hasSize(1);
        assertThat(run(false, "attribute:disk == ssd", "not(task:group == family:app)").refused())
                .hasSize(1);
    }

    @Test
    void distinctInstanceCountsTasksThatShouldRun() {
        TaskId first = run(true).started().getFirst();
        lab.observe(first, Status.RUNNING, null);
        assertThat(run(true).refused()).hasSize(1);
        lab.apply(new StopTask(first, "UserInitiated", "enough"));
        assertThat(run(true).started()).hasSize(1);
    }
}
