package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.ecs.model.ContainerOverride;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.RunTaskResponse;
import software.amazon.awssdk.services.ecs.model.TaskOverride;

/** What a start may change of its definition: {@code main} with limits of 256 and 128 MiB. */
@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class OverridesTest {
    private static final String WRONG = "Invalid setting for container 'main'. ";

    private final Office office = new Office().withCluster("demo");

    interface Change extends Consumer<TaskOverride.Builder> {}

    @BeforeEach
    void register() {
        office.ecs.registerTaskDefinition(
                r ->
                        r.family("web")
                                .cpu("256")
                                .memory("512")
                                .containerDefinitions(
                                        c ->
                                                c.name("main")
                                                        .image("busybox")
                                                        .cpu(100)
                                                        .memory(256)
                                                        .memoryReservation(128),
                                        c -> c.name("side").image("busybox").cpu(100).memory(100)));
    }

    private RunTaskResponse run(Change change) {
        TaskOverride.Builder overrides = TaskOverride.builder();
        change.accept(overrides);
        return office.ecs.runTask(
                r -> r.cluster("demo").taskDefinition("web").overrides(overrides.build()));
    }

    private static Arguments bad(String message, Change change) {
        return arguments(message, change);
    }

    private static Arguments main(String message, Consumer<ContainerOverride.Builder> change) {
        return bad(message, o -> o.containerOverrides(change.andThen(c -> c.name("main"))));
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                main(WRONG + "'memory' must be at least 6.", c -> c.memory(5)),
                main(WRONG + "'cpu' must be at least 0.", c -> c.cpu(-1)),
                main(
                        WRONG + "'memoryReservation' must not be greater than 'memory'.",
                        c -> c.memory(100)),
                main(
                        WRONG + "'memoryReservation' must not be greater than 'memory'.",
                        c -> c.memoryReservation(257)),
                main(
                        WRONG
                                + "An environment file must be the ARN of an S3 object with the"
                                + " extension .env, or a file:// URL or absolute path on the"
                                + " container instance: 'x'.",
                        c -> c.environmentFiles(e -> e.type("s3").value("x"))),
                main(
                        WRONG
                                + "The value of the resource requirement GPU must be a number"
                                + " greater than 0: 'all'.",
                        c -> c.resourceRequirements(r -> r.type("GPU").value("all"))),
                main(
                        "'overrides.containerOverrides.main.resourceRequirements.type' with value"
                                + " 'InferenceAccelerator' is not supported.",
                        c ->
                                c.resourceRequirements(
                                        r -> r.type("InferenceAccelerator").value("d"))),
                main(
                        WRONG + "The name of an environment variable must not be null or empty.",
                        c -> c.environment(e -> e.value("x"))),
                bad(
                        "The sum of all container 'cpu' values cannot be greater than the value of"
                                + " the task 'cpu'.",
                        o -> o.cpu("128")),
                bad(
                        "The sum of all container 'memory' values cannot be greater than the value"
                                + " of the task 'memory'.",
                        o -> o.memory("200")),
                bad("Invalid 'cpu' setting for task: 'much'.", o -> o.cpu("much")),
                bad("Role is not valid", o -> o.taskRoleArn("a role")),
                bad("Role is not valid", o -> o.executionRoleArn("arn:aws:iam::x")),
                bad(
                        "'overrides.inferenceAcceleratorOverrides' is not supported.",
                        o ->
                                o.inferenceAcceleratorOverrides(
                                        i -> i.deviceName("d").deviceType("t"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refused(String message, Change change) {
        office.worker("demo");
        assertThatThrownBy(() -> run(change))
                .isInstanceOfSatisfying(
                        InvalidParameterException.class,
                        error ->
                                assertThat(error.awsErrorDetails().errorMessage())
                                        .isEqualTo(message));
    }

    @Test
    void overridesAreDescribedAsGiven() {
        office.worker("demo", "gantry.capability.env-files.local");
        ContainerOverride main =
                ContainerOverride.builder()
                        .name("main")
                        .command("sleep", "1")
                        .environment(e -> e.name("A").value("b"))
                        .environmentFiles(e -> e.type("s3").value("/etc/main.env"))
                        .cpu(10)
                        .memory(300)
                        .memoryReservation(200)
                        .build();
        RunTaskResponse response =
                run(
                        o ->
                                o.containerOverrides(main)
                                        .cpu("512")
                                        .memory("600")
                                        .taskRoleArn("app")
                                        .executionRoleArn(
                                                "arn:aws:iam::123456789012:role/execution"));
        assertThat(response.failures()).isEmpty();
        TaskOverride shown = response.tasks().getFirst().overrides();
        assertThat(shown.containerOverrides())
                .containsExactly(main, ContainerOverride.builder().name("side").build());
        assertThat(shown.taskRoleArn()).isEqualTo("app");
        assertThat(shown.executionRoleArn()).isEqualTo("arn:aws:iam::123456789012:role/execution");
        assertThat(response.tasks().getFirst().cpu()).isEqualTo("512");
        assertThat(response.tasks().getFirst().memory()).isEqualTo("600");
        assertThat(response.tasks().getFirst().containers().getFirst().memoryReservation())
                .isEqualTo("200");
    }

    @Test
    void whatAnOverrideNeedsIsAskedOfTheMachine() {
        office.worker("demo");
        Change local =
                o ->
                        o.containerOverrides(
                                c ->
                                        c.name("main")
                                                .environmentFiles(
                                                        e -> e.type("s3").value("/etc/a")));
        assertThat(run(local).failures()).extracting(f -> f.reason()).containsExactly("ATTRIBUTE");
        office.worker("demo", "gantry.capability.env-files.local");
        assertThat(run(local).tasks()).hasSize(1);
    }
}
