package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.rollout.EarlySuccess;
import io.gantry.control.core.state.Deployment.Rollout;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;

/** Rolling deployments that are complete before all of their tasks are there. */
class EarlySuccessTest {
    private final Lab lab = new Lab(5);
    private final TaskDefinitionKey web = lab.definition("web", Lab.SMALL);
    private final Crew crew = new Crew(lab);

    private static DeploymentConfiguration criteria(int percent, String cleanup) {
        return DeploymentConfiguration.builder()
                .minimumHealthyPercent(50)
                .maximumPercent(200)
                .earlySuccessCriteria(
                        e ->
                                e.enable(true)
                                        .healthyPercent(percent)
                                        .sourceServiceRevisionCleanup(cleanup))
                .build();
    }

    private void create(DeploymentConfiguration configuration, int desired) {
        lab.createService(
                web, desired, spec -> spec.deploymentConfiguration(configuration), Lab.WEB);
    }

    /** One look after the other, until the service deployment is over. */
    private void untilOver() {
        for (int i = 0; i < 100 && !lab.latestDeployment().status().over(); i++) {
            crew.reconcile();
            crew.obey();
            lab.pass(Duration.ofSeconds(5));
        }
    }

    private long running(long revision) {
        return lab.state()
                .aliveOf(Lab.WEB)
                .filter(task -> task.deployment() == revision)
                .filter(task -> task.last() == Task.Status.RUNNING)
                .count();
    }

    @ParameterizedTest
    @CsvSource({"2,50,1", "3,50,2", "10,80,8", "100,90,90", "10,100,10", "10,0,1", "0,50,0"})
    void theShareIsRoundedUpAndAtLeastOneTask(int desired, int percent, int needed) {
        EarlySuccess early = EarlySuccess.of(criteria(percent, "BLOCKING"), desired);
        assertThat(early).isEqualTo(new EarlySuccess(needed, true));
    }

    @Test
    void onlyRollingDeploymentsSucceedEarly() {
        var blueGreen = criteria(80, "BLOCKING").toBuilder().strategy("BLUE_GREEN").build();
        assertThat(EarlySuccess.of(blueGreen, 10)).isNull();
        var off = DeploymentConfiguration.builder().earlySuccessCriteria(e -> e.enable(false));
        assertThat(EarlySuccess.of(off.build(), 10)).isNull();
        assertThat(EarlySuccess.of(DeploymentConfiguration.builder().build(), 10)).isNull();
    }

    @Test
    void aDeploymentForWhichThereIsNotRoomEnoughSucceedsWithWhatThereIs() {
        lab.worker(256 * 8, 8192, Map.of());
        create(criteria(80, "BLOCKING"), 10);
        untilOver();
        ServiceDeployment row = lab.latestDeployment();
        assertThat(row.status()).isEqualTo(ServiceDeployment.Status.SUCCESSFUL);
        assertThat(lab.service().primary().rollout()).isEqualTo(Rollout.COMPLETED);
        assertThat(lab.service().primary().running()).isEqualTo(8);
        assertThat(lab.service().steady()).isFalse();
        lab.worker(4096, 4096, Map.of());
        crew.converge();
        assertThat(lab.service().primary().running()).isEqualTo(10);
        assertThat(lab.service().steady()).isTrue();
        assertThat(row.tallies().getFirst().tasks().running()).as("as it ended").isEqualTo(8);
    }

    @Test
    void healthTakesItsTimeAsEver() {
        lab.worker(4096, 4096, Map.of());
        create(criteria(50, "DEFERRED"), 4);
        crew.reconcile();
        crew.obey();
        lab.pass(Duration.ofSeconds(30));
        assertThat(lab.latestDeployment().status().over()).isFalse();
        lab.pass(Duration.ofSeconds(11));
        assertThat(lab.latestDeployment().status()).isEqualTo(ServiceDeployment.Status.SUCCESSFUL);
    }

    /** A task of the earlier revision that must not stop. */
    private Task guarded() {
        lab.worker(8192, 8192, Map.of());
        crew.converge();
        Task guarded = crew.wanted().getFirst();
        lab.apply(new Command.ProtectTasks(List.of(guarded.id()), 1_800_000));
        lab.updateService(web, 4, true);
        return guarded;
    }

    @Test
    void deferredCleanUpDoesNotHoldUpTheDeployment() {
        create(criteria(100, "DEFERRED"), 4);
        Task guarded = guarded();
        untilOver();
        assertThat(lab.latestDeployment().status()).isEqualTo(ServiceDeployment.Status.SUCCESSFUL);
        assertThat(lab.service().deployments()).hasSize(2);
        assertThat(lab.task(guarded.id()).wanted()).isTrue();
        lab.pass(Duration.ofMinutes(31));
        crew.converge();
        assertThat(lab.task(guarded.id()).alive()).isFalse();
        assertThat(lab.service().deployments()).hasSize(1);
        assertThat(lab.service().steady()).isTrue();
    }

    @Test
    void blockingCleanUpDoes() {
        create(criteria(100, "BLOCKING"), 4);
        Task guarded = guarded();
        untilOver();
        assertThat(lab.latestDeployment().status()).isEqualTo(ServiceDeployment.Status.IN_PROGRESS);
        lab.pass(Duration.ofMinutes(31));
        untilOver();
        assertThat(lab.task(guarded.id()).alive()).isFalse();
        assertThat(lab.latestDeployment().status()).isEqualTo(ServiceDeployment.Status.SUCCESSFUL);
    }

    @Test
    void theBakeTimeComesFirst() {
        lab.worker(256 * 2, 8192, Map.of());
        create(criteria(50, "DEFERRED").toBuilder().bakeTimeInMinutes(5).build(), 4);
        crew.reconcile();
        crew.obey();
        lab.pass(Duration.ofSeconds(41));
        assertThat(lab.latestDeployment().times().baking()).isEqualTo(lab.state().nowMillis());
        lab.pass(Duration.ofMinutes(4));
        assertThat(lab.latestDeployment().status().over()).isFalse();
        lab.pass(Duration.ofMinutes(1));
        assertThat(lab.latestDeployment().status()).isEqualTo(ServiceDeployment.Status.SUCCESSFUL);
    }

    @Test
    void theCircuitBreakerWatchesUntilThenAndNoLonger() {
        var watched =
                criteria(50, "DEFERRED").toBuilder()
                        .deploymentCircuitBreaker(b -> b.enable(true).rollback(true))
                        .build();
        lab.worker(256 * 2, 8192, Map.of());
        create(watched, 4);
        untilOver();
        crew.breaks(web);
        lab.worker(8192, 8192, Map.of());
        for (int i = 0; i < 30; i++) {
            crew.reconcile();
            crew.obey();
            lab.pass(Duration.ofSeconds(60));
        }
        assertThat(lab.service().primary().rollout()).isEqualTo(Rollout.COMPLETED);
        assertThat(running(lab.service().primary().number())).isEqualTo(2);
        assertThat(Check.present(lab.latestDeployment(), 0).status())
                .isEqualTo(ServiceDeployment.Status.SUCCESSFUL);
    }
}
