package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Deployment.Rollout;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceDeployment.Status;
import io.gantry.control.core.state.Staging;
import io.gantry.control.core.state.Staging.HookStatus;
import io.gantry.control.core.state.Staging.Stage;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHook;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHookStage;
import software.amazon.awssdk.services.ecs.model.DeploymentStrategy;

/** Deployments by stages, from their beginning to their end, one way or the other. */
class StagesTest {
    private static final int DESIRED = 3;

    private final Lab lab = new Lab(21);
    private final Crew crew = new Crew(lab);
    private final TaskDefinitionKey first = lab.definition("web", Lab.SMALL);
    private final List<String> seen = new ArrayList<>();
    private long blue;
    private long green;

    private void begin(Consumer<DeploymentConfiguration.Builder> configuration) {
        lab.worker(64 * 256, 64 * 128, Map.of());
        lab.createService(first, DESIRED, 100, 200);
        crew.converge();
        blue = lab.service().primary().number();
        Service known = lab.service();
        var configured = DeploymentConfiguration.builder();
        configuration.accept(configured);
        green = lab.ids.deployment();
        TaskDefinitionKey second = lab.definition("web", Lab.SMALL);
        lab.apply(
                new Command.UpdateService(
                        Lab.WEB,
                        known.version(),
                        known.spec().toBuilder()
                                .taskDefinition(second.toString())
                                .deploymentConfiguration(configured.build())
                                .build(),
                        DESIRED,
                        second,
                        green));
        look();
    }

    private ServiceDeployment row() {
        return lab.deploymentOf(green);
    }

    private Staging staging() {
        return Check.present(row().staging(), "staging");
    }

    private int tasks(long revision) {
        Deployment deployment = lab.service().deployment(revision);
        return deployment == null ? 0 : deployment.running();
    }

    private void look() {
        Staging staging = staging();
        String now =
                "%s%s %.1f"
                        .formatted(
                                staging.back() ? "<" : "", staging.stage(), staging.production());
        if (seen.isEmpty() || !seen.getLast().equals(now)) {
            seen.add(now);
        }
        Audit.check(lab.state());
    }

    private void work() {
        while (crew.reconcile()) {
            look();
        }
        crew.obey();
        look();
    }

    /** Leaders plan, agents obey and time passes, until the deployment is over. */
    private void finish() {
        runUntil(null);
    }

    private void runUntil(@Nullable Stage stage) {
        for (int i = 0; i < 3_000 && !row().status().over(); i++) {
            work();
            if (staging().stage() == stage && !staging().back()) {
                return;
            }
            lab.pass(Duration.ofSeconds(20));
            look();
            if (staging().stage() == stage && !staging().back()) {
                return;
            }
        }
        assertThat(row().status().over()).as("%s", row()).isTrue();
    }

    private void assertAtGreen() {
        assertThat(row().status()).isEqualTo(Status.SUCCESSFUL);
        assertThat(lab.service().primary().number()).isEqualTo(green);
        assertThat(lab.service().primary().rollout()).isEqualTo(Rollout.COMPLETED);
        assertThat(tasks(green)).isEqualTo(DESIRED);
        assertThat(lab.service().deployments()).hasSize(1);
        assertThat(lab.service().ongoing()).isNull();
        crew.converge();
        assertThat(lab.service().steady()).isTrue();
    }

    private void assertAtBlue() {
        assertThat(row().status()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
        assertThat(lab.service().primary().number()).isEqualTo(blue);
        assertThat(lab.service().spec().taskDefinition()).isEqualTo(first.toString());
        assertThat(tasks(blue)).isEqualTo(DESIRED);
        assertThat(lab.service().deployments()).hasSize(1);
        assertThat(staging().production()).isZero();
        assertThat(staging().test()).isZero();
        crew.converge();
        assertThat(lab.service().steady()).isTrue();
    }

    @Test
    void blueGreenGoesThroughAllStagesAndServesAllTheTime() {
        begin(d -> d.strategy(DeploymentStrategy.BLUE_GREEN).bakeTimeInMinutes(10));
        runUntil(Stage.SCALE_UP);
        assertThat(tasks(blue)).isEqualTo(DESIRED);
        runUntil(Stage.BAKE_TIME);
        assertThat(tasks(blue)).isEqualTo(DESIRED);
        assertThat(tasks(green)).isEqualTo(DESIRED);
        long baking = lab.state().nowMillis();
        runUntil(Stage.CLEAN_UP);
        assertThat(lab.state().nowMillis() - baking).isBetween(600_000L, 620_000L);
        finish();
        assertAtGreen();
    }

    @ParameterizedTest
    @CsvSource({"LINEAR,4,24", "CANARY,2,12"})
    void trafficMovesInSteps(DeploymentStrategy strategy, int steps, int minutes) {
        begin(
                d -> {
                    d.strategy(strategy);
                    if (strategy == DeploymentStrategy.LINEAR) {
                        d.linearConfiguration(l -> l.stepPercent(30.0).stepBakeTimeInMinutes(8));
                    } else {
                        d.canaryConfiguration(
                                c -> c.canaryPercent(2.5).canaryBakeTimeInMinutes(12));
                    }
                });
        long begun = lab.state().nowMillis();
        finish();
        assertAtGreen();
        assertThat(staging().step()).isEqualTo(steps);
        assertThat(lab.state().nowMillis() - begun).isGreaterThanOrEqualTo(minutes * 60_000L);
        assertThat(seen.stream().filter(each -> each.startsWith("PRODUCTION_TRAFFIC_SHIFT")))
                .containsAnyOf("PRODUCTION_TRAFFIC_SHIFT 30.0", "PRODUCTION_TRAFFIC_SHIFT 2.5");
    }

    private static DeploymentLifecycleHook hook(String type, Stage stage, String action) {
        return DeploymentLifecycleHook.builder()
                .targetType(type)
                .hookTargetArn(type.equals("PAUSE") ? null : "http://localhost/hook")
                .lifecycleStages(DeploymentLifecycleHookStage.fromValue(stage.name()))
                .timeoutConfiguration(t -> t.timeoutInMinutes(60).action(action))
                .build();
    }

    private void beginWith(DeploymentLifecycleHook hook) {
        begin(
                d ->
                        d.strategy(DeploymentStrategy.CANARY)
                                .canaryConfiguration(
                                        c -> c.canaryPercent(10.0).canaryBakeTimeInMinutes(1))
                                .bakeTimeInMinutes(1)
                                .lifecycleHooks(hook));
    }

    private Staging.Hook untilHook() {
        for (int i = 0; i < 500; i++) {
            if (!staging().hooks().isEmpty()) {
                return staging().hooks().getFirst();
            }
            work();
            lab.pass(Duration.ofSeconds(10));
            look();
        }
        throw new AssertionError("no hook: " + row());
    }

    private void answer(Staging.Hook hook, HookStatus status) {
        lab.apply(new Command.ReportHook(row().key(), hook.id(), status, 30_000, null));
        look();
    }

    private static final String HOOKED =
            "PRE_SCALE_UP,POST_SCALE_UP,TEST_TRAFFIC_SHIFT,POST_TEST_TRAFFIC_SHIFT,"
                    + "PRE_PRODUCTION_TRAFFIC_SHIFT,PRODUCTION_TRAFFIC_SHIFT,"
                    + "POST_PRODUCTION_TRAFFIC_SHIFT";

    static List<Stage> hooked() {
        return List.of(HOOKED.split(",")).stream().map(Stage::valueOf).toList();
    }

    @ParameterizedTest
    @MethodSource("hooked")
    void aHookThatFailsBringsEverythingBack(Stage stage) {
        beginWith(hook("AWS_LAMBDA", stage, "ROLLBACK"));
        Staging.Hook hook = untilHook();
        assertThat(staging().stage()).isEqualTo(stage);
        answer(hook, HookStatus.FAILED);
        for (int i = 0; i < 200 && !row().status().over(); i++) {
            staging().hooks().stream()
                    .filter(each -> each.status() == HookStatus.IN_PROGRESS)
                    .forEach(each -> answer(each, HookStatus.SUCCEEDED));
            work();
            lab.pass(Duration.ofSeconds(10));
        }
        assertAtBlue();
        assertThat(lab.service().events())
                .anyMatch(
                        event ->
                                event.message()
                                        .equals(
                                                "(service web) rolling back to deployment ecs-svc/"
                                                        + blue
                                                        + "."));
    }

    @ParameterizedTest
    @MethodSource("hooked")
    void aHookThatIsSatisfiedLetsItGoOn(Stage stage) {
        beginWith(hook("AWS_LAMBDA", stage, "ROLLBACK"));
        for (int i = 0; i < 600 && !row().status().over(); i++) {
            staging().hooks().stream()
                    .filter(each -> each.status() == HookStatus.IN_PROGRESS)
                    .forEach(each -> answer(each, HookStatus.SUCCEEDED));
            work();
            lab.pass(Duration.ofSeconds(10));
        }
        assertAtGreen();
    }

    @Test
    void aHookThatIsNotDoneIsCalledAgainWithTheSameId() {
        beginWith(hook("AWS_LAMBDA", Stage.PRE_SCALE_UP, "ROLLBACK"));
        Staging.Hook hook = untilHook();
        assertThat(hook.isDue(lab.state().nowMillis())).isTrue();
        answer(hook, HookStatus.IN_PROGRESS);
        Staging.Hook waiting = staging().hooks().getFirst();
        assertThat(waiting.id()).isEqualTo(hook.id());
        assertThat(waiting.isDue(lab.state().nowMillis())).isFalse();
        lab.pass(Duration.ofSeconds(30));
        assertThat(waiting.isDue(lab.state().nowMillis())).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"AWS_LAMBDA,ROLLBACK", "AWS_LAMBDA,CONTINUE", "PAUSE,ROLLBACK", "PAUSE,CONTINUE"})
    void hooksTimeOut(String type, String action) {
        beginWith(hook(type, Stage.POST_SCALE_UP, action));
        Staging.Hook hook = untilHook();
        lab.pass(Duration.ofMinutes(59));
        assertThat(staging().hooks()).containsExactly(hook);
        finish();
        if (action.equals("CONTINUE")) {
            assertAtGreen();
        } else {
            assertAtBlue();
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aPauseWaitsForADecision(boolean rollback) {
        beginWith(hook("PAUSE", Stage.POST_TEST_TRAFFIC_SHIFT, "ROLLBACK"));
        Staging.Hook hook = untilHook();
        assertThat(hook.status()).isEqualTo(HookStatus.AWAITING_ACTION);
        assertThat(hook.isDue(lab.state().nowMillis())).isFalse();
        lab.apply(new Command.ContinueServiceDeployment(row().key(), hook.id(), rollback));
        finish();
        if (rollback) {
            assertAtBlue();
        } else {
            assertAtGreen();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Stage.class, names = "RECONCILE_SERVICE", mode = EnumSource.Mode.EXCLUDE)
    void itCanBeStoppedInEachStage(Stage stage) {
        stopIn(stage);
        assertThat(lab.apply(new Command.StopServiceDeployment(row().key(), true)))
                .isInstanceOf(Reply.Done.class);
        finish();
        assertAtBlue();
    }

    private void stopIn(Stage stage) {
        if (hooked().contains(stage)) {
            beginWith(
                    hook("AWS_LAMBDA", stage, "ROLLBACK").toBuilder()
                            .timeoutConfiguration(t -> t.timeoutInMinutes(5))
                            .build());
            untilHook();
        } else {
            begin(d -> d.strategy(DeploymentStrategy.BLUE_GREEN).bakeTimeInMinutes(5));
            runUntil(stage);
        }
        assertThat(staging().stage()).isEqualTo(stage);
    }

    @Test
    void anAbortedOneLeavesBothRevisionsAndTheNextOneBeginsByClearingUp() {
        begin(d -> d.strategy(DeploymentStrategy.BLUE_GREEN).bakeTimeInMinutes(5));
        runUntil(Stage.BAKE_TIME);
        lab.apply(new Command.StopServiceDeployment(row().key(), false));
        lab.pass(Duration.ofMinutes(1));
        crew.converge();
        assertThat(row().status()).isEqualTo(Status.STOPPED);
        assertThat(tasks(blue)).isEqualTo(DESIRED);
        assertThat(tasks(green)).isEqualTo(DESIRED);
        Task victim = crew.wanted().getFirst();
        assertThat(victim.deployment()).isEqualTo(blue);
        lab.observe(victim.id(), Task.Status.STOPPED, 1);
        crew.converge();
        assertThat(tasks(blue)).as("what serves is still looked after").isEqualTo(DESIRED);

        TaskDefinitionKey third = lab.definition("web", Lab.SMALL);
        lab.updateService(third, DESIRED, true);
        green = lab.service().primary().number();
        assertThat(staging().stage()).isEqualTo(Stage.RECONCILE_SERVICE);
        finish();
        assertAtGreen();
    }

    @Test
    void withoutAnythingToGoBackToItStallsWhereItIs() {
        lab.worker(4096, 4096, Map.of());
        lab.createService(
                first,
                DESIRED,
                d ->
                        d.strategy(DeploymentStrategy.BLUE_GREEN)
                                .bakeTimeInMinutes(1)
                                .lifecycleHooks(
                                        hook("AWS_LAMBDA", Stage.POST_SCALE_UP, "ROLLBACK")));
        green = lab.service().primary().number();
        answer(untilHook(), HookStatus.FAILED);
        assertThat(row().status()).isEqualTo(Status.STOPPED);
        assertThat(lab.service().primary().rollout()).isEqualTo(Rollout.FAILED);
        crew.converge();
        assertThat(tasks(green)).isEqualTo(DESIRED);
    }

    @Test
    void tasksThatNeverComeTimeOutAfterADay() {
        lab.worker(4096, 4096, Map.of());
        lab.createService(first, DESIRED, 100, 200);
        crew.converge();
        blue = lab.service().primary().number();
        TaskDefinitionKey bad = lab.definition("web", Lab.SMALL);
        crew.breaks(bad);
        Service known = lab.service();
        green = lab.ids.deployment();
        lab.apply(
                new Command.UpdateService(
                        Lab.WEB,
                        known.version(),
                        known.spec().toBuilder()
                                .taskDefinition(bad.toString())
                                .deploymentConfiguration(
                                        d -> d.strategy("BLUE_GREEN").bakeTimeInMinutes(0))
                                .build(),
                        DESIRED,
                        bad,
                        green));
        for (int i = 0; i < 300 && !row().status().over(); i++) {
            work();
            lab.pass(Duration.ofMinutes(10));
        }
        assertAtBlue();
        assertThat(row().reason()).isEqualTo("The stage SCALE_UP has timed out.");
    }

    @Test
    void scalingReachesBothRevisions() {
        begin(d -> d.strategy(DeploymentStrategy.BLUE_GREEN).bakeTimeInMinutes(30));
        runUntil(Stage.BAKE_TIME);
        lab.updateService(lab.service().primary().taskDefinition(), 5, false);
        work();
        work();
        assertThat(tasks(blue)).isEqualTo(5);
        assertThat(tasks(green)).isEqualTo(5);
    }

    @Test
    void anotherDeploymentTakesItsPlace() {
        begin(d -> d.strategy(DeploymentStrategy.BLUE_GREEN).bakeTimeInMinutes(5));
        runUntil(Stage.BAKE_TIME);
        long superseded = green;
        lab.updateService(lab.definition("web", Lab.SMALL), DESIRED, true);
        green = lab.service().primary().number();
        assertThat(lab.deploymentOf(superseded).status()).isEqualTo(Status.STOPPED);
        assertThat(staging().stage()).isEqualTo(Stage.RECONCILE_SERVICE);
        assertThat(staging().blue()).isEqualTo(blue);
        finish();
        assertAtGreen();
    }
}
