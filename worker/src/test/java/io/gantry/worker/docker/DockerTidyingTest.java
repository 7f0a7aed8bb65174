package io.gantry.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import io.gantry.common.acs.AcsTask;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What other lives left over on the engine of this machine. */
@Tag("docker")
final class DockerTidyingTest {
    private static final String ARN = "arn:aws:ecs:us-east-1:123456789012:task/demo/";

    private final DockerClient client = DockerConnection.open();
    private final String agentId = "test-" + UUID.randomUUID();

    @AfterEach
    void removeEverything() throws IOException {
        for (String name : List.of("known", "unknown", "shared", "stranger")) {
            try {
                client.removeVolumeCmd(volume(name)).exec();
            } catch (NotFoundException removed) {
                assertThat(removed).isNotNull();
            }
        }
        client.close();
    }

    private String volume(String name) {
        return agentId + '-' + name;
    }

    private void create(String name, Map<String, String> labels) {
        client.createVolumeCmd().withName(volume(name)).withLabels(labels).exec();
    }

    private boolean exists(String name) {
        try {
            client.inspectVolumeCmd(volume(name)).exec();
            return true;
        } catch (NotFoundException removed) {
            return false;
        }
    }

    @Test
    void volumesOfTasksThatNobodyKnowsGoAndNoOthers() {
        create("known", Map.of(DockerLabels.AGENT, agentId, DockerLabels.TASK_ARN, ARN + "known"));
        create("unknown", Map.of(DockerLabels.AGENT, agentId, DockerLabels.TASK_ARN, ARN + "gone"));
        create("shared", Map.of(DockerLabels.AGENT, agentId));
        create(
                "stranger",
                Map.of(DockerLabels.AGENT, "other", DockerLabels.TASK_ARN, ARN + "gone"));
        DockerSettings settings = new DockerSettings(agentId, "demo", PullBehavior.PREFER_CACHED);
        ImageMemory memory = new ImageMemory(null);
        new DockerTidying(
                        client,
                        settings,
                        memory,
                        new DockerImages(
                                client, settings.pullBehavior(), settings.images(), memory))
                .tidy(() -> List.of(AcsTask.run(ARN + "known", "web", "1").build()));

        assertThat(exists("unknown")).isFalse();
        assertThat(exists("known")).isTrue();
        assertThat(exists("shared")).isTrue();
        assertThat(exists("stranger")).isTrue();
    }
}
