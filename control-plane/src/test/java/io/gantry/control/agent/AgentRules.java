package io.gantry.control.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an agent demands of the frames that it gets; it drops some, and breaks over others. It also
 * remembers the highest number, below which manifests are discarded.
 */
final class AgentRules {
    private static final JsonMapper JSON = JsonMapper.shared();

    /** These would overrule what the agent makes of the container's other members. */
    private static final List<String> OVERRULING = List.of("Env", "Cmd", "Image", "ExposedPorts");

    private long highest = -1;

    /** Checks a frame of the command channel. */
    void command(JsonNode frame) {
        JsonNode message = frame.path("message");
        String type = frame.path("type").asString();
        text(message, "messageId");
        switch (type) {
            case "HeartbeatMessage" -> assertThat(message.path("healthy").isBoolean()).isTrue();
            case "PayloadMessage" -> payload(message);
            case "TaskManifestMessage" -> manifest(message);
            case "TaskStopVerificationAck" -> identifiers(message.path("stopTasks"));
            case "IAMRoleCredentialsMessage" -> credentials(message);
            default -> throw new AssertionError("no agent has been seen with " + type);
        }
        looksAsRecorded("ACS", frame);
    }

    /** Checks a frame of the telemetry channel. */
    static void telemetry(JsonNode frame) {
        assertThat(frame.path("message").isObject()).isTrue();
        looksAsRecorded("TCS", frame);
    }

    private void payload(JsonNode message) {
        addressed(message);
        grows(message.path("seqNum"));
        assertThat(message.path("generatedAt").isIntegralNumber()).isTrue();
        assertThat(message.path("tasks").size()).isPositive();
        message.path("tasks").forEach(AgentRules::task);
    }

    private void manifest(JsonNode message) {
        addressed(message);
        grows(message.path("timeline"));
        identifiers(message.path("tasks"));
    }

    private static void credentials(JsonNode message) {
        assertThat(text(message, "taskArn")).matches("arn:aws:ecs:.*:task/.+/.+");
        assertThat(text(message, "roleType")).isIn("TaskApplication", "TaskExecution");
        text(message.path("roleCredentials"), "credentialsId");
    }

    private static void addressed(JsonNode message) {
        text(message, "clusterArn");
        text(message, "containerInstanceArn");
    }

    private void grows(JsonNode number) {
        assertThat(number.isIntegralNumber()).isTrue();
        assertThat(number.asLong()).isGreaterThan(highest).isLessThan(1L << 53);
        highest = number.asLong();
    }

    private static void identifiers(JsonNode tasks) {
        tasks.forEach(
                task -> {
                    assertThat(task.path("taskArn").isString()).isTrue();
                    assertThat(task.path("desiredStatus").asString()).isIn("RUNNING", "STOPPED");
                });
    }

    private static void task(JsonNode task) {
        assertThat(text(task, "arn")).matches("arn:aws:ecs:.*:task/.+/.+");
        if (text(task, "desiredStatus").equals("STOPPED")) {
            return;
        }
        assertThat(text(task, "desiredStatus")).isEqualTo("RUNNING");
        text(task, "family");
        text(task, "version");
        JsonNode containers = task.path("containers");
        assertThat(containers.size()).isPositive();
        containers.forEach(AgentRules::container);
        assertThat(stream(containers).anyMatch(each -> each.path("essential").asBoolean()))
                .isTrue();
        for (JsonNode volume : task.path("volumes")) {
            text(volume, "name");
            if (volume.path("type").asString("host").equals("host")) {
                assertThat(volume.path("host").isObject()).isTrue();
            } else {
                text(volume.path("dockerVolumeConfiguration"), "scope");
                text(volume.path("dockerVolumeConfiguration"), "driver");
            }
        }
    }

    private static void container(JsonNode container) {
        text(container, "name");
        text(container, "image");
        assertThat(container.path("essential").isBoolean()).isTrue();
        assertThat(container.path("overrides").asString("{}")).isEqualTo("{}");
        container
                .path("environment")
                .properties()
                .forEach(variable -> assertThat(variable.getValue().isString()).isTrue());
        for (JsonNode port : container.path("portMappings")) {
            assertThat(port.path("protocol").asString("tcp")).isIn("tcp", "udp");
            assertThat(port.path("containerPort").isIntegralNumber())
                    .isNotEqualTo(port.path("containerPortRange").isString());
        }
        JsonNode policy = container.path("restartPolicy");
        // An agent takes an absent period for none at all.
        assertThat(policy.path("restartAttemptPeriod").isIntegralNumber())
                .isEqualTo(policy.isObject());
        JsonNode config = JSON.readTree(text(container.path("dockerConfig"), "config"));
        JsonNode hostConfig = JSON.readTree(text(container.path("dockerConfig"), "hostConfig"));
        assertThat(names(config)).doesNotContainAnyElementsOf(OVERRULING);
        text(hostConfig, "NetworkMode");
        assertThat(hostConfig.path("PidMode").asString("")).isNotEqualTo("task");
        assertThat(hostConfig.path("IpcMode").asString("")).isNotEqualTo("task");
        boolean checked = container.path("healthCheckType").asString("").equals("docker");
        assertThat(config.has("Healthcheck")).isEqualTo(checked);
    }

    private static String text(JsonNode object, String name) {
        String text = object.path(name).asString("");
        assertThat(text).as("%s of %s", name, object).isNotEmpty();
        return text;
    }

    private static Set<String> names(JsonNode object) {
        return object.properties().stream().map(each -> each.getKey()).collect(Collectors.toSet());
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    /** There is a recorded frame of this type, and what both have is of the same kind. */
    private static void looksAsRecorded(String channel, JsonNode frame) {
        JsonNode recorded =
                Recording.told().stream()
                        .filter(line -> line.startsWith(channel + ' '))
                        .map(line -> JSON.readTree(line.substring(channel.length() + 1)))
                        .filter(each -> each.path("type").equals(frame.path("type")))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("never recorded: " + frame));
        sameKind(frame, recorded);
    }

    private static void sameKind(JsonNode ours, JsonNode recorded) {
        assertThat(ours.getNodeType()).as("%s", ours).isEqualTo(recorded.getNodeType());
        for (var member : ours.properties()) {
            if (recorded.has(member.getKey())) {
                sameKind(member.getValue(), recorded.path(member.getKey()));
            }
        }
        if (recorded.isArray() && !recorded.isEmpty()) {
            ours.forEach(element -> sameKind(element, recorded.path(0)));
        }
    }
}
