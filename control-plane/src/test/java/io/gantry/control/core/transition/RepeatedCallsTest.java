package io.gantry.control.core.transition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.check.Check;
import io.gantry.common.model.Resources;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.Once;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.reconcile.Reconciler;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Token;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

class RepeatedCallsTest {
    private final Lab lab = new Lab(1);

    private static Token call(String id) {
        return new Token("call/X/me", id);
    }

    private static Command register() {
        return new Command.RegisterTaskDefinition(
                TaskDefinition.builder().family("web").build(), List.of(), Lab.SMALL);
    }

    private Command registerWorker() {
        return new Command.RegisterWorker(
                lab.ids.worker(),
                false,
                Lab.CLUSTER,
                Map.of(),
                List.of(),
                new Resources(1024, 1024),
                List.of(),
                null,
                List.of());
    }

    @Test
    void aRepetitionIsAnsweredAsTheFirstTimeAndChangesNothing() {
        Reply first = lab.apply(new Once(call("1"), register()));
        Reply again = lab.apply(new Once(call("1"), register()));
        assertThat(first).isEqualTo(new Reply.Registered(new TaskDefinitionKey("web", 1)));
        assertThat(again).isEqualTo(first);
        assertThat(lab.state().revisionsOf("web")).hasSize(1);
    }

    @Test
    void anotherCallIsDoneAsWell() {
        lab.apply(new Once(call("1"), register()));
        lab.apply(new Once(call("2"), register()));
        lab.apply(new Once(new Token("call/X/you", "1"), register()));
        assertThat(lab.state().revisionsOf("web")).hasSize(3);
    }

    @Test
    void aRepetitionMayProposeOtherIdsAndLearnsOfTheFirstOnes() {
        Reply first = lab.apply(new Once(call("1"), registerWorker()));
        Reply again = lab.apply(new Once(call("1"), registerWorker()));
        assertThat(again).isEqualTo(first);
        assertThat(lab.state().workers().size()).isEqualTo(1);
    }

    @Test
    void anUpdateThatWasMadeFromAnOlderVersionBecauseItIsARepetitionIsDone() {
        TaskDefinitionKey app = lab.definition("app", Lab.SMALL);
        lab.createService(app, 1, 50, 200);
        var service = lab.service();
        var update =
                new Command.UpdateService(
                        Lab.WEB, service.version(), service.spec(), 3, app, lab.ids.deployment());
        assertThat(lab.apply(new Once(call("1"), update))).isEqualTo(new Reply.Done());
        long version = lab.service().version();
        assertThat(lab.apply(new Once(call("1"), update))).isEqualTo(new Reply.Done());
        assertThat(lab.service().version()).isEqualTo(version);
    }

    @Test
    void aProtectionIsNotProlonged() {
        TaskDefinitionKey app = lab.definition("app", Lab.SMALL);
        lab.worker(1024, 1024, Map.of());
        lab.createService(app, 1, 50, 200);
        lab.apply(
                Check.present(
                        Reconciler.next(lab.state(), lab.service(), lab.ids, lab.random), "plan"));
        Task task = lab.state().tasks().values().toList().getFirst();
        var protect = new Once(call("1"), new Command.ProtectTasks(List.of(task.id()), 60_000));
        Reply first = lab.apply(protect);
        assertThat(first).isEqualTo(new Reply.Protected(List.of(task.id()), List.of()));
        long until = lab.task(task.id()).protectedUntilMillis();
        lab.time.advance(Duration.ofSeconds(30));
        assertThat(lab.apply(protect)).isEqualTo(first);
        assertThat(lab.task(task.id()).protectedUntilMillis()).isEqualTo(until);
    }

    @Test
    void aRefusalChangedNothingAndIsJudgedAnew() {
        var delete = new Once(call("1"), new Command.DeleteCluster("later"));
        assertThat(lab.apply(delete)).isInstanceOf(Reply.Refused.class);
        lab.apply(
                new Command.CreateCluster(
                        software.amazon.awssdk.services.ecs.model.Cluster.builder()
                                .clusterName("later")
                                .build()));
        assertThat(lab.apply(delete)).isEqualTo(new Reply.Done());
    }

    @Test
    void callsAreForgottenAfterAFewMinutesOfTheLogsTime() {
        lab.apply(new Once(call("1"), register()));
        lab.pass(Duration.ofMillis(CallEdits.KEPT_MILLIS - 1));
        assertThat(lab.state().tokens().size()).isEqualTo(1);
        lab.pass(Duration.ofMinutes(1));
        assertThat(lab.state().tokens().size()).isZero();
        assertThat(lab.state().deadlines().size()).isZero();
        lab.apply(new Once(call("1"), register()));
        assertThat(lab.state().revisionsOf("web")).hasSize(2);
    }

    @Test
    void callsOfOneMinuteAreForgottenTogether() {
        for (int i = 0; i < 50; i++) {
            lab.apply(new Once(call("a" + i), register()));
            lab.time.advance(Duration.ofSeconds(1));
        }
        var times = new HashSet<Long>();
        lab.state().deadlines().forEach((deadline, _) -> times.add(deadline.atMillis()));
        assertThat(lab.state().deadlines().size()).isEqualTo(50);
        assertThat(times).hasSizeBetween(1, 2);
    }

    @Test
    void aCallIsOneCommand() {
        var once = new Once(call("1"), register());
        assertThatThrownBy(() -> new Once(call("2"), once)).isInstanceOf(AssertionError.class);
    }
}
