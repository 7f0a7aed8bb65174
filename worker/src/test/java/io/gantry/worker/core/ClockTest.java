package io.gantry.worker.core;

import static io.gantry.worker.core.Scenario.container;
import static io.gantry.worker.core.Scenario.key;
import static io.gantry.worker.core.Scenario.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsContainer.ContainerDependency;
import io.gantry.common.acs.AcsContainer.RestartPolicy;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.AgentEvent.Stage;
import io.gantry.worker.core.FoundContainer.Exit;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing is lost, late or early because somebody sets the machine's clock. */
final class ClockTest {
    private static final long HOURS = Duration.ofHours(5).toMillis();
    private final Scenario scenario = new Scenario();

    private Exit exit(long endedMillis, long beganMillis) {
        return new Exit(1, null, endedMillis, beganMillis);
    }

    @Test
    void anEndByAnEarlierClockIsAnEnd() {
        scenario.running(
                task(
                        "t1",
                        container("web")
                                .restartPolicy(new RestartPolicy(true, List.of(), 60))
                                .build()));
        scenario.acknowledge("t1").advance(Duration.ofSeconds(61));
        long now = scenario.now();
        scenario.take(new AgentEvent.Exited(key("t1", "web"), exit(now, now - 61_000)));
        assertThat(scenario.done("start")).as("restarted").hasSize(2);
        scenario.take(new AgentEvent.Exited(key("t1", "web"), exit(now + 3, now - 61_000)));
        assertThat(scenario.done("start")).as("the same run's end told twice").hasSize(2);

        scenario.started("t1", "web");
        scenario.take(new AgentEvent.Exited(key("t1", "web"), exit(now - HOURS, now - HOURS - 5)));
        assertThat(scenario.lastReport().status()).isEqualTo(TaskStatus.STOPPED);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void whatIsDueStaysDueAfterTheSameTime(long direction) {
        scenario.running(
                task("t1", container("web").build(), container("side").essential(false).build()));
        scenario.acknowledge("t1").exited("t1", "side", 0);
        scenario.setClock(direction * HOURS);
        scenario.advance(Duration.ofMillis(200));
        assertThat(scenario.reports()).as("waits for company").hasSize(1);
        scenario.advance(Duration.ofMillis(100));
        assertThat(scenario.reports()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void aFailedStopIsTriedAgainAfterTheSameTime(long direction) {
        scenario.running(task("t1", container("web").build())).acknowledge("t1");
        scenario.assign(AcsTask.stop(Scenario.arn("t1")));
        scenario.take(new AgentEvent.Failed(key("t1", "web"), Stage.STOP, "no"));
        scenario.setClock(direction * HOURS);
        scenario.advance(Duration.ofMillis(9_900));
        assertThat(scenario.done("stop")).hasSize(1);
        scenario.advance(Duration.ofMillis(200));
        assertThat(scenario.done("stop")).hasSize(2);
    }

    @Test
    void aDependencyIsNotGivenUpBecauseTheClockWasSetAhead() {
        scenario.assign(
                task(
                        "t1",
                        container("db").startTimeout(60).build(),
                        container("web")
                                .dependsOn(List.of(new ContainerDependency("db", "HEALTHY")))
                                .build()));
        scenario.pulled("t1", "db").pulled("t1", "web").created("t1", "db").started("t1", "db");
        scenario.setClock(HOURS).advance(Duration.ofSeconds(59));
        assertThat(scenario.reports()).isEmpty();
        scenario.take(
                new AgentEvent.HealthChanged(key("t1", "db"), AgentEvent.Health.HEALTHY, null));
        assertThat(scenario.done("create")).containsExactly("db", "web");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void stoppedContainersAreKeptAsLongAsEver(long direction) {
        scenario.running(task("t1", container("web").build())).acknowledge("t1");
        scenario.exited("t1", "web", 0).acknowledge("t1");
        scenario.setClock(direction * HOURS).advance(Duration.ofMinutes(179));
        assertThat(scenario.done("remove")).isEmpty();
        scenario.advance(Duration.ofMinutes(2));
        assertThat(scenario.done("remove")).hasSize(1);
    }

    @Test
    void nothingIsRemovedBeforeItsEndIsKnownNotEvenAfterARestart() {
        scenario.running(task("t1", container("web").build())).acknowledge("t1");
        scenario.exited("t1", "web", 0).advance(Duration.ofHours(4));
        assertThat(scenario.done("remove")).isEmpty();
        scenario.restart(scenario.foundExited("t1", "web", 0)).advance(Duration.ofHours(1));
        assertThat(scenario.done("remove")).isEmpty();
        scenario.acknowledge("t1");
        assertThat(scenario.done("remove")).hasSize(1);
    }

    @Test
    void aRestartThatWasNotAskedForBeforeTheWorkerEndedIsAskedForAfterwards() {
        scenario.running(
                task(
                        "t1",
                        container("web")
                                .restartPolicy(new RestartPolicy(true, List.of(), 60))
                                .build()));
        scenario.acknowledge("t1").advance(Duration.ofSeconds(61));
        long now = scenario.now();
        Exit first = exit(now, now - 61_000);
        scenario.take(new AgentEvent.Exited(key("t1", "web"), first));
        scenario.restart(
                new FoundContainer(
                        key("t1", "web"),
                        "id-t1-web",
                        scenario.foundRunning("t1", "web").facts(),
                        first));
        assertThat(scenario.done("start")).containsExactly("web");
        assertThat(scenario.reports()).isEmpty();
    }

    @Test
    void whatATaskNeedsFromElsewhereItNeedsAsAWhole() {
        scenario.assign(
                task("t1", container("web").build(), container("side").essential(false).build()));
        scenario.pulled("t1", "web").created("t1", "web").started("t1", "web");
        String error = "ResourceInitializationError: failed to download env files: no";
        scenario.pulled("t1", "side");
        scenario.take(new AgentEvent.Failed(key("t1", "side"), Stage.CREATE, error));
        scenario.exited("t1", "web", 143);

        TaskReport report = scenario.lastReport();
        assertThat(report.status()).isEqualTo(TaskStatus.STOPPED);
        assertThat(report.reason()).isEqualTo(error);
    }
}
