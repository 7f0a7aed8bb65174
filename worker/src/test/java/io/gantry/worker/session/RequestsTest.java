package io.gantry.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.Resources;
import io.gantry.worker.core.PortBinding;
import io.gantry.worker.core.PortRange;
import io.gantry.worker.core.TaskReport;
import io.gantry.worker.core.TaskReport.ContainerReport;
import io.gantry.worker.core.TaskStatus;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What Amazon's agent sends in the same situation. */
final class RequestsTest {

    private static JsonNode bindings(PortBinding... bindings) {
        var container =
                new ContainerReport(
                        "web", "id", TaskStatus.RUNNING, null, null, null, List.of(bindings));
        var report =
                new TaskReport(
                        "arn", 1, TaskStatus.RUNNING, null, List.of(container), null, null, null);
        return Requests.submit("demo", report).at("/containers/0/networkBindings");
    }

    @Test
    void aRangeIsToldAsARange() {
        JsonNode told =
                bindings(
                        PortBinding.range(
                                "0.0.0.0",
                                PortRange.parse("8000-8002"),
                                PortRange.parse("40000-40002"),
                                "udp"));

        assertThat(told.toString())
                .isEqualTo(
                        "[{\"bindIP\":\"0.0.0.0\",\"containerPortRange\":\"8000-8002\","
                                + "\"hostPortRange\":\"40000-40002\",\"protocol\":\"udp\"}]");
    }

    @Test
    void theSamePortOnIpv6IsLeftOut() {
        PortBinding six = new PortBinding("::", 80, 40_000, "tcp");

        assertThat(bindings(new PortBinding("0.0.0.0", 80, 40_000, "tcp"), six)).hasSize(1);
        assertThat(bindings(six).at("/0/bindIP").asString()).isEqualTo("::");
    }

    @Test
    void graphicsProcessorsAreRegistered() {
        var settings =
                new SessionSettings(
                        List.of(),
                        "demo",
                        new Resources(1, 1),
                        Set.of(),
                        List.of(),
                        Map.of(),
                        "1",
                        "2",
                        List.of("GPU-1", "GPU-2"));

        assertThat(Requests.register(settings, "token", null).get("platformDevices").toString())
                .isEqualTo(
                        "[{\"id\":\"GPU-1\",\"type\":\"GPU\"},{\"id\":\"GPU-2\",\"type\":\"GPU\"}]");
    }
}
