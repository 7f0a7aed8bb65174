package io.gantry.worker.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.PortMapping;
import io.gantry.common.acs.AcsTask;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class AdmissionTest {

    private static AcsTask.Builder task(PortMapping... ports) {
        AcsContainer web = AcsContainer.of("web", "busybox").portMappings(List.of(ports)).build();
        return AcsTask.run("arn:x/t1", "web", "1").containers(List.of(web));
    }

    private static PortMapping range(@Nullable String range) {
        return new PortMapping(null, null, range, "tcp");
    }

    @Test
    void sharedNamespacesAreTaken() {
        assertThat(Admission.refusal(task().pidMode("task").ipcMode("none").build())).isNull();
        assertThat(Admission.refusal(task().pidMode("none").build()))
                .isEqualTo("pidMode none is not supported");
        assertThat(Admission.refusal(task().ipcMode("private").build()))
                .isEqualTo("ipcMode private is not supported");
    }

    @Test
    void rangesOfPortsAreTakenInBridgeMode() {
        assertThat(Admission.refusal(task(range("8000-8010")).build())).isNull();
        assertThat(Admission.refusal(task(range("8000-8010")).networkMode("host").build()))
                .isEqualTo(
                        "container web: containerPortRange is only supported in network mode"
                                + " bridge");
        assertThat(Admission.refusal(task(range("8010-8000")).build()))
                .isEqualTo("container web: containerPortRange 8010-8000 is not a range of ports");
        assertThat(Admission.refusal(task(range(null)).build())).contains("either");
        assertThat(Admission.refusal(task(new PortMapping(80, null, "80-81", null)).build()))
                .contains("either");
    }
}
