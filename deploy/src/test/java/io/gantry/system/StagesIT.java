package io.gantry.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.Deployment;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHook;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHookDetail;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHookStage;
import software.amazon.awssdk.services.ecs.model.DeploymentStrategy;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.ServiceDeployment;
import software.amazon.awssdk.services.ecs.model.ServiceDeploymentLifecycleStage;
import software.amazon.awssdk.services.ecs.model.ServiceDeploymentStatus;
import software.amazon.awssdk.services.ecs.model.Task;

/**
 * The leader is killed in the middle of a deployment, which comes to the same end as if nobody had
 * been: in three stages of a blue/green one; with {@code -Dgantry.system=full} in each stage of
 * each strategy, which takes ten minutes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StagesIT {
    private static final boolean FULL = "full".equals(System.getProperty("gantry.system"));
    private static final int DESIRED = 2;

    /** Where nobody can pause, and a webhook holds the stage. */
    private static final Set<DeploymentLifecycleHookStage> SHIFTS =
            EnumSet.of(
                    DeploymentLifecycleHookStage.TEST_TRAFFIC_SHIFT,
                    DeploymentLifecycleHookStage.PRODUCTION_TRAFFIC_SHIFT);

    private static final Set<DeploymentLifecycleHookStage> PAUSES =
            EnumSet.of(
                    DeploymentLifecycleHookStage.PRE_SCALE_UP,
                    DeploymentLifecycleHookStage.POST_SCALE_UP,
                    DeploymentLifecycleHookStage.POST_TEST_TRAFFIC_SHIFT,
                    DeploymentLifecycleHookStage.POST_PRODUCTION_TRAFFIC_SHIFT);

    /** Those that last long enough to be met, or some of them. */
    private static final Set<ServiceDeploymentLifecycleStage> STAGES =
            FULL
                    ? EnumSet.of(
                            ServiceDeploymentLifecycleStage.PRE_SCALE_UP,
                            ServiceDeploymentLifecycleStage.SCALE_UP,
                            ServiceDeploymentLifecycleStage.POST_SCALE_UP,
                            ServiceDeploymentLifecycleStage.TEST_TRAFFIC_SHIFT,
                            ServiceDeploymentLifecycleStage.POST_TEST_TRAFFIC_SHIFT,
                            ServiceDeploymentLifecycleStage.PRODUCTION_TRAFFIC_SHIFT,
                            ServiceDeploymentLifecycleStage.POST_PRODUCTION_TRAFFIC_SHIFT,
                            ServiceDeploymentLifecycleStage.BAKE_TIME,
                            ServiceDeploymentLifecycleStage.CLEAN_UP)
                    : EnumSet.of(
                            ServiceDeploymentLifecycleStage.SCALE_UP,
                            ServiceDeploymentLifecycleStage.TEST_TRAFFIC_SHIFT,
                            ServiceDeploymentLifecycleStage.PRODUCTION_TRAFFIC_SHIFT);

    /** So that the stage is met. */
    private static final int BAKE_MINUTES = FULL ? 1 : 0;

    /** How long a task takes to stop that does not want to. */
    private static final int STOP_SECONDS = 15;

    private SoakInstallation installation;
    private Api api;

    @BeforeAll
    void start(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path directory) throws IOException {
        installation = SoakInstallation.start(directory);
        api =
                new Api(
                        "default",
                        installation.endpoints(),
                        installation.accessKey(),
                        installation.secret());
    }

    @AfterAll
    void stop() throws IOException {
        api.close();
        installation.close();
    }

    static List<DeploymentStrategy> strategies() {
        return FULL
                ? List.of(
                        DeploymentStrategy.BLUE_GREEN,
                        DeploymentStrategy.LINEAR,
                        DeploymentStrategy.CANARY)
                : List.of(DeploymentStrategy.BLUE_GREEN);
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void aDeploymentByStagesEndsAsIfNoLeaderHadBeenKilled(DeploymentStrategy strategy)
            throws IOException {
        String name = strategy.toString().toLowerCase(Locale.ROOT).replace('_', '-');
        registerCommand(name, List.of("sh", "-c", "trap '' TERM; sleep 1000000 & wait; wait"));
        create(name);
        String next = register(name, "1000001");
        try (var webhook = new HeldWebhook()) {
            api.ask(
                    ecs ->
                            ecs.updateService(
                                    r ->
                                            r.service(name)
                                                    .taskDefinition(next)
                                                    .deploymentConfiguration(
                                                            configuration(
                                                                    strategy, webhook.address()))));
            Set<ServiceDeploymentLifecycleStage> met =
                    EnumSet.noneOf(ServiceDeploymentLifecycleStage.class);
            ServiceDeployment now = latest(name);
            while (!ended(now)) {
                ServiceDeploymentLifecycleStage stage = now.lifecycleStage();
                if (stage != null && STAGES.contains(stage) && met.add(stage)) {
                    killLeader();
                }
                goOn(now);
                webhook.release(met);
                now = nextAfter(name, now);
            }
            assertThat(now.status())
                    .as(String.valueOf(now))
                    .isEqualTo(ServiceDeploymentStatus.SUCCESSFUL);
            assertThat(met).isEqualTo(STAGES);
        }
        assertThatOnlyRuns(name, next);
    }

    @Test
    void aFailedDeploymentGoesBackAlthoughTheLeaderIsKilled() throws IOException {
        String good = register("rolling", "1000000");
        create("rolling");
        String bad = registerCommand("rolling", List.of("/no/such/program"));
        api.ask(
                ecs ->
                        ecs.updateService(
                                r ->
                                        r.service("rolling")
                                                .taskDefinition(bad)
                                                .deploymentConfiguration(
                                                        c ->
                                                                c.deploymentCircuitBreaker(
                                                                        b ->
                                                                                b.enable(true)
                                                                                        .rollback(
                                                                                                true)))));
        Patiently.awaitTrue(
                "a task that failed",
                () ->
                        service("rolling").deployments().stream()
                                .map(Deployment::failedTasks)
                                .anyMatch(failed -> failed != null && failed > 0));
        killLeader();
        Patiently.awaitTrue("an end", () -> ended(latest("rolling")));
        assertThat(latest("rolling").status())
                .isEqualTo(ServiceDeploymentStatus.ROLLBACK_SUCCESSFUL);
        assertThatOnlyRuns("rolling", good);
    }

    private void killLeader() throws IOException {
        String leader = Patiently.await("a leader", api::leader);
        installation.signal(leader, "KILL");
        installation.up();
    }

    private static DeploymentConfiguration configuration(
            DeploymentStrategy strategy, String webhook) {
        var built =
                DeploymentConfiguration.builder()
                        .strategy(strategy)
                        .maximumPercent(200)
                        .minimumHealthyPercent(100)
                        .bakeTimeInMinutes(BAKE_MINUTES)
                        .lifecycleHooks(
                                DeploymentLifecycleHook.builder()
                                        .targetType("PAUSE")
                                        .lifecycleStages(PAUSES)
                                        .build(),
                                DeploymentLifecycleHook.builder()
                                        .hookTargetArn(webhook)
                                        .roleArn("arn:aws:iam::000000000000:role/none")
                                        .lifecycleStages(SHIFTS)
                                        .build());
        switch (strategy) {
            case LINEAR ->
                    built.linearConfiguration(l -> l.stepPercent(50.0).stepBakeTimeInMinutes(0));
            case CANARY ->
                    built.canaryConfiguration(
                            c -> c.canaryPercent(50.0).canaryBakeTimeInMinutes(0));
            default -> {}
        }
        return built.build();
    }

    /** Lets a paused deployment go on. */
    private void goOn(ServiceDeployment deployment) {
        for (DeploymentLifecycleHookDetail hook : deployment.lifecycleHookDetails()) {
            if ("AWAITING_ACTION".equals(hook.statusAsString())) {
                api.ask(
                        ecs ->
                                ecs.continueServiceDeployment(
                                        r ->
                                                r.serviceDeploymentArn(
                                                                deployment.serviceDeploymentArn())
                                                        .hookId(hook.hookId())));
            }
        }
    }

    private ServiceDeployment nextAfter(String service, ServiceDeployment seen) {
        return Patiently.await(
                "anything after " + seen,
                () -> {
                    ServiceDeployment now = latest(service);
                    boolean changed =
                            now.status() != seen.status()
                                    || now.lifecycleStage() != seen.lifecycleStage()
                                    || !now.lifecycleHookDetails()
                                            .equals(seen.lifecycleHookDetails());
                    return changed ? now : null;
                });
    }

    private ServiceDeployment latest(String service) {
        String arn =
                api.ask(ecs -> ecs.listServiceDeployments(r -> r.service(service)))
                        .serviceDeployments()
                        .getFirst()
                        .serviceDeploymentArn();
        return api.ask(ecs -> ecs.describeServiceDeployments(r -> r.serviceDeploymentArns(arn)))
                .serviceDeployments()
                .getFirst();
    }

    private static boolean ended(ServiceDeployment deployment) {
        return switch (deployment.status()) {
            case SUCCESSFUL, STOPPED, ROLLBACK_SUCCESSFUL, ROLLBACK_FAILED -> true;
            default -> false;
        };
    }

    private void create(String name) {
        api.ask(
                ecs ->
                        ecs.createService(
                                r ->
                                        r.serviceName(name)
                                                .taskDefinition(name)
                                                .desiredCount(DESIRED)));
        Patiently.awaitTrue("the first deployment", () -> ended(latest(name)));
    }

    private String register(String family, String seconds) {
        return registerCommand(family, List.of("sleep", seconds));
    }

    private String registerCommand(String family, List<String> command) {
        var container =
                ContainerDefinition.builder()
                        .name("main")
                        .image("host")
                        .memory(16)
                        .command(command)
                        .stopTimeout(STOP_SECONDS)
                        .build();
        return api.ask(
                        ecs ->
                                ecs.registerTaskDefinition(
                                        r -> r.family(family).containerDefinitions(container)))
                .taskDefinition()
                .taskDefinitionArn();
    }

    private Service service(String name) {
        return api.ask(ecs -> ecs.describeServices(r -> r.services(name))).services().getFirst();
    }

    private void assertThatOnlyRuns(String name, String definition) {
        Patiently.awaitTrue(
                "one deployment with all its tasks",
                () -> {
                    Service service = service(name);
                    return service.deployments().size() == 1 && service.runningCount() == DESIRED;
                });
        assertThat(service(name).taskDefinition()).isEqualTo(definition);
        List<Task> tasks = new ArrayList<>();
        List<String> arns = api.ask(ecs -> ecs.listTasks(r -> r.serviceName(name))).taskArns();
        tasks.addAll(api.ask(ecs -> ecs.describeTasks(r -> r.tasks(arns))).tasks());
        assertThat(tasks).hasSize(DESIRED);
        assertThat(tasks).allMatch(task -> task.taskDefinitionArn().equals(definition));
    }
}
