package io.gantry.control.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.ControlPlaneConfig.Auth;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.ecs.model.Container;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.HealthStatus;
import software.amazon.awssdk.services.ecs.model.InstanceHealthCheckState;
import software.amazon.awssdk.services.ecs.model.NetworkBinding;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.ecs.model.TaskOverride;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The life of a task, told by the agent that runs it. */
class ConversationTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    private static Signing signing(Auth auth) {
        return auth == Auth.NONE
                ? AgentSigning.stale()
                : new AgentSigning(ControlNode.ACCESS_KEY, ControlNode.SECRET);
    }

    @ParameterizedTest
    @EnumSource(Auth.class)
    void anAgentRunsATaskFromItsPlacementToItsStop(Auth auth, @TempDir Path directory)
            throws IOException {
        try (ControlNode node = ControlNode.alone(directory, auth);
                RecordedAgent agent = RecordedAgent.registered(node, "demo", signing(auth))) {
            var operator = new Operator(node.ecs, "demo");
            RecordedAgent.Telemetry telemetry = agent.telemetry();
            telemetry.publish(agent.recording.frame("PublishMetricsRequest"));
            AgentSocket socket = agent.idle();
            isConnected(node, agent);

            Task task = operator.runWebapp(overrides());
            agent.recording.task(1, task.taskArn());
            JsonNode payload = socket.next("PayloadMessage");
            isThePayloadOf(task, payload, agent);
            agent.acknowledge(socket, payload);

            starts(agent, operator, task);
            feels(telemetry, agent, operator, task);
            stops(agent, socket, operator, task);
        }
    }

    @SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
    private static TaskOverride overrides() {
        return TaskOverride.builder()
                .containerOverrides(
                        container ->
                                container
                                        .name("web")
                                        .command("httpd", "-f", "-p", "8080")
                                        .environment(v -> v.name("COLOUR").value("blue")))
                .build();
    }

    private static void isConnected(ControlNode node, RecordedAgent agent) {
        ContainerInstance instance =
                node.ecs
                        .describeContainerInstances(
                                request -> request.cluster("demo").containerInstances(agent.arn()))
                        .containerInstances()
                        .getFirst();
        assertThat(instance.agentConnected()).isTrue();
        assertThat(instance.versionInfo().agentVersion()).isEqualTo("1.105.1");
        assertThat(instance.versionInfo().agentHash()).isEqualTo("a8b3e7d3");
        assertThat(instance.versionInfo().dockerVersion())
                .isEqualTo("DockerVersion: 20.10.24+dfsg1");
    }

    private static void isThePayloadOf(Task task, JsonNode payload, RecordedAgent agent) {
        assertThat(payload.path("containerInstanceArn").asString()).isEqualTo(agent.arn());
        assertThat(payload.path("clusterArn").asString()).isEqualTo(task.clusterArn());
        assertThat(payload.path("tasks").size()).isEqualTo(1);
        JsonNode told = payload.path("tasks").path(0);
        assertThat(told.path("arn").asString()).isEqualTo(task.taskArn());
        assertThat(told.path("family").asString()).isEqualTo("webapp");
        assertThat(told.path("version").asString()).isEqualTo("1");
        JsonNode recorded = recordedTask();
        for (String name : List.of("networkMode", "cpu", "memory", "volumes", "taskClusterArn")) {
            assertThat(told.path(name)).as(name).isEqualTo(recorded.path(name));
        }
        JsonNode web = told.path("containers").path(0);
        assertThat(web.path("command").toString()).isEqualTo("[\"httpd\",\"-f\",\"-p\",\"8080\"]");
        assertThat(web.path("environment"))
                .isEqualTo(
                        JSON.readTree(
                                "{\"AWS_EXECUTION_ENV\":\"AWS_ECS_EC2\",\"GREETING\":\"hi"
                                        + " there\",\"COLOUR\":\"blue\"}"));
        sameContainer(web, recorded.path("containers").path(0));
        sameContainer(told.path("containers").path(1), recorded.path("containers").path(1));
    }

    /** What an agent has been seen to act upon; only what names the task is different. */
    private static void sameContainer(JsonNode told, JsonNode recorded) {
        for (String name :
                List.of(
                        "name",
                        "image",
                        "essential",
                        "cpu",
                        "memory",
                        "portMappings",
                        "mountPoints",
                        "dependsOn",
                        "healthCheckType",
                        "stopTimeout")) {
            assertThat(told.path(name)).as(name).isEqualTo(recorded.path(name));
        }
        for (String name : List.of("config", "hostConfig")) {
            JsonNode object = engineObject(told, name);
            engineObject(recorded, name)
                    .properties()
                    .forEach(
                            member ->
                                    assertThat(object.path(member.getKey()))
                                            .as(member.getKey())
                                            .isEqualTo(member.getValue()));
        }
    }

    private static JsonNode engineObject(JsonNode container, String name) {
        return JSON.readTree(container.path("dockerConfig").path(name).asString("{}"));
    }

    private static JsonNode recordedTask() {
        String line =
                Recording.told().stream()
                        .filter(each -> each.contains("PayloadMessage"))
                        .findFirst()
                        .orElseThrow();
        return JSON.readTree(line.substring("ACS ".length())).path("message").path("tasks").path(0);
    }

    private static void starts(RecordedAgent agent, Operator operator, Task task) {
        String digest = "sha256:" + "ab".repeat(32);
        String report =
                agent.recording
                        .body("SubmitTaskStateChange", "\"side\"", "\"web\"", "RUNNING")
                        .replace(
                                "\"containerName\":\"web\"",
                                "\"containerName\":\"web\",\"imageDigest\":\"" + digest + '"');
        assertThat(
                        agent.accepted("SubmitTaskStateChange", report)
                                .path("acknowledgment")
                                .asString())
                .isNotEmpty();
        Task running = operator.describe(task);
        assertThat(running.lastStatus()).isEqualTo("RUNNING");
        assertThat(running.startedAt()).isNotNull();
        Container web = container(running, "web");
        assertThat(web.lastStatus()).isEqualTo("RUNNING");
        assertThat(web.runtimeId()).startsWith("8e1b3ff182a786a5");
        assertThat(web.imageDigest()).isEqualTo(digest);
        assertThat(web.networkBindings())
                .containsExactly(
                        NetworkBinding.builder()
                                .bindIP("0.0.0.0")
                                .containerPort(8080)
                                .hostPort(32768)
                                .protocol("tcp")
                                .build());
        assertThat(container(running, "side").lastStatus()).isEqualTo("RUNNING");
    }

    private static void feels(
            RecordedAgent.Telemetry telemetry, RecordedAgent agent, Operator operator, Task task) {
        telemetry.publish(agent.recording.frame("PublishHealthRequest"));
        awaitHealth(operator, task, HealthStatus.HEALTHY);
        telemetry.publish(
                agent.recording.frame("PublishHealthRequest").replace("HEALTHY", "UNHEALTHY"));
        awaitHealth(operator, task, HealthStatus.UNHEALTHY);
        telemetry.publish(agent.recording.frame("PublishInstanceStatusRequest"));
        operator.awaitRuntime(agent.arn(), InstanceHealthCheckState.OK);
        telemetry.publish(
                agent.recording.frame("PublishInstanceStatusRequest").replace("OK", "IMPAIRED"));
        operator.awaitRuntime(agent.arn(), InstanceHealthCheckState.IMPAIRED);
    }

    /** Health is acknowledged before it is committed. */
    private static void awaitHealth(Operator operator, Task task, HealthStatus expected) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (operator.describe(task).healthStatus() != expected) {
            assertThat(System.nanoTime()).as("time for %s", expected).isLessThan(deadline);
        }
    }

    private static void stops(
            RecordedAgent agent, AgentSocket socket, Operator operator, Task task) {
        operator.stop(task);
        JsonNode payload = socket.next("PayloadMessage");
        assertThat(payload.path("tasks").size()).isEqualTo(1);
        JsonNode told = payload.path("tasks").path(0);
        assertThat(told.path("arn").asString()).isEqualTo(task.taskArn());
        assertThat(told.path("desiredStatus").asString()).isEqualTo("STOPPED");
        agent.acknowledge(socket, payload);

        String side =
                agent.recording
                        .body("SubmitTaskStateChange", "\"main\"", "\"RUNNING\"", "\"exitCode\"")
                        .replaceFirst("/[0-9a-f]{32}\"", "/" + id(task) + '"')
                        .replace("\"exitCode\":0", "\"exitCode\":137")
                        .replaceFirst("\"status\":\"RUNNING\"", "\"status\":\"STOPPED\"")
                        .replace("\"main\"", "\"side\"");
        agent.accepted("SubmitTaskStateChange", side);
        assertThat(operator.describe(task).lastStatus()).isEqualTo("RUNNING");
        assertThat(container(operator.describe(task), "side").exitCode()).isEqualTo(137);

        agent.accepted(
                "SubmitTaskStateChange",
                agent.recording.body("SubmitTaskStateChange", "\"web\"", "\"STOPPED\""));
        Task stopped = operator.describe(task);
        assertThat(stopped.lastStatus()).isEqualTo("STOPPED");
        assertThat(stopped.stopCodeAsString()).isEqualTo("UserInitiated");
        assertThat(stopped.stoppedReason()).isEqualTo("enough");
        assertThat(stopped.executionStoppedAt().toEpochMilli()).isEqualTo(1_795_331_124_991L);
        assertThat(container(stopped, "web").exitCode()).isEqualTo(137);
        assertThat(container(stopped, "web").lastStatus()).isEqualTo("STOPPED");
    }

    private static String id(Task task) {
        return task.taskArn().substring(task.taskArn().lastIndexOf('/') + 1);
    }

    private static Container container(Task task, String name) {
        return task.containers().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
