package io.gantry.worker.core;

import static io.gantry.worker.core.Scenario.arn;
import static io.gantry.worker.core.Scenario.container;
import static io.gantry.worker.core.Scenario.key;
import static io.gantry.worker.core.Scenario.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsContainer.RestartPolicy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What follows for the machine and the control plane when containers end or begin again. */
final class ReleaseTest {
    private final Scenario scenario = new Scenario();

    private void started(String name, int hostPort, long atMillis) {
        scenario.take(
                new AgentEvent.Started(
                        key("t1", name),
                        new RuntimeFacts(
                                "id-t1-" + name,
                                null,
                                null,
                                List.of(new PortBinding("0.0.0.0", 80, hostPort, "tcp")),
                                null,
                                atMillis)));
    }

    @Test
    void aTaskIsReleasedOnceWhenItsLastContainerHasEnded() {
        scenario.running(
                task("t1", container("web").build(), container("side").essential(false).build()));
        scenario.exited("t1", "side", 0);
        assertThat(scenario.done("release")).isEmpty();
        scenario.exited("t1", "web", 0).acknowledge("t1").acknowledge("t1");

        assertThat(scenario.done("release")).containsExactly(arn("t1"));
    }

    @Test
    void anAnswerToAnOlderReportDoesNotHideWhereThePortsAreNow() {
        scenario.assign(
                task(
                        "t1",
                        container("web")
                                .restartPolicy(new RestartPolicy(true, List.of(), 60))
                                .build()));
        scenario.pulled("t1", "web").created("t1", "web");
        started("web", 40_000, 0);
        scenario.exited("t1", "web", 1);
        started("web", 40_001, 2_000_000);
        scenario.acknowledge("t1").advance(Duration.ofSeconds(5));

        assertThat(scenario.lastReport().containers().getFirst().networkBindings())
                .containsExactly(new PortBinding("0.0.0.0", 80, 40_001, "tcp"));
    }
}
