package io.gantry.control.lead;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.control.World;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Deployment.Rollout;
import io.gantry.control.core.state.Policy;
import io.gantry.control.core.state.Realm;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceRevision;
import io.gantry.control.core.state.Staging;
import io.gantry.control.core.state.Staging.Stage;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.log.Replica.Role;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHook;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHookStage;
import software.amazon.awssdk.services.ecs.model.DeploymentStrategy;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class HookLoopTest {
    private static final String ARN = "arn:aws:ecs:us-east-1:123456789012:";
    private static final List<DeploymentLifecycleHookStage> HOOKED =
            Stream.of(
                            "PRE_SCALE_UP",
                            "POST_SCALE_UP",
                            "TEST_TRAFFIC_SHIFT",
                            "POST_TEST_TRAFFIC_SHIFT",
                            "PRE_PRODUCTION_TRAFFIC_SHIFT",
                            "PRODUCTION_TRAFFIC_SHIFT",
                            "POST_PRODUCTION_TRAFFIC_SHIFT")
                    .map(DeploymentLifecycleHookStage::fromValue)
                    .toList();

    private final World world = new World();
    private final List<JsonNode> calls = new ArrayList<>();
    private final List<URI> called = new ArrayList<>();
    private Function<JsonNode, CompletableFuture<Webhooks.Answer>> hook =
            _ -> answer("{\"hookStatus\":\"SUCCEEDED\"}");
    private long blue;
    private long green;
    private long term = 1;

    private static CompletableFuture<Webhooks.Answer> answer(String body) {
        return CompletableFuture.completedFuture(new Webhooks.Answer(200, body));
    }

    private void lead() {
        Webhooks webhooks =
                (target, payload) -> {
                    called.add(target);
                    calls.add(JsonMapper.shared().readTree(payload));
                    return hook.apply(calls.getLast());
                };
        var targets = new HookTargets(Map.of("check", URI.create("http://functions/check")));
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
                        new HookLoop(world.log, world.log, world.time, webhooks, targets),
                        new JobLoop(world.log, world.log, world.time, world.random))
                .start();
    }

    private Service service() {
        return Check.present(world.log.state().services().get(World.WEB), World.WEB);
    }

    private ServiceDeployment row() {
        var key = ServiceDeployment.Key.of(new ServiceRevision.Key(World.WEB, green));
        return Check.present(world.log.state().releases().deployments().get(key), key);
    }

    private Staging staging() {
        return Check.present(row().staging(), "staging");
    }

    private void begin(DeploymentStrategy strategy, String target) {
        world.connect(world.worker());
        world.live.setJoined(true);
        lead();
        world.service(2);
        run(Duration.ofMinutes(2));
        blue = service().primary().number();
        var hook =
                DeploymentLifecycleHook.builder()
                        .targetType("AWS_LAMBDA")
                        .hookTargetArn(target)
                        .hookDetails(Document.fromString("first"))
                        .lifecycleStages(HOOKED)
                        .timeoutConfiguration(t -> t.timeoutInMinutes(30))
                        .build();
        var configuration =
                DeploymentConfiguration.builder()
                        .strategy(strategy)
                        .bakeTimeInMinutes(1)
                        .linearConfiguration(l -> l.stepPercent(50.0).stepBakeTimeInMinutes(1))
                        .canaryConfiguration(c -> c.canaryPercent(5.0).canaryBakeTimeInMinutes(1))
                        .lifecycleHooks(hook)
                        .build();
        green = world.ids.deployment();
        world.log.apply(
                new Command.UpdateService(
                        World.WEB,
                        service().version(),
                        service().spec().toBuilder().deploymentConfiguration(configuration).build(),
                        2,
                        world.definition,
                        green));
    }

    private void run(Duration time) {
        for (long i = 0; i < time.toSeconds(); i++) {
            second();
        }
    }

    private void second() {
        world.log
                .state()
                .tasks()
                .values()
                .filter(task -> task.alive() && (!task.wanted() || task.last() == Status.PENDING))
                .toList()
                .forEach(this::obey);
        world.log
                .state()
                .workers()
                .values()
                .filter(worker -> !worker.connected())
                .toList()
                .forEach(worker -> world.connect(worker.id()));
        world.time.advance(Duration.ofSeconds(1));
    }

    private void obey(Task task) {
        world.observe(task.id(), task.wanted() ? Status.RUNNING : Status.STOPPED);
    }

    private void finish() {
        for (int i = 0; i < 7_200 && !row().status().over(); i++) {
            second();
        }
        assertThat(row().status().over()).as("%s", row()).isTrue();
    }

    private List<String> ids() {
        return calls.stream().map(call -> call.get("executionId").asString()).toList();
    }

    @Test
    void aHookIsToldWhatItIsAbout() {
        begin(DeploymentStrategy.BLUE_GREEN, "http://hook/here");
        finish();
        assertThat(row().status()).isEqualTo(ServiceDeployment.Status.SUCCESSFUL);
        assertThat(calls).hasSize(HOOKED.size());
        assertThat(called).containsOnly(URI.create("http://hook/here"));
        assertThat(calls.stream().map(call -> call.get("lifecycleStage").asString()))
                .containsExactlyElementsOf(
                        HOOKED.stream().map(DeploymentLifecycleHookStage::toString).toList());
        JsonNode shift = calls.get(5);
        assertThat(shift.get("resourceArn").asString())
                .isEqualTo(ARN + "service-deployment/demo/web/" + row().key().id());
        JsonNode details = shift.get("executionDetails");
        assertThat(details.get("serviceArn").asString()).isEqualTo(ARN + "service/demo/web");
        String target = ARN + "service-revision/demo/web/" + green;
        assertThat(details.get("targetServiceRevisionArn").asString()).isEqualTo(target);
        JsonNode weights = details.get("productionTrafficWeights");
        assertThat(weights.get(target).asDouble()).isEqualTo(100);
        assertThat(weights.get(ARN + "service-revision/demo/web/" + blue).asDouble()).isZero();
        assertThat(shift.get("hookDetails").asString()).isEqualTo("first");
        assertThat(ids()).doesNotHaveDuplicates();
    }

    @Test
    void functionsAreCalledWhereTheInstallationSays() {
        begin(
                DeploymentStrategy.BLUE_GREEN,
                "arn:aws:lambda:us-east-1:123456789012:function:check:live");
        finish();
        assertThat(called).containsOnly(URI.create("http://functions/check"));
    }

    @Test
    void aFunctionThatNobodyKnowsFails() {
        begin(
                DeploymentStrategy.BLUE_GREEN,
                "arn:aws:lambda:us-east-1:123456789012:function:other");
        finish();
        assertThat(row().status()).isEqualTo(ServiceDeployment.Status.ROLLBACK_SUCCESSFUL);
    }

    @Test
    void aHookThatNeedsTimeIsCalledAgainWithWhatItSaid() {
        hook =
                call ->
                        answer(
                                call.get("hookDetails").asString("").equals("first")
                                        ? "{\"hookStatus\":\"IN_PROGRESS\",\"callBackDelay\":10,"
                                                + "\"hookDetails\":\"second\"}"
                                        : "{\"hookStatus\":\"SUCCEEDED\"}");
        begin(DeploymentStrategy.BLUE_GREEN, "http://hook");
        run(Duration.ofSeconds(5));
        assertThat(calls).hasSize(1);
        run(Duration.ofSeconds(10));
        assertThat(ids().get(1)).isEqualTo(ids().get(0));
        finish();
        assertThat(row().status()).isEqualTo(ServiceDeployment.Status.SUCCESSFUL);
        assertThat(calls).hasSize(2 * HOOKED.size());
    }

    @ParameterizedTest
    @MethodSource
    void whatHooksAnswerDecides(Webhooks.@Nullable Answer reply, String end) {
        hook =
                _ ->
                        reply == null
                                ? CompletableFuture.failedFuture(new IllegalStateException("away"))
                                : CompletableFuture.completedFuture(reply);
        begin(DeploymentStrategy.BLUE_GREEN, "http://hook");
        finish();
        assertThat(row().status().name()).isEqualTo(end);
    }

    static Stream<Arguments> whatHooksAnswerDecides() {
        return Stream.of(
                Arguments.of(new Webhooks.Answer(200, "{\"hookStatus\":\"FAILED\"}"), BACK),
                Arguments.of(new Webhooks.Answer(200, "nonsense"), BACK),
                Arguments.of(new Webhooks.Answer(200, "{}"), BACK),
                Arguments.of(new Webhooks.Answer(404, ""), BACK),
                Arguments.of(new Webhooks.Answer(503, ""), BACK),
                Arguments.of(null, BACK),
                Arguments.of(
                        new Webhooks.Answer(201, "{\"hookStatus\":\"SUCCEEDED\"}"), "SUCCESSFUL"));
    }

    private static final String BACK = "ROLLBACK_SUCCESSFUL";

    static Stream<Arguments> everyStageOfEveryStrategy() {
        return Stream.of(
                        DeploymentStrategy.BLUE_GREEN,
                        DeploymentStrategy.LINEAR,
                        DeploymentStrategy.CANARY)
                .flatMap(
                        strategy ->
                                Stream.of(Stage.values())
                                        .filter(stage -> stage != Stage.RECONCILE_SERVICE)
                                        .map(stage -> Arguments.of(strategy, stage)));
    }

    /** The hook takes five seconds, during which leaders change twice. */
    @ParameterizedTest
    @MethodSource("everyStageOfEveryStrategy")
    void leadersThatChangeInTheMiddleOfAStageChangeNothing(
            DeploymentStrategy strategy, Stage stage) {
        hook =
                _ -> {
                    var later = new CompletableFuture<Webhooks.Answer>();
                    world.time.after(
                            Duration.ofSeconds(5),
                            () ->
                                    later.complete(
                                            new Webhooks.Answer(
                                                    200, "{\"hookStatus\":\"SUCCEEDED\"}")));
                    return later;
                };
        begin(strategy, "http://hook");
        for (int i = 0; i < 3_600 && staging().stage() != stage; i++) {
            second();
        }
        assertThat(staging().stage()).isEqualTo(stage);
        for (int i = 0; i < 2; i++) {
            world.log.become(new Role(++term, "n2", false));
            run(Duration.ofSeconds(2));
            world.log.become(new Role(++term, "n1", true));
            run(Duration.ofSeconds(2));
        }
        finish();
        assertThat(row().status()).isEqualTo(ServiceDeployment.Status.SUCCESSFUL);
        assertThat(service().primary().number()).isEqualTo(green);
        assertThat(service().primary().rollout()).isEqualTo(Rollout.COMPLETED);
        assertThat(service().primary().running()).isEqualTo(2);
        assertThat(service().deployments()).hasSize(1);
        int shifts = strategy == DeploymentStrategy.BLUE_GREEN ? 1 : 2;
        assertThat(staging().step()).isEqualTo(shifts);
        assertThat(ids().stream().distinct()).hasSize(5 + 2 * shifts);
    }
}
