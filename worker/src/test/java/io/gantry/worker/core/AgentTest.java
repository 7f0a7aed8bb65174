package io.gantry.worker.core;

import static io.gantry.worker.core.Scenario.container;
import static io.gantry.worker.core.Scenario.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsContainer.ContainerDependency;
import io.gantry.common.acs.AcsContainer.RestartPolicy;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.AgentEvent.Health;
import io.gantry.worker.core.AgentEvent.Stage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AgentTest {
    private final Scenario scenario = new Scenario();

    @Test
    void aTaskOfTwoContainersRunsAndIsReportedOnce() {
        scenario.assign(task("t1", container("web").build(), container("side").build()));
        assertThat(scenario.done("pull")).containsExactly("web", "side");

        scenario.pulled("t1", "web").created("t1", "web").started("t1", "web");
        assertThat(scenario.reports()).isEmpty();
        scenario.pulled("t1", "side").created("t1", "side").started("t1", "side");

        TaskReport report = scenario.onlyReport();
        assertThat(report.status()).isEqualTo(TaskStatus.RUNNING);
        assertThat(report.containers())
                .extracting(TaskReport.ContainerReport::containerName)
                .containsExactly("web", "side");
        assertThat(report.containers().getFirst().networkBindings()).hasSize(1);
    }

    @Test
    void anEssentialExitStopsTheOthersAndKeepsTheExitCode() {
        scenario.running(
                task("t1", container("web").build(), container("side").essential(false).build()));
        scenario.acknowledge("t1").exited("t1", "web", 3);

        assertThat(scenario.done("stop")).containsExactly("side");
        assertThat(scenario.reports()).hasSize(1);
        scenario.exited("t1", "side", 143);

        TaskReport report = scenario.lastReport();
        assertThat(report.status()).isEqualTo(TaskStatus.STOPPED);
        assertThat(report.executionStoppedAtMillis()).isNotNull();
        assertThat(report.containers())
                .extracting(TaskReport.ContainerReport::exitCode)
                .containsExactly(3, 143);
    }

    @Test
    void digestsAreToldBeforeTheTaskRuns() {
        scenario.assign(task("t1", container("web").build(), container("side").build()));
        scenario.pulled("t1", "web", "sha256:aa");
        assertThat(scenario.reports()).isEmpty();
        scenario.pulled("t1", "side");

        TaskReport report = scenario.onlyReport();
        assertThat(report.status()).isEqualTo(TaskStatus.PENDING);
        assertThat(report.containers())
                .extracting(TaskReport.ContainerReport::imageDigest)
                .containsExactly("sha256:aa");
        scenario.acknowledge("t1").created("t1", "web").created("t1", "side");
        scenario.started("t1", "web").started("t1", "side");
        assertThat(scenario.reports()).hasSize(2);
        assertThat(scenario.lastReport().status()).isEqualTo(TaskStatus.RUNNING);
    }

    @Test
    void aNonEssentialExitWaitsForTheBatchTimer() {
        scenario.running(
                task("t1", container("web").build(), container("side").essential(false).build()));
        scenario.acknowledge("t1").exited("t1", "side", 0);
        assertThat(scenario.reports()).hasSize(1);

        scenario.advance(Duration.ofMillis(250));
        assertThat(scenario.lastReport().status()).isEqualTo(TaskStatus.RUNNING);
        assertThat(scenario.lastReport().containers())
                .singleElement()
                .satisfies(side -> assertThat(side.status()).isEqualTo(TaskStatus.STOPPED));
    }

    @Test
    void aSecondReportWaitsForTheAnswerToTheFirst() {
        scenario.running(task("t1", container("web").build())).exited("t1", "web", 0);
        assertThat(scenario.reports()).hasSize(1);

        scenario.acknowledge("t1");
        assertThat(scenario.lastReport().status()).isEqualTo(TaskStatus.STOPPED);
    }

    @Test
    void aTaskThatEndsAtOnceIsToldToHaveRun() {
        scenario.assign(task("t1", container("web").build()));
        scenario.pulled("t1", "web").created("t1", "web").exited("t1", "web", 3);
        assertThat(scenario.onlyReport().status()).isEqualTo(TaskStatus.RUNNING);

        scenario.acknowledge("t1");
        assertThat(scenario.lastReport().status()).isEqualTo(TaskStatus.STOPPED);
        assertThat(scenario.lastReport().containers()).isEmpty();
    }

    @Test
    void containersStopInReverseOrderOfTheirDependencies() {
        scenario.running(
                task(
                        "t1",
                        container("db").stopTimeout(7).build(),
                        container("web").dependsOn(on("db", "START")).build()));
        scenario.assign(AcsTask.stop(Scenario.arn("t1")));
        assertThat(scenario.done("stop")).containsExactly("web");

        scenario.exited("t1", "web", 143);
        assertThat(scenario.done("stop")).containsExactly("web", "db");
        assertThat(scenario.actions())
                .filteredOn(AgentAction.Stop.class::isInstance)
                .last()
                .isInstanceOfSatisfying(
                        AgentAction.Stop.class,
                        stop -> assertThat(stop.timeoutMillis()).isEqualTo(7_000));
    }

    @Test
    void successLetsTheDependentBegin() {
        scenario.assign(
                task(
                        "t1",
                        container("init").essential(false).build(),
                        container("web").dependsOn(on("init", "SUCCESS")).build()));
        scenario.pulled("t1", "init").pulled("t1", "web").created("t1", "init");
        scenario.started("t1", "init");
        assertThat(scenario.done("create")).containsExactly("init");

        scenario.exited("t1", "init", 0);
        assertThat(scenario.done("create")).containsExactly("init", "web");
        scenario.created("t1", "web").started("t1", "web");
        assertThat(scenario.onlyReport().status()).isEqualTo(TaskStatus.RUNNING);
    }

    @Test
    void failureOfADependencyEndsTheTask() {
        scenario.assign(
                task(
                        "t1",
                        container("init").essential(false).build(),
                        container("web").dependsOn(on("init", "SUCCESS")).build()));
        scenario.pulled("t1", "init").pulled("t1", "web").created("t1", "init");
        scenario.started("t1", "init").exited("t1", "init", 1);

        TaskReport report = scenario.onlyReport();
        assertThat(report.status()).isEqualTo(TaskStatus.STOPPED);
        assertThat(report.containers().get(1).reason())
                .startsWith("TaskDependencyError: init ended");
        assertThat(report.containers().get(1).exitCode()).isNull();
    }

    @Test
    void healthyWaitsForTheHealthCheckAndTheStartTimeoutEndsThePatience() {
        AcsTask wanted =
                task(
                        "t1",
                        container("db").startTimeout(20).build(),
                        container("web").dependsOn(on("db", "HEALTHY")).build());
        scenario.assign(wanted).pulled("t1", "db").pulled("t1", "web");
        scenario.created("t1", "db").started("t1", "db");
        scenario.advance(Duration.ofSeconds(19));
        assertThat(scenario.done("create")).containsExactly("db");
        assertThat(scenario.reports()).isEmpty();

        Scenario impatient = new Scenario().assign(wanted).pulled("t1", "db").pulled("t1", "web");
        impatient.created("t1", "db").started("t1", "db").advance(Duration.ofSeconds(20));
        assertThat(impatient.done("stop")).containsExactly("db");

        scenario.take(new AgentEvent.HealthChanged(Scenario.key("t1", "db"), Health.HEALTHY, null));
        assertThat(scenario.done("create")).containsExactly("db", "web");
    }

    @Test
    void aFailedPullStopsTheTaskWithItsReason() {
        scenario.assign(task("t1", container("web").build(), container("side").build()));
        scenario.take(
                new AgentEvent.Failed(
                        Scenario.key("t1", "web"),
                        Stage.PULL,
                        "CannotPullContainerError: no such image"));

        TaskReport report = scenario.onlyReport();
        assertThat(report.status()).isEqualTo(TaskStatus.STOPPED);
        assertThat(report.containers().getFirst().reason())
                .isEqualTo("CannotPullContainerError: no such image");
        assertThat(report.pullStoppedAtMillis()).isNotNull();
    }

    @Test
    void aStopDuringCreationIsCarriedOutAfterwards() {
        scenario.assign(task("t1", container("web").build())).pulled("t1", "web");
        scenario.assign(AcsTask.stop(Scenario.arn("t1")));
        assertThat(scenario.reports()).isEmpty();

        scenario.created("t1", "web");
        assertThat(scenario.done("start")).isEmpty();
        assertThat(scenario.onlyReport().status()).isEqualTo(TaskStatus.STOPPED);
        scenario.acknowledge("t1").advance(Duration.ofHours(3));
        assertThat(scenario.done("remove")).containsExactly("id-t1-web");
    }

    @Test
    void aTaskThatIsStoppedBeforeAllHasBegunNeverRuns() {
        scenario.assign(
                task(
                        "t1",
                        container("init").essential(false).build(),
                        container("web").dependsOn(on("init", "SUCCESS")).build()));
        scenario.pulled("t1", "init").pulled("t1", "web").created("t1", "init");
        scenario.started("t1", "init").assign(AcsTask.stop(Scenario.arn("t1")));
        assertThat(scenario.reports()).isEmpty();

        scenario.exited("t1", "init", 143);
        assertThat(scenario.onlyReport().status()).isEqualTo(TaskStatus.STOPPED);
    }

    @Test
    void aStopThatFailsIsTriedAgain() {
        scenario.running(task("t1", container("web").build()));
        scenario.assign(AcsTask.stop(Scenario.arn("t1")));
        scenario.take(
                new AgentEvent.Failed(
                        Scenario.key("t1", "web"),
                        Stage.STOP,
                        "CannotStopContainerError: engine is away"));
        assertThat(scenario.done("stop")).hasSize(1);

        scenario.advance(Duration.ofSeconds(10));
        assertThat(scenario.done("stop")).hasSize(2);
    }

    @Test
    void stopOfAnUnknownTaskIsAnsweredWithItsEnd() {
        scenario.assign(AcsTask.stop(Scenario.arn("lost")));

        TaskReport report = scenario.onlyReport();
        assertThat(report.status()).isEqualTo(TaskStatus.STOPPED);
        assertThat(report.containers()).isEmpty();
        assertThat(report.reason())
                .isEqualTo("TaskStateError: Agent could not progress task's state to stopped");
    }

    @Test
    void aTaskThatEndedNeverRunsAgain() {
        AcsTask wanted = task("t1", container("web").build());
        scenario.running(wanted).acknowledge("t1").exited("t1", "web", 0).acknowledge("t1");
        scenario.assign(wanted).advance(Duration.ofHours(4)).assign(wanted);

        assertThat(scenario.done("pull")).hasSize(1);
        scenario.advance(Duration.ofHours(28));
        assertThat(scenario.state().tasks().size()).isZero();
    }

    @Test
    void whoAsksAgainForTheEndOfAnEndedTaskIsToldAgain() {
        scenario.running(task("t1", container("web").build())).acknowledge("t1");
        scenario.exited("t1", "web", 5).acknowledge("t1");
        int before = scenario.reports().size();
        scenario.assign(AcsTask.stop(Scenario.arn("t1")));

        assertThat(scenario.reports()).hasSize(before + 1);
        assertThat(scenario.lastReport().containers().getFirst().exitCode()).isEqualTo(5);
    }

    @Test
    void whatIsNotSupportedIsRefusedByName() {
        AcsTask awsvpc =
                AcsTask.run(Scenario.arn("t1"), "web", "1")
                        .networkMode("awsvpc")
                        .containers(List.of(container("web").build()))
                        .build();
        scenario.assign(awsvpc);

        assertThat(scenario.actions()).hasSize(1);
        assertThat(scenario.onlyReport().reason())
                .isEqualTo(
                        "UnrecogniedTaskError: Error loading task - network mode awsvpc is not"
                                + " supported");
    }

    @Test
    void theRestartPolicyRestartsInPlaceAfterItsPeriod() {
        scenario.running(
                task(
                        "t1",
                        container("web")
                                .restartPolicy(new RestartPolicy(true, List.of(7), 60))
                                .build()));
        scenario.advance(Duration.ofSeconds(61)).exited("t1", "web", 1);
        assertThat(scenario.done("start")).containsExactly("web", "web");

        scenario.started("t1", "web").advance(Duration.ofSeconds(59)).exited("t1", "web", 1);
        assertThat(scenario.acknowledge("t1").lastReport().status()).isEqualTo(TaskStatus.STOPPED);
    }

    @Test
    void portsThatChangedWithARestartAreToldAndOthersAreNot() {
        scenario.running(
                task(
                        "t1",
                        container("web")
                                .restartPolicy(new RestartPolicy(true, List.of(), 60))
                                .build()));
        scenario.acknowledge("t1").advance(Duration.ofSeconds(61)).exited("t1", "web", 1);
        scenario.started("t1", "web").advance(Duration.ofMinutes(2));
        assertThat(scenario.reports()).hasSize(1);

        scenario.exited("t1", "web", 1).started("t1", "web", 40_000).advance(Duration.ofSeconds(1));
        assertThat(scenario.reports()).hasSize(2);
        assertThat(scenario.lastReport().status()).isEqualTo(TaskStatus.RUNNING);
        assertThat(scenario.lastReport().containers().getFirst().networkBindings())
                .containsExactly(new PortBinding("0.0.0.0", 80, 40_000, "tcp"));
    }

    @Test
    void stoppedTasksBeyondTheirNumberAreRemovedEarly() {
        Scenario small =
                new Scenario(
                        new AgentSettings(
                                Duration.ofSeconds(30),
                                Duration.ofHours(3),
                                2,
                                Duration.ofHours(24),
                                Duration.ofSeconds(5)));
        for (int i = 0; i < 4; i++) {
            small.running(task("t" + i, container("web").build())).acknowledge("t" + i);
            small.exited("t" + i, "web", 0).acknowledge("t" + i).advance(Duration.ofSeconds(1));
        }
        assertThat(small.done("remove")).containsExactly("id-t0-web", "id-t1-web");
    }

    private static List<ContainerDependency> on(String name, String condition) {
        return List.of(new ContainerDependency(name, condition));
    }
}
