package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.command.Reply.Cause;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Policy;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.TaskSet;
import io.gantry.control.core.state.Token;
import io.gantry.control.core.state.Worker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ecs.model.CapacityProvider;

/** Services that somebody else deploys, in virtual time. */
@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class TaskSetTest {
    private static final String PROVIDER = "gantry.capacity-provider";

    private final Lab lab = new Lab(7);
    private final TaskDefinitionKey first = lab.definition("app", Lab.SMALL);
    private final TaskDefinitionKey second = lab.definition("app", Lab.SMALL);
    private final WorkerId worker = lab.worker(8192, 8192, Map.of());
    private final Crew crew = new Crew(lab);
    private final Sets sets = new Sets(lab);

    @BeforeEach
    void createService() {
        sets.service(10);
    }

    private List<Task> alive(long set) {
        return lab.state()
                .aliveOf(Lab.WEB)
                .filter(task -> task.deployment() == set && task.wanted())
                .toList();
    }

    private List<String> said() {
        return lab.service().events().stream().map(Service.Event::message).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "0,10,0",
        "100,10,10",
        "50,1,1",
        "12,10,2",
        "10,10,1",
        "33.3,1000,333",
        "0.1,1,1",
        "66.7,3,3",
        "100,0,0",
        "99.99,5000,5000",
        "0.0001,5000,1",
        "7,100,7",
        "14,50,7",
        "28.999999,100,29"
    })
    void theShareOfASetIsRoundedUp(double percent, int desired, int computed) {
        var spec =
                software.amazon.awssdk.services.ecs.model.TaskSet.builder()
                        .scale(TaskSet.percent(percent))
                        .build();
        assertThat(TaskSet.begin(spec, List.of(), 0).computed(desired)).isEqualTo(computed);
    }

    @Test
    void aServiceWithoutSetsRunsNothingAndIsNeverSteady() {
        crew.converge();
        assertThat(lab.state().aliveOf(Lab.WEB)).isEmpty();
        assertThat(lab.service().steady()).isFalse();
        assertThat(said()).isEmpty();
    }

    @Test
    void eachSetRunsItsOwnShareOfItsOwnDefinition() {
        long blue = sets.create(first, 100);
        long green = sets.create(second, 25);
        crew.converge();
        assertThat(alive(blue)).hasSize(10).allMatch(task -> task.taskDefinition().equals(first));
        assertThat(alive(green)).hasSize(3).allMatch(task -> task.taskDefinition().equals(second));
        assertThat(alive(green)).allMatch(task -> ("ecs-svc/" + green).equals(task.startedBy()));
        assertThat(sets.of(blue).steady()).isTrue();
        assertThat(sets.of(green).steady()).isTrue();
        assertThat(said().getFirst()).isEqualTo("(service web) has reached a steady state.");
        assertThat(said())
                .contains(
                        "(service web) updated computedDesiredCount for taskSet ecs-svc/"
                                + green
                                + " to 3.",
                        "(service web, taskSet ecs-svc/"
                                + green
                                + ") updated state to STEADY_STATE.");
    }

    @Test
    void aNewSetIsStabilizingEvenIfItWantsNothing() {
        long set = sets.create(first, 0);
        assertThat(sets.of(set).steady()).isFalse();
        assertThat(sets.of(set).stabilityAtMillis()).isEqualTo(lab.state().nowMillis());
        lab.pass(Duration.ofSeconds(1));
        assertThat(sets.of(set).steady()).isTrue();
        assertThat(sets.of(set).stabilityAtMillis()).isEqualTo(lab.state().nowMillis());
    }

    @Test
    void theTimeOfTheStabilityIsThatOfItsLastChange() {
        long set = sets.create(first, 20);
        crew.converge();
        long since = sets.of(set).stabilityAtMillis();
        lab.pass(Duration.ofMinutes(5));
        assertThat(sets.of(set).stabilityAtMillis()).isEqualTo(since);
        sets.scale(set, 30);
        assertThat(sets.of(set).steady()).isFalse();
        assertThat(sets.of(set).stabilityAtMillis()).isEqualTo(lab.state().nowMillis());
    }

    @Test
    void aTaskWithoutHealthChecksIsWellAsSoonAsItRuns() {
        long set = sets.create(first, 10);
        crew.reconcile();
        crew.obey();
        lab.pass(Duration.ofSeconds(1));
        assertThat(sets.of(set).steady()).isTrue();
    }

    private void health(Task task, Task.Health health) {
        lab.report(
                task.id(),
                Status.RUNNING,
                null,
                new Command.ContainerSeen(
                        "main", Status.RUNNING, null, null, null, null, null, health));
    }

    @Test
    void healthChecksHaveToPass() {
        var checked =
                software.amazon.awssdk.services.ecs.model.TaskDefinition.builder()
                        .family("checked")
                        .containerDefinitions(
                                c ->
                                        c.name("main")
                                                .image("busybox")
                                                .essential(true)
                                                .healthCheck(h -> h.command("true")))
                        .build();
        long set = sets.create(lab.definition(checked, Lab.SMALL), 10);
        crew.reconcile();
        Task task = alive(set).getFirst();
        health(task, Task.Health.UNKNOWN);
        assertThat(running(set)).isEqualTo(1);
        assertThat(sets.of(set).steady()).isFalse();
        health(task, Task.Health.HEALTHY);
        assertThat(sets.of(set).steady()).isTrue();
        health(task, Task.Health.UNHEALTHY);
        assertThat(sets.of(set).steady()).isFalse();
        crew.reconcile();
        assertThat(alive(set)).as("a replacement comes first").hasSize(2);
    }

    @Test
    void whatIsLostWithAMachineIsReplacedInItsSet() {
        lab.apply(new Command.SetWorkerStatus(List.of(worker), Worker.Status.DRAINING));
        lab.apply(new Command.SetPolicy(new Policy(3_600_000, 15_000, 30_000, false)));
        WorkerId leased = lab.worker(8192, 8192, Map.of("gantry.capability.lease", ""));
        long set = sets.create(first, 30);
        long other = sets.create(second, 20);
        crew.converge();
        assertThat(lab.state().aliveOn(leased)).hasSize(5);
        lab.apply(new Command.SetWorkerStatus(List.of(worker), Worker.Status.ACTIVE));
        long session = lab.machine(leased).session();
        lab.apply(new Command.DisconnectWorker(leased, session, 60_000));
        lab.apply(new Command.LoseWorker(leased, session, 60_000));
        assertThat(sets.of(set).steady()).isFalse();
        crew.converge();
        assertThat(alive(set)).hasSize(3).allMatch(task -> task.worker().equals(worker));
        assertThat(alive(other)).hasSize(2).allMatch(task -> task.worker().equals(worker));
        assertThat(sets.of(set).steady()).isTrue();
    }

    @Test
    void scaleAndDesiredCountChangeOnlyWhatFollowsFromThem() {
        long blue = sets.create(first, 50);
        long green = sets.create(second, 10);
        crew.converge();
        sets.scale(blue, 100);
        crew.converge();
        assertThat(alive(blue)).hasSize(10);
        assertThat(alive(green)).hasSize(1);
        sets.desire(20);
        crew.converge();
        assertThat(alive(blue)).hasSize(20);
        assertThat(alive(green)).hasSize(2);
        sets.desire(3);
        crew.converge();
        assertThat(alive(blue)).hasSize(3);
        assertThat(alive(green)).hasSize(1);
        sets.scale(green, 0);
        crew.converge();
        assertThat(alive(green)).isEmpty();
        assertThat(sets.of(green).steady()).isTrue();
    }

    @Test
    void theSetThatServesGivesTheServiceWhatItHas() {
        long blue = sets.create(first, 100);
        long green = sets.create(second, 100);
        sets.lead(blue);
        assertThat(lab.service().spec().taskDefinition()).isEqualTo(first.toString());
        sets.lead(green);
        assertThat(lab.service().spec().taskDefinition()).isEqualTo(second.toString());
        assertThat(sets.of(green).status()).isEqualTo(TaskSet.Status.PRIMARY);
        assertThat(sets.of(blue).status()).isEqualTo(TaskSet.Status.ACTIVE);
        crew.converge();
        assertThat(alive(blue)).as("nothing moves by that").hasSize(10);
    }

    @Test
    void aDeletedSetDrainsAndGoes() {
        long blue = sets.create(first, 100);
        long green = sets.create(second, 100);
        sets.lead(green);
        crew.converge();
        assertThat(sets.delete(blue, false)).isInstanceOf(Reply.Refused.class);
        assertThat(sets.delete(blue, true)).isInstanceOf(Reply.Done.class);
        assertThat(sets.of(blue).draining()).isTrue();
        assertThat(sets.of(blue).steady()).isFalse();
        assertThat(lab.service().deployment(blue)).extracting(Deployment::desired).isEqualTo(0);
        assertThat(sets.delete(blue, true)).as("once more").isInstanceOf(Reply.Done.class);
        crew.converge();
        assertThat(lab.service().deployment(blue)).isNull();
        assertThat(alive(green)).hasSize(10);
        assertThat(refusal(sets.delete(blue, true)).cause()).isEqualTo(Cause.TASK_SET_NOT_FOUND);
        assertThat(refusal(sets.delete(green, true)).message())
                .isEqualTo("Primary TaskSet cannot be deleted");
    }

    @Test
    void aSetOfNothingIsThereUntilTheNextCommand() {
        long set = sets.create(first, 0);
        sets.delete(set, false);
        assertThat(sets.of(set).draining()).isTrue();
        lab.pass(Duration.ofSeconds(1));
        assertThat(lab.service().deployments()).isEmpty();
    }

    @Test
    void aSetThatIsBeingDeletedTakesNoOrders() {
        long set = sets.create(first, 100);
        crew.converge();
        sets.delete(set, true);
        assertThat(refusal(sets.scale(set, 10)).cause()).isEqualTo(Cause.INVALID_PARAMETER);
        assertThat(refusal(sets.lead(set)).cause()).isEqualTo(Cause.INVALID_PARAMETER);
    }

    @Test
    void aServiceHasFiveSetsAtMost() {
        for (int i = 0; i < TaskSet.MOST; i++) {
            sets.create(first, 0);
        }
        assertThat(refusal(sets.tryCreate(first, 0, null)).message())
                .isEqualTo(
                        "5 deployments exist on the service. Unable to create new TaskSet since"
                                + " this exceeds the maximum limit.");
    }

    @Test
    void aTokenMakesOneSet() {
        var token = new Token("CreateTaskSet/demo/web", "t");
        Reply made = sets.tryCreate(first, 10, token);
        assertThat(sets.tryCreate(first, 10, token)).isEqualTo(made);
        assertThat(lab.service().deployments()).hasSize(1);
        assertThat(refusal(sets.tryCreate(first, 20, token)).cause())
                .isEqualTo(Cause.INVALID_PARAMETER);
        lab.pass(Duration.ofHours(25));
        assertThat(sets.tryCreate(first, 20, token)).isNotEqualTo(made);
    }

    @Test
    void aRepeatedCallMakesOneSet() {
        var call = new Token("call/CreateTaskSet/AKIA", "id");
        Reply made = lab.apply(new Command.Once(call, sets.creation(first, 10, null)));
        assertThat(lab.apply(new Command.Once(call, sets.creation(first, 10, null))))
                .isEqualTo(made);
        assertThat(lab.service().deployments()).hasSize(1);
    }

    @Test
    void aDrainingMachineUnsettlesItsSetsUntilTheirTasksAreElsewhere() {
        long blue = sets.create(first, 50);
        crew.converge();
        WorkerId other = lab.worker(8192, 8192, Map.of());
        long green = sets.create(second, 50);
        crew.converge();
        lab.apply(new Command.SetWorkerStatus(List.of(worker), Worker.Status.DRAINING));
        assertThat(sets.of(blue).steady()).isFalse();
        int least = 5;
        for (int i = 0; i < 60; i++) {
            crew.reconcile();
            crew.obey();
            lab.pass(Duration.ofSeconds(5));
            least = Math.min(least, (int) running(blue));
        }
        assertThat(least).as("replaced before they are stopped").isEqualTo(5);
        assertThat(lab.state().aliveOn(worker)).isEmpty();
        assertThat(alive(blue)).hasSize(5).allMatch(task -> task.worker().equals(other));
        assertThat(alive(green)).hasSize(5);
        assertThat(sets.of(blue).steady()).isTrue();
    }

    private long running(long set) {
        return lab.state()
                .aliveOf(Lab.WEB)
                .filter(task -> task.deployment() == set && task.last() == Status.RUNNING)
                .count();
    }

    @Test
    void aSetThatCannotStartDoesNotHoldUpTheOthers() {
        long broken = sets.create(second, 100);
        crew.breaks(second);
        long sound = sets.create(first, 100);
        for (int i = 0; i < 20; i++) {
            crew.reconcile();
            crew.obey();
            lab.pass(Duration.ofSeconds(10));
        }
        assertThat(running(sound)).isEqualTo(10);
        assertThat(sets.of(sound).steady()).isTrue();
        assertThat(sets.of(broken).steady()).isFalse();
        assertThat(lab.service().deployment(broken))
                .matches(each -> each != null && each.notBeforeMillis() > 0, "throttled alone");
    }

    @Test
    void setsHaveTheirOwnCapacity() {
        lab.apply(
                new Command.CreateCapacityProvider(
                        CapacityProvider.builder().name("pool").build()));
        lab.apply(new Command.SetClusterCapacity(Lab.CLUSTER, List.of("pool"), List.of()));
        WorkerId pooled = lab.worker(8192, 8192, Map.of(PROVIDER, "pool"));
        long set =
                sets.create(
                        first,
                        spec ->
                                spec.launchType((String) null)
                                        .capacityProviderStrategy(
                                                s -> s.capacityProvider("pool").weight(1)));
        crew.converge();
        assertThat(alive(set)).hasSize(10).allMatch(task -> task.worker().equals(pooled));
        assertThat(alive(set)).allMatch(task -> "pool".equals(task.provision().provider()));
        Reply removed =
                lab.apply(new Command.SetClusterCapacity(Lab.CLUSTER, List.of(), List.of()));
        assertThat(refusal(removed).cause()).isEqualTo(Cause.RESOURCE_IN_USE);
        Reply unknown =
                lab.apply(
                        sets.creation(
                                first,
                                null,
                                spec ->
                                        spec.capacityProviderStrategy(
                                                s -> s.capacityProvider("x"))));
        assertThat(refusal(unknown).cause()).isEqualTo(Cause.INVALID_PARAMETER);
    }

    @Test
    void zonesOfASetAreBalanced() {
        lab.apply(new Command.SetWorkerStatus(List.of(worker), Worker.Status.DRAINING));
        WorkerId a = lab.worker(8192, 8192, Map.of("ecs.availability-zone", "a"));
        sets.rebalance();
        long set = sets.create(first, 40);
        crew.converge();
        assertThat(lab.state().aliveOn(a)).hasSize(4);
        WorkerId b = lab.worker(8192, 8192, Map.of("ecs.availability-zone", "b"));
        lab.pass(Duration.ofSeconds(15));
        crew.converge();
        assertThat(lab.state().aliveOn(a)).hasSize(2);
        assertThat(lab.state().aliveOn(b)).hasSize(2);
        assertThat(sets.of(set).steady()).isTrue();
    }

    @Test
    void protectedTasksStayWhenTheirSetGoes() {
        long set = sets.create(first, 20);
        crew.converge();
        Task guarded = alive(set).getFirst();
        lab.apply(new Command.ProtectTasks(List.of(guarded.id()), 600_000));
        sets.delete(set, true);
        crew.converge();
        assertThat(alive(set)).extracting(Task::id).containsExactly(guarded.id());
        assertThat(said())
                .contains(
                        "service web was unable to reach steady state because task set (ecs-svc/"
                                + set
                                + ") was unable to scale in. Reason: The number of protected tasks"
                                + " are more than the desired count of tasks.");
        lab.pass(Duration.ofMinutes(11));
        crew.converge();
        assertThat(lab.service().deployments()).isEmpty();
    }

    @Test
    void aServiceIsDeletedWithItsSets() {
        long set = sets.create(first, 100);
        sets.lead(set);
        crew.converge();
        sets.desire(0);
        crew.converge();
        assertThat(refusal(lab.apply(new Command.DeleteService(Lab.WEB, false))).message())
                .isEqualTo("The service cannot be stopped while deployments are active.");
        sets.desire(2);
        crew.converge();
        assertThat(lab.apply(new Command.DeleteService(Lab.WEB, true)))
                .isInstanceOf(Reply.Done.class);
        assertThat(sets.of(set).draining()).isTrue();
        assertThat(refusal(sets.scale(set, 1)).cause()).isEqualTo(Cause.SERVICE_NOT_ACTIVE);
        crew.converge();
        assertThat(lab.service().status()).isEqualTo(Service.LifeStatus.INACTIVE);
        assertThat(lab.service().deployments()).isEmpty();
    }

    @Test
    void imagesOfSetsAreNotPinned() {
        long set = sets.create(first, 10);
        crew.reconcile();
        Task task = alive(set).getFirst();
        var digest = "sha256:" + "a".repeat(64);
        lab.report(
                task.id(),
                Status.PENDING,
                null,
                new Command.ContainerSeen("main", null, null, null, null, digest, null, null));
        assertThat(lab.state().imageDigests(task)).isEmpty();
    }

    private static Reply.Refused refusal(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Refused.class);
        return (Reply.Refused) reply;
    }
}
