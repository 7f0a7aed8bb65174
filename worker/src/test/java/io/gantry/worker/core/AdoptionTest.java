package io.gantry.worker.core;

import static io.gantry.worker.core.Scenario.container;
import static io.gantry.worker.core.Scenario.task;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class AdoptionTest {
    private final Scenario scenario = new Scenario();

    @Test
    void aContainerThatStillRunsGoesOn() {
        scenario.running(task("t1", container("web").build())).acknowledge("t1");
        scenario.restart(scenario.foundRunning("t1", "web"));

        assertThat(scenario.actions()).isEmpty();
    }

    @Test
    void anEndThatNobodySawIsReported() {
        scenario.running(task("t1", container("web").build())).acknowledge("t1");
        scenario.restart(scenario.foundExited("t1", "web", 9));

        assertThat(scenario.onlyReport().containers().getFirst().exitCode()).isEqualTo(9);
    }

    @Test
    void aContainerThatIsGoneIsReportedAsVanished() {
        scenario.running(task("t1", container("web").build())).acknowledge("t1");
        scenario.restart();

        assertThat(scenario.onlyReport().containers().getFirst().reason())
                .startsWith("ContainerVanishedError: ");
    }

    @Test
    void whatWasOnItsWayIsDoneAgain() {
        scenario.assign(task("t1", container("pulling").build(), container("creating").build()));
        scenario.pulled("t1", "creating").restart();

        assertThat(scenario.done("pull")).containsExactly("pulling");
        assertThat(scenario.done("create")).containsExactly("creating");
    }

    @Test
    void anUnansweredReportIsSentAgain() {
        scenario.running(task("t1", container("web").build()));
        TaskReport before = scenario.onlyReport();
        scenario.restart(scenario.foundRunning("t1", "web"));

        assertThat(scenario.onlyReport()).isEqualTo(before);
    }

    @Test
    void aStopUnderWayIsAskedForAgain() {
        scenario.running(task("t1", container("web").build())).acknowledge("t1");
        scenario.assign(io.gantry.common.acs.AcsTask.stop(Scenario.arn("t1")));
        scenario.restart(scenario.foundRunning("t1", "web"));

        assertThat(scenario.done("stop")).containsExactly("web");
    }

    @Test
    void containersThatNoTaskAccountsForAreRemoved() {
        scenario.restart(scenario.foundRunning("other", "web"));

        assertThat(scenario.done("stray")).containsExactly("id-other-web");
    }
}
