package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.core.command.Command;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ConflictException;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHook;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHookAction;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHookStage;
import software.amazon.awssdk.services.ecs.model.DeploymentLifecycleHookStatus;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.ServiceDeployment;
import software.amazon.awssdk.services.ecs.model.ServiceDeploymentLifecycleStage;
import software.amazon.awssdk.services.ecs.model.ServiceDeploymentStatus;

class StrategyRulesTest {
    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    @BeforeEach
    void service() {
        office.definition("web");
        ecs.createService(
                r -> r.cluster("demo").serviceName("web").taskDefinition("web").desiredCount(1));
    }

    private DeploymentConfiguration update(Consumer<DeploymentConfiguration.Builder> change) {
        return ecs.updateService(
                        r -> r.cluster("demo").service("web").deploymentConfiguration(change))
                .service()
                .deploymentConfiguration();
    }

    private void refused(String part, Consumer<DeploymentConfiguration.Builder> change) {
        assertThatThrownBy(() -> update(change))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining(part);
    }

    private static DeploymentLifecycleHook.Builder pause(String stage) {
        return DeploymentLifecycleHook.builder()
                .targetType("PAUSE")
                .lifecycleStages(DeploymentLifecycleHookStage.fromValue(stage));
    }

    private static DeploymentLifecycleHook.Builder call(String target) {
        return DeploymentLifecycleHook.builder()
                .hookTargetArn(target)
                .lifecycleStages(DeploymentLifecycleHookStage.PRODUCTION_TRAFFIC_SHIFT);
    }

    @Test
    void whatIsLeftOutIsAsInEcs() {
        var linear = update(d -> d.strategy("LINEAR"));
        assertThat(linear.linearConfiguration().stepPercent()).isEqualTo(10);
        assertThat(linear.linearConfiguration().stepBakeTimeInMinutes()).isEqualTo(6);
        var canary = update(d -> d.strategy("CANARY"));
        assertThat(canary.canaryConfiguration().canaryPercent()).isEqualTo(5);
        assertThat(canary.canaryConfiguration().canaryBakeTimeInMinutes()).isEqualTo(10);
        assertThat(canary.linearConfiguration()).isNull();
        var rolling = update(d -> d.strategy("ROLLING"));
        assertThat(rolling.canaryConfiguration()).isNull();
    }

    @Test
    void rangesAreThoseOfEcs() {
        refused("bakeTimeInMinutes is required", d -> d.strategy("BLUE_GREEN"));
        refused(
                "bakeTimeInMinutes must be between 0 and 1440",
                d -> d.strategy("BLUE_GREEN").bakeTimeInMinutes(1441));
        refused(
                "stepPercent must be between 3.0 and 100.0",
                d -> d.strategy("LINEAR").linearConfiguration(l -> l.stepPercent(2.9)));
        refused(
                "stepPercent must be a multiple of 0.1",
                d -> d.strategy("LINEAR").linearConfiguration(l -> l.stepPercent(3.05)));
        refused(
                "stepBakeTimeInMinutes must be between 0 and 1440",
                d -> d.strategy("LINEAR").linearConfiguration(l -> l.stepBakeTimeInMinutes(-1)));
        refused(
                "canaryPercent must be between 0.1 and 100.0",
                d -> d.strategy("CANARY").canaryConfiguration(c -> c.canaryPercent(0.0)));
    }

    @Test
    void whatBelongsToOtherStrategiesIsRefused() {
        refused(
                "linearConfiguration can not be used",
                d -> d.linearConfiguration(l -> l.stepPercent(5.0)));
        refused(
                "canaryConfiguration can not be used",
                d -> d.strategy("LINEAR").canaryConfiguration(c -> c.canaryPercent(5.0)));
        refused(
                "lifecycleHooks can not be used",
                d -> d.lifecycleHooks(pause("PRE_SCALE_UP").build()));
        refused(
                "deploymentCircuitBreaker can not be used",
                d ->
                        d.strategy("BLUE_GREEN")
                                .bakeTimeInMinutes(0)
                                .deploymentCircuitBreaker(b -> b.enable(true).rollback(true)));
    }

    private void refusedHook(String part, DeploymentLifecycleHook.Builder hook) {
        refused(
                part,
                d -> d.strategy("BLUE_GREEN").bakeTimeInMinutes(0).lifecycleHooks(hook.build()));
    }

    @Test
    void hooksAreChecked() {
        refusedHook("A PAUSE hook can not be used", pause("PRODUCTION_TRAFFIC_SHIFT"));
        refusedHook("lifecycleStages can not be empty", DeploymentLifecycleHook.builder());
        refusedHook("hookTargetArn must be", call("nowhere"));
        refusedHook("hookTargetArn can not", pause("PRE_SCALE_UP").hookTargetArn("http://a"));
        refusedHook(
                "timeoutInMinutes must be between 1 and 20160",
                pause("PRE_SCALE_UP").timeoutConfiguration(t -> t.timeoutInMinutes(20_161)));
        refusedHook(
                "timeoutInMinutes must be between 1 and 1440",
                call("http://a").timeoutConfiguration(t -> t.timeoutInMinutes(1_441)));
        assertThat(
                        update(
                                        d ->
                                                d.strategy("BLUE_GREEN")
                                                        .bakeTimeInMinutes(0)
                                                        .lifecycleHooks(
                                                                call("https://a/b").build(),
                                                                call("arn:aws:lambda:a:1:function:f")
                                                                        .build()))
                                .lifecycleHooks())
                .hasSize(2);
    }

    @Test
    void aPauseIsShownAndContinued() {
        update(
                d ->
                        d.strategy("BLUE_GREEN")
                                .bakeTimeInMinutes(0)
                                .lifecycleHooks(pause("PRE_SCALE_UP").build()));
        ecs.updateService(r -> r.cluster("demo").service("web").forceNewDeployment(true));
        ServiceDeployment waiting = current();
        assertThat(waiting.status()).isEqualTo(ServiceDeploymentStatus.IN_PROGRESS);
        assertThat(waiting.lifecycleStage())
                .isEqualTo(ServiceDeploymentLifecycleStage.PRE_SCALE_UP);
        var hook = waiting.lifecycleHookDetails().getFirst();
        assertThat(hook.status()).isEqualTo(DeploymentLifecycleHookStatus.AWAITING_ACTION);
        assertThat(hook.targetTypeAsString()).isEqualTo("PAUSE");
        assertThat(hook.timeoutAction()).isEqualTo(DeploymentLifecycleHookAction.ROLLBACK);
        assertThat(hook.expiresAt()).isEqualTo(waiting.createdAt().plus(Duration.ofDays(1)));
        assertThat(waiting.targetServiceRevision().requestedProductionTrafficWeight()).isZero();
        assertThat(waiting.sourceServiceRevisions().getFirst().requestedProductionTrafficWeight())
                .isEqualTo(100);

        String arn = waiting.serviceDeploymentArn();
        String id = hook.hookId();
        ecs.continueServiceDeployment(r -> r.serviceDeploymentArn(arn).hookId(id));
        office.submit(new Command.Tick());
        assertThat(current().lifecycleStage()).isEqualTo(ServiceDeploymentLifecycleStage.SCALE_UP);
        assertThatThrownBy(
                        () ->
                                ecs.continueServiceDeployment(
                                        r -> r.serviceDeploymentArn(arn).hookId(id)))
                .isInstanceOfAny(ConflictException.class, InvalidParameterException.class);
    }

    private ServiceDeployment current() {
        String arn =
                ecs.describeServices(r -> r.cluster("demo").services("web"))
                        .services()
                        .getFirst()
                        .currentServiceDeployment();
        return ecs.describeServiceDeployments(r -> r.serviceDeploymentArns(arn))
                .serviceDeployments()
                .getFirst();
    }
}
