package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

/** Which member of a definition asks for which attribute, as ECS has been seen to answer. */
@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class CapabilitiesTest {
    private static final String API = "com.amazonaws.ecs.capability.docker-remote-api.1.";
    private static final String AMAZON = "com.amazonaws.ecs.capability.";
    private static final String ECS = "ecs.capability.";
    private static final String ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1";

    interface Change extends BiConsumer<ContainerDefinition.Builder, TaskDefinition.Builder> {}

    private static TaskDefinition definition(Change change) {
        ContainerDefinition.Builder container =
                ContainerDefinition.builder().name("main").image("busybox");
        TaskDefinition.Builder task = TaskDefinition.builder();
        change.accept(container, task);
        return task.containerDefinitions(container.build()).build();
    }

    private static Arguments asks(Change change, String... attributes) {
        return arguments(List.of(attributes), change);
    }

    static Stream<Arguments> required() {
        return Stream.of(
                asks((c, t) -> c.cpu(1).memory(2).portMappings(p -> p.containerPort(80))),
                asks((c, t) -> t.cpu("256").memory("512").executionRoleArn("x")),
                asks((c, t) -> c.image("host"), "gantry.capability.process-engine"),
                asks((c, t) -> c.image(ECR), AMAZON + "ecr-auth"),
                asks(
                        (c, t) -> {
                            c.image(ECR);
                            t.executionRoleArn("x");
                        },
                        AMAZON + "ecr-auth",
                        ECS + "execution-role-ecr-pull"),
                asks(
                        (c, t) ->
                                c.image(ECR)
                                        .repositoryCredentials(r -> r.credentialsParameter("s")),
                        ECS + "private-registry-authentication.secretsmanager"),
                asks((c, t) -> t.taskRoleArn("x"), AMAZON + "task-iam-role"),
                asks(
                        (c, t) -> t.taskRoleArn("x").networkMode("host"),
                        AMAZON + "task-iam-role",
                        AMAZON + "task-iam-role-network-host"),
                asks((c, t) -> c.memoryReservation(1), API + 21),
                asks((c, t) -> c.dockerLabels(Map.of("a", "b")), API + 18),
                asks((c, t) -> c.ulimits(u -> u.name("cpu").softLimit(1).hardLimit(1)), API + 18),
                asks((c, t) -> c.readonlyRootFilesystem(true), API + 17),
                asks((c, t) -> c.readonlyRootFilesystem(false).privileged(false)),
                asks((c, t) -> c.privileged(true), AMAZON + "privileged-container"),
                asks(
                        (c, t) -> c.logConfiguration(l -> l.logDriver("gelf")),
                        API + 20,
                        AMAZON + "logging-driver.gelf"),
                asks(
                        (c, t) ->
                                c.logConfiguration(
                                        l ->
                                                l.logDriver("journald")
                                                        .options(Map.of("mode", "non-blocking"))),
                        API + 19,
                        API + 28,
                        AMAZON + "logging-driver.journald"),
                asks(
                        (c, t) ->
                                c.linuxParameters(
                                        l ->
                                                l.tmpfs(x -> x.containerPath("/t").size(1))
                                                        .initProcessEnabled(true)),
                        API + 22,
                        API + 25),
                asks((c, t) -> c.linuxParameters(l -> l.sharedMemorySize(1)), API + 22),
                asks((c, t) -> c.stopTimeout(1), ECS + "container-ordering"),
                asks((c, t) -> c.startTimeout(1), ECS + "container-ordering"),
                asks(
                        (c, t) -> c.healthCheck(h -> h.command("CMD", "true")),
                        ECS + "container-health-check"),
                asks(
                        (c, t) -> c.restartPolicy(r -> r.enabled(true)),
                        ECS + "container-restart-policy"),
                asks((c, t) -> c.restartPolicy(r -> r.enabled(false))),
                asks(
                        (c, t) -> c.portMappings(p -> p.containerPortRange("1-2")),
                        ECS + "network.container-port-range"),
                asks(
                        (c, t) ->
                                c.environmentFiles(
                                        e -> e.type("s3").value("arn:aws:s3:::bucket/a.env"),
                                        e -> e.type("s3").value("/etc/a.env")),
                        ECS + "env-files.s3",
                        "gantry.capability.env-files.local"),
                asks(
                        (c, t) -> c.dockerSecurityOptions("label:disable", "apparmor:x"),
                        AMAZON + "apparmor",
                        AMAZON + "selinux"),
                asks((c, t) -> c.dockerSecurityOptions("no-new-privileges")),
                asks((c, t) -> t.pidMode("task"), ECS + "pid-ipc-namespace-sharing"),
                asks((c, t) -> t.ipcMode("none"), ECS + "pid-ipc-namespace-sharing"),
                asks(
                        (c, t) ->
                                t.volumes(
                                        v -> v.name("a").host(h -> h.sourcePath("/a")),
                                        v -> v.name("v").dockerVolumeConfiguration(d -> {})),
                        API + 25,
                        ECS + "docker-plugin.local"),
                asks((c, t) -> c.resourceRequirements(r -> r.type("GPU").value("8"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void required(List<String> attributes, Change change) {
        assertThat(Capabilities.required(definition(change))).isEqualTo(attributes);
    }

    @Test
    void machinesNeedNotHaveWhatOnlyMattersWithinAmazon() {
        var definition =
                definition(
                        (c, t) -> {
                            c.image(ECR).memoryReservation(1).stopTimeout(1);
                            t.taskRoleArn("x").executionRoleArn("y").networkMode("host");
                        });
        assertThat(Capabilities.forPlacement(definition))
                .containsExactly("ecs.capability.container-ordering");
    }
}
