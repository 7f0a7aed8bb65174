package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;

final class StatusReportTest {
    private static String connected(boolean agent, @Nullable String reason) {
        return StatusReport.connected(
                ContainerInstance.builder().agentConnected(agent).statusReason(reason).build());
    }

    @Test
    void aWorkerThatIsLostIsToldFromOneThatIsOnlySilent() {
        assertThat(connected(true, null)).isEqualTo("yes");
        assertThat(connected(false, null)).isEqualTo("no");
        assertThat(connected(false, "LOST: nothing has been heard of the agent")).isEqualTo("lost");
    }
}
