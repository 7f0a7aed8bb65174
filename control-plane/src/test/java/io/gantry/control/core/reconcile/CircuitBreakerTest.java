package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.ContainerSeen;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Deployment;
import io.gantry.control.core.state.Deployment.Rollout;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.ServiceDeployment;
import io.gantry.control.core.state.ServiceDeployment.Status;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.Task.Health;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.HealthCheck;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

class CircuitBreakerTest {
    private final Lab lab = new Lab(11);
    private final Crew crew = new Crew(lab);
    private final TaskDefinitionKey good = lab.definition("web", Lab.SMALL);

    @BeforeEach
    void machine() {
        lab.worker(2_000 * 256, 2_000 * 128, Map.of());
    }

    private void create(TaskDefinitionKey definition, int desired, boolean rollback) {
        lab.createService(
                definition,
                desired,
                d -> d.deploymentCircuitBreaker(b -> b.enable(true).rollback(rollback)));
    }

    private long update(TaskDefinitionKey definition) {
        lab.updateService(definition, lab.service().desiredCount(), true);
        return lab.service().primary().number();
    }

    private TaskDefinitionKey bad() {
        TaskDefinitionKey bad = lab.definition("web", Lab.SMALL);
        crew.breaks(bad);
        return bad;
    }

    private List<String> said() {
        return lab.service().events().stream().map(Service.Event::message).toList();
    }

    private long failedTasks(TaskDefinitionKey definition) {
        return lab.state()
                .tasksOf(Lab.WEB)
                .filter(task -> task.taskDefinition().equals(definition))
                .filter(task -> "TaskFailedToStart".equals(task.stopCode()))
                .count();
    }

    /** Tasks start and fail one after the other. */
    private void failOneByOne(TaskDefinitionKey bad) {
        for (int i = 0; i < 3_000 && lab.service().primary().taskDefinition().equals(bad); i++) {
            Task next = nextOf(bad);
            if (next == null) {
                crew.reconcile();
                next = nextOf(bad);
            }
            if (next != null) {
                lab.observe(next.id(), Task.Status.STOPPED, null);
            }
            lab.pass(Duration.ofSeconds(next == null ? 60 : 1));
            if (lab.service().primary().stalled()) {
                return;
            }
        }
    }

    private @Nullable Task nextOf(TaskDefinitionKey definition) {
        return lab.state()
                .aliveOf(Lab.WEB)
                .filter(task -> task.taskDefinition().equals(definition) && task.wanted())
                .findFirst()
                .orElse(null);
    }

    @ParameterizedTest
    @CsvSource({"1,3", "5,3", "6,3", "7,4", "100,50", "1000,200"})
    void itFailsAtHalfOfTheDesiredCountBetween3And200AndGoesBack(int desired, int threshold) {
        create(good, desired, true);
        crew.converge();
        long first = lab.service().primary().number();
        TaskDefinitionKey bad = bad();
        long second = update(bad);
        failOneByOne(bad);

        assertThat(failedTasks(bad)).isEqualTo(threshold);
        Deployment back = lab.service().primary();
        assertThat(back.number()).isEqualTo(first);
        ServiceDeployment row = lab.deploymentOf(second);
        if (lab.service().deployments().size() > 1) {
            assertThat(back.rollout()).isEqualTo(Rollout.IN_PROGRESS);
            assertThat(back.rolloutReason())
                    .isEqualTo(
                            "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/"
                                    + first
                                    + ".");
            assertThat(row.status()).isEqualTo(Status.ROLLBACK_IN_PROGRESS);
        }
        assertThat(row.trial()).isEqualTo(new ServiceDeployment.Trial(threshold, threshold, true));
        assertThat(said())
                .contains(
                        "(service web) (deployment ecs-svc/"
                                + second
                                + ") deployment failed: tasks failed to start.",
                        "(service web) rolling back to deployment ecs-svc/" + first + ".");
        crew.converge();
        assertThat(lab.deploymentOf(second).status()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
        assertThat(lab.service().deployments()).hasSize(1);
        assertThat(lab.service().primary().rollout()).isEqualTo(Rollout.COMPLETED);
        assertThat(lab.service().primary().running()).isEqualTo(desired);
        assertThat(lab.service().spec().taskDefinition()).isEqualTo(good.toString());
        assertThat(lab.state().releases().revisionsOf(Lab.WEB)).hasSize(2);
    }

    @Test
    void theServiceServesAllTheTime() {
        create(good, 4, true);
        crew.converge();
        crew.watchAnew();
        update(bad());
        crew.converge();
        assertThat(crew.fewestHealthy()).isEqualTo(4);
        assertThat(crew.mostAlive()).isLessThanOrEqualTo(8);
    }

    @Test
    void withoutACompletedDeploymentItStallsAndStartsNothingMore() {
        TaskDefinitionKey bad = bad();
        create(bad, 2, true);
        crew.converge();
        Deployment stalled = lab.service().primary();
        assertThat(stalled.rollout()).isEqualTo(Rollout.FAILED);
        assertThat(stalled.rolloutReason())
                .isEqualTo("ECS deployment circuit breaker: tasks failed to start.");
        assertThat(lab.latestDeployment().status()).isEqualTo(Status.STOPPED);
        long failed = failedTasks(bad);
        lab.pass(Duration.ofHours(2));
        crew.converge();
        assertThat(failedTasks(bad)).isLessThanOrEqualTo(failed);
        assertThat(lab.state().aliveOf(Lab.WEB)).isEmpty();

        update(good);
        crew.converge();
        assertThat(lab.service().primary().rollout()).isEqualTo(Rollout.COMPLETED);
    }

    @Test
    void withoutRollbackTheOldTasksStayAndNothingIsReplaced() {
        create(good, 3, false);
        crew.converge();
        update(bad());
        crew.converge();
        Service service = lab.service();
        assertThat(service.primary().rollout()).isEqualTo(Rollout.FAILED);
        assertThat(service.deployments()).hasSize(2);
        assertThat(service.deployments().getLast().running()).isEqualTo(3);
        assertThat(lab.latestDeployment().reason())
                .isEqualTo(
                        "Service deployment stopped because the circuit breaker threshold was"
                                + " exceeded.");
        lab.updateService(service.primary().taskDefinition(), 1, false);
        crew.converge();
        assertThat(crew.wanted()).as("scaling in still works").hasSize(1);
    }

    @Test
    void aRollbackThatFailsAsWellIsTheEnd() {
        create(good, 2, true);
        crew.converge();
        long first = lab.service().primary().number();
        TaskDefinitionKey bad = bad();
        long second = update(bad);
        crew.breaks(good);
        crew.wanted().forEach(task -> lab.observe(task.id(), Task.Status.STOPPED, 1));
        crew.converge();
        assertThat(lab.service().primary().number()).isEqualTo(first);
        assertThat(lab.service().primary().rollout()).isEqualTo(Rollout.FAILED);
        assertThat(lab.deploymentOf(second).status()).isEqualTo(Status.ROLLBACK_FAILED);
        assertThat(lab.service().ongoing()).isNull();
    }

    @Test
    void itGoesBackToTheLastCompletedDeploymentPastThoseThatWereNot() {
        create(good, 2, true);
        crew.converge();
        long first = lab.service().primary().number();
        long second = update(lab.definition("web", Lab.SMALL));
        crew.reconcile();
        long third = update(bad());
        assertThat(lab.deploymentOf(second).status()).isEqualTo(Status.STOPPED);
        assertThat(lab.deploymentOf(second).reason()).contains("Superseded");
        assertThat(lab.deploymentOf(third).sources()).contains(first, second);
        crew.converge();
        assertThat(lab.service().primary().number()).isEqualTo(first);
        assertThat(lab.deploymentOf(third).status()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
    }

    @Test
    void oneTaskThatRunsForgivesThoseThatDidNot() {
        create(good, 4, true);
        crew.converge();
        TaskDefinitionKey flaky = lab.definition("web", Lab.SMALL);
        update(flaky);
        crew.reconcile();
        List<Task> tasks =
                crew.wanted().stream().filter(task -> task.taskDefinition().equals(flaky)).toList();
        lab.observe(tasks.get(0).id(), Task.Status.STOPPED, null);
        lab.observe(tasks.get(1).id(), Task.Status.STOPPED, null);
        assertThat(lab.service().primary().failed()).isEqualTo(2);
        lab.observe(tasks.get(2).id(), Task.Status.RUNNING, null);
        assertThat(lab.service().primary().failed()).isZero();
        lab.observe(tasks.get(3).id(), Task.Status.STOPPED, null);
        assertThat(lab.service().primary().failed()).as("another one runs").isZero();
        crew.converge();
        assertThat(lab.service().primary().taskDefinition()).isEqualTo(flaky);
        assertThat(lab.service().primary().rollout()).isEqualTo(Rollout.COMPLETED);
    }

    private TaskDefinitionKey checked() {
        var container =
                ContainerDefinition.builder()
                        .name("main")
                        .image("busybox")
                        .essential(true)
                        .healthCheck(HealthCheck.builder().command("CMD", "true").build())
                        .build();
        return lab.definition(
                TaskDefinition.builder().family("checked").containerDefinitions(container).build(),
                Lab.SMALL);
    }

    private void feels(Health health) {
        crew.wanted().stream()
                .filter(task -> task.last() == Task.Status.RUNNING)
                .filter(task -> task.containers().getFirst().health() == Health.UNKNOWN)
                .forEach(
                        task ->
                                lab.report(
                                        task.id(),
                                        Task.Status.RUNNING,
                                        null,
                                        new ContainerSeen(
                                                "main", null, null, null, null, null, null,
                                                health)));
    }

    @Test
    void tasksThatRunAndFailTheirHealthChecksCountToo() {
        create(good, 2, true);
        crew.converge();
        long first = lab.service().primary().number();
        long second = update(checked());
        for (int i = 0; i < 40 && lab.service().primary().number() == second; i++) {
            crew.reconcile();
            crew.obey();
            feels(Health.UNHEALTHY);
            lab.pass(Duration.ofSeconds(10));
            Audit.check(lab.state());
        }
        assertThat(lab.service().primary().number()).isEqualTo(first);
        assertThat(lab.deploymentOf(second).trial())
                .isEqualTo(new ServiceDeployment.Trial(3, 3, true));
    }

    @Test
    void duringTheGracePeriodFailedHealthChecksCountForNothing() {
        lab.createService(
                checked(),
                1,
                spec ->
                        spec.healthCheckGracePeriodSeconds(120)
                                .deploymentConfiguration(
                                        d -> d.deploymentCircuitBreaker(b -> b.enable(true))),
                Lab.WEB);
        crew.reconcile();
        crew.obey();
        feels(Health.UNHEALTHY);
        lab.pass(Duration.ofSeconds(100));
        assertThat(crew.reconcile()).isFalse();
        lab.pass(Duration.ofSeconds(21));
        assertThat(crew.reconcile()).isTrue();
        crew.obey();
        assertThat(lab.state().tasksOf(Lab.WEB)).hasSize(2);
    }

    @Test
    void aDeploymentIsStoppedAndTheServiceGoesBack() {
        create(good, 2, false);
        crew.converge();
        long first = lab.service().primary().number();
        long second = update(lab.definition("web", Lab.SMALL));
        ServiceDeployment row = lab.deploymentOf(second);
        assertThat(row.status()).isEqualTo(Status.PENDING);
        crew.reconcile();
        assertThat(lab.deploymentOf(second).status()).isEqualTo(Status.IN_PROGRESS);

        assertThat(lab.apply(new Command.StopServiceDeployment(row.key(), true)))
                .isEqualTo(new Reply.Done());
        assertThat(lab.deploymentOf(second).status()).isEqualTo(Status.ROLLBACK_REQUESTED);
        assertThat(lab.apply(new Command.StopServiceDeployment(row.key(), true)))
                .isInstanceOfSatisfying(
                        Reply.Refused.class,
                        refused -> assertThat(refused.cause()).isEqualTo(Reply.Cause.CONFLICT));
        lab.pass(Duration.ofMillis(100));
        assertThat(lab.deploymentOf(second).status()).isEqualTo(Status.ROLLBACK_IN_PROGRESS);
        crew.converge();
        assertThat(lab.deploymentOf(second).status()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
        assertThat(lab.service().primary().number()).isEqualTo(first);
        assertThat(lab.service().primary().running()).isEqualTo(2);
    }

    @Test
    void anAbortedDeploymentStaysAsItIs() {
        create(good, 3, true);
        crew.converge();
        long second = update(lab.definition("web", Lab.SMALL));
        crew.reconcile();
        lab.apply(new Command.StopServiceDeployment(lab.deploymentOf(second).key(), false));
        assertThat(lab.deploymentOf(second).status()).isEqualTo(Status.STOP_REQUESTED);
        crew.converge();
        assertThat(lab.deploymentOf(second).status()).isEqualTo(Status.STOPPED);
        assertThat(lab.service().primary().number()).isEqualTo(second);
        assertThat(lab.service().primary().rollout()).isEqualTo(Rollout.FAILED);
        assertThat(crew.wanted()).hasSize(3);
    }

    @Test
    void serviceDeploymentsAreKeptFor90DaysAndRevisionsAsLongAsTheService() {
        create(good, 1, true);
        crew.converge();
        update(lab.definition("web", Lab.SMALL));
        crew.converge();
        lab.apply(new Command.DeleteService(Lab.WEB, true));
        crew.obey();
        lab.pass(Duration.ofHours(2));
        assertThat(lab.state().services().get(Lab.WEB)).isNull();
        assertThat(lab.state().releases().revisionsOf(Lab.WEB)).isEmpty();
        assertThat(lab.state().releases().deploymentsOf(Lab.WEB)).hasSize(2);
        lab.pass(Duration.ofDays(91));
        assertThat(lab.state().releases().deploymentsOf(Lab.WEB)).isEmpty();
    }

    @Test
    void bakeTimeKeepsARollingDeploymentInProgress() {
        lab.createService(good, 1, d -> d.bakeTimeInMinutes(30));
        crew.converge();
        assertThat(lab.service().primary().rollout()).isEqualTo(Rollout.IN_PROGRESS);
        lab.pass(Duration.ofMinutes(31));
        assertThat(lab.service().primary().rollout()).isEqualTo(Rollout.COMPLETED);
        assertThat(lab.latestDeployment().status()).isEqualTo(Status.SUCCESSFUL);
    }
}
