package io.gantry.control.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.ControlPlaneConfig.Auth;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A definition with everything that containers can have, on its way from the operator's file to the
 * agent. It is described as it was written, and the agent is told all of it.
 */
class WholeDefinitionTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    /** What registering adds to a definition. */
    private static final Set<String> ADDED =
            Set.of(
                    "taskDefinitionArn",
                    "revision",
                    "status",
                    "registeredAt",
                    "registeredBy",
                    "requiresAttributes",
                    "compatibilities",
                    "placementConstraints");

    /** Beyond what the recorded agent says of itself. */
    private static final List<String> CAPABILITIES =
            List.of(
                    "ecs.capability.pid-ipc-namespace-sharing",
                    "gantry.capability.env-files.local",
                    "com.amazonaws.ecs.capability.apparmor",
                    "com.amazonaws.ecs.capability.logging-driver.syslog");

    private static JsonNode resource(String name) throws IOException {
        try (InputStream stream =
                Objects.requireNonNull(WholeDefinitionTest.class.getResourceAsStream(name))) {
            return JSON.readTree(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void itIsDescribedAsWrittenAndToldInFull(@TempDir Path directory) throws IOException {
        JsonNode written = resource("whole-definition.json");
        try (ControlNode node = ControlNode.alone(directory, Auth.NONE);
                RecordedAgent agent =
                        RecordedAgent.registered(
                                node, "demo", AgentSigning.stale(), CAPABILITIES)) {
            AgentSocket socket = agent.idle();
            agent.accepted("RegisterTaskDefinition", written.toString());

            ObjectNode described =
                    (ObjectNode)
                            agent.accepted(
                                            "DescribeTaskDefinition",
                                            "{\"taskDefinition\":\"whole\"}")
                                    .path("taskDefinition");
            ADDED.forEach(described::remove);
            assertThat(described).isEqualTo(written);

            JsonNode started =
                    agent.accepted(
                            "RunTask", "{\"cluster\":\"demo\",\"taskDefinition\":\"whole\"}");
            assertThat(started.path("failures")).isEmpty();
            JsonNode told = socket.next("PayloadMessage").path("tasks").path(0);
            assertThat(readable(told, started.path("tasks").path(0)))
                    .isEqualTo(resource("whole-payload.json"));
        }
    }

    /** A task without what is drawn by chance, and with the texts for Docker as what they hold. */
    private static JsonNode readable(JsonNode told, JsonNode started) {
        String id = started.path("taskArn").asString();
        String text = told.toString().replace(id.substring(id.lastIndexOf('/') + 1), "TASK");
        for (JsonNode container : started.path("containers")) {
            String arn = container.path("containerArn").asString();
            text = text.replace(arn.substring(arn.lastIndexOf('/') + 1), "CONTAINER");
        }
        var task = (ObjectNode) JSON.readTree(text);
        task.remove(List.of("roleCredentials", "executionRoleCredentials"));
        for (JsonNode container : task.path("containers")) {
            ObjectNode docker = (ObjectNode) container.path("dockerConfig");
            docker.set("config", JSON.readTree(docker.path("config").asString()));
            docker.set("hostConfig", JSON.readTree(docker.path("hostConfig").asString()));
        }
        return task;
    }
}
