package io.gantry.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import io.gantry.worker.core.AgentEvent.Stage;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class DockerErrorsTest {

    @Test
    void theEnginesWordsAreTakenOutOfTheirWrapping() {
        var taken =
                new InternalServerErrorException(
                        "{\"message\":\"Bind for 0.0.0.0:80 failed: port is already"
                                + " allocated\"}\n");

        assertThat(DockerErrors.text(Stage.START, taken))
                .isEqualTo(
                        "CannotStartContainerError: Error response from daemon: Bind for 0.0.0.0:80"
                                + " failed: port is already allocated");
        assertThat(DockerErrors.saysPortTaken(taken)).isTrue();
        assertThat(DockerErrors.text(Stage.CREATE, new ConflictException("plain")))
                .isEqualTo("CannotCreateContainerError: Error response from daemon: plain");
    }

    @Test
    void anEngineThatIsGoneIsToldApart() {
        assertThat(
                        DockerErrors.text(
                                Stage.STOP, new IllegalStateException(new IOException("refused"))))
                .isEqualTo(
                        "CannotStopContainerError: Cannot connect to the container engine:"
                                + " refused");
    }

    @Test
    void namedFailuresKeepTheirNames() {
        assertThat(
                        DockerErrors.text(
                                Stage.CREATE,
                                DockerErrors.timeout("created", Duration.ofMinutes(4))))
                .isEqualTo(
                        "DockerTimeoutError: Could not transition to created; timed out after"
                                + " waiting 4m0s");
        assertThat(DockerErrors.timeout("inspecting", Duration.ofSeconds(30)).text())
                .endsWith("waiting 30s");
        assertThat(DockerErrors.timeout("pulled", Duration.ofHours(2)).text())
                .endsWith("waiting 2h0m0s");
    }
}
