package io.gantry.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.ecs.model.Container;
import software.amazon.awssdk.services.ecs.model.ContainerCondition;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.ContainerDependency;
import software.amazon.awssdk.services.ecs.model.PortMapping;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.Task;

/** Whatever ends a task, its description says so in the words of ECS. */
final class TaskFailuresIT {
    private static final String EXITED = "EssentialContainerExited";
    private static final String ESSENTIAL = "Essential container in task exited";
    private static final String FAILED = "TaskFailedToStart";
    private static final String USER = "UserInitiated";
    private static final String OOM = "OutOfMemoryError: Container killed due to memory usage";
    private static final String SLEEP = "busybox sleep 600";

    @TempDir private static Path directory;
    private static @Nullable WholeCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        try (DockerClient engine = TestImage.engine()) {
            TestImage.build(engine, directory.resolve("image"));
        }
        cluster = WholeCluster.start(directory);
    }

    @AfterAll
    static void stop() throws IOException {
        cluster().close();
    }

    private static WholeCluster cluster() {
        return Objects.requireNonNull(cluster);
    }

    /**
     * A way to fail.
     *
     * @param disturb what happens once the task runs; null for a task that fails by itself
     * @param code of the stop, as all that follows
     * @param reason how the stopped reason begins
     * @param exitCode of the first container
     * @param containerReason how the first container's reason begins
     */
    record Failure(
            String name,
            List<ContainerDefinition> containers,
            @Nullable BiConsumer<WholeCluster, Task> disturb,
            String code,
            String reason,
            @Nullable Integer exitCode,
            @Nullable String containerReason) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static ContainerDefinition.Builder main(String script) {
        return ContainerDefinition.builder()
                .name("main")
                .image(TestImage.NAME)
                .memory(32)
                .stopTimeout(2)
                .command("sh", "-c", script);
    }

    private static ContainerDefinition.Builder helper(String script) {
        return main(script).name("helper").essential(false);
    }

    private static Failure itself(
            String name,
            ContainerDefinition.Builder container,
            String code,
            String reason,
            @Nullable Integer exitCode,
            @Nullable String containerReason) {
        return new Failure(
                name, List.of(container.build()), null, code, reason, exitCode, containerReason);
    }

    private static Failure disturbed(
            String name,
            String script,
            BiConsumer<WholeCluster, Task> disturb,
            String code,
            String reason,
            @Nullable Integer exitCode) {
        return new Failure(
                name, List.of(main(script).build()), disturb, code, reason, exitCode, null);
    }

    static Stream<Failure> failures() {
        return Stream.concat(Stream.concat(exits(), starts()), stops());
    }

    private static Stream<Failure> exits() {
        return Stream.of(
                itself("essential exit 0", main("exit 0"), EXITED, ESSENTIAL, 0, null),
                itself("essential exit 3", main("exit 3"), EXITED, ESSENTIAL, 3, null),
                itself(
                        "out of memory",
                        main("exec busybox tail /dev/zero").memory(16),
                        EXITED,
                        ESSENTIAL,
                        137,
                        OOM));
    }

    private static Stream<Failure> starts() {
        return Stream.of(
                itself(
                        "bad command",
                        main("").command("nonsense"),
                        FAILED,
                        "CannotStartContainerError: ",
                        null,
                        "CannotStartContainerError: "),
                itself(
                        "bad user",
                        main("exit 0").user("nobody9"),
                        FAILED,
                        "CannotStartContainerError: ",
                        null,
                        "CannotStartContainerError: "),
                itself(
                        "bad image",
                        main("exit 0").image("127.0.0.1:1/nothing:here"),
                        FAILED,
                        "CannotPullContainerError: ",
                        null,
                        "CannotPullContainerError: "),
                new Failure(
                        "failed dependency",
                        List.of(
                                main(SLEEP).dependsOn(on(ContainerCondition.SUCCESS)).build(),
                                helper("exit 1").build()),
                        null,
                        FAILED,
                        "TaskDependencyError: ",
                        null,
                        "TaskDependencyError: "),
                new Failure(
                        "dependency too slow",
                        List.of(
                                main(SLEEP).dependsOn(on(ContainerCondition.COMPLETE)).build(),
                                helper(SLEEP).startTimeout(2).build()),
                        null,
                        FAILED,
                        "TaskDependencyError: ",
                        null,
                        "TaskDependencyError: "),
                new Failure(
                        "a helper that cannot start does not matter",
                        List.of(
                                main("busybox sleep 2; exit 4").build(),
                                helper("").command("nonsense").build()),
                        null,
                        EXITED,
                        ESSENTIAL,
                        4,
                        null));
    }

    private static ContainerDependency on(ContainerCondition condition) {
        return ContainerDependency.builder().containerName("helper").condition(condition).build();
    }

    private static Stream<Failure> stops() {
        return Stream.of(
                disturbed(
                        "user with a reason",
                        "trap 'exit 9' TERM; " + SLEEP + " & wait",
                        (all, task) ->
                                all.ecs.stopTask(r -> r.task(task.taskArn()).reason("enough")),
                        USER,
                        "enough",
                        9),
                disturbed(
                        "user without a reason, SIGTERM ignored",
                        "trap '' TERM; " + SLEEP,
                        (all, task) -> all.ecs.stopTask(r -> r.task(task.taskArn())),
                        USER,
                        "Task stopped by user",
                        137),
                disturbed(
                        "killed by hand",
                        SLEEP,
                        (all, task) -> all.engine.killContainerCmd(idOf(task)).exec(),
                        EXITED,
                        ESSENTIAL,
                        137),
                disturbed(
                        "removed by hand",
                        SLEEP,
                        (all, task) ->
                                all.engine.removeContainerCmd(idOf(task)).withForce(true).exec(),
                        EXITED,
                        ESSENTIAL,
                        137));
    }

    private static String idOf(Task task) {
        return task.containers().getFirst().runtimeId();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void endsAreDescribedAsEcsDoes(Failure failure) {
        WholeCluster all = cluster();
        Task task =
                all.run(
                        RegisterTaskDefinitionRequest.builder()
                                .family(failure.name.replaceAll("[^a-z0-9]+", "-"))
                                .containerDefinitions(failure.containers)
                                .build());
        if (failure.disturb != null) {
            failure.disturb.accept(all, all.awaitStatus(task, "RUNNING"));
        }
        assertEnd(all.awaitStatus(task, "STOPPED"), failure);
    }

    private static void assertEnd(Task stopped, Failure failure) {
        assertThat(stopped.stopCodeAsString()).as(stopped.toString()).isEqualTo(failure.code);
        assertThat(stopped.stoppedReason()).startsWith(failure.reason);
        Container container = stopped.containers().getFirst();
        assertThat(container.name()).isEqualTo("main");
        assertThat(container.exitCode()).isEqualTo(failure.exitCode);
        if (failure.containerReason == null) {
            assertThat(container.reason()).isNull();
        } else {
            assertThat(container.reason()).startsWith(failure.containerReason);
        }
        assertThat(stopped.stoppedAt()).isNotNull();
        assertThat(stopped.startedAt() == null).isEqualTo(failure.code.equals(FAILED));
    }

    @Test
    void aPortThatSomebodyElseHasIsNamed() throws IOException {
        try (var taken = new ServerSocket(0)) {
            int port = taken.getLocalPort();
            ContainerDefinition container =
                    main(SLEEP)
                            .portMappings(
                                    PortMapping.builder().containerPort(80).hostPort(port).build())
                            .build();
            assertEnd(
                    cluster()
                            .awaitStatus(
                                    cluster().run(definition("port-taken", container)), "STOPPED"),
                    itself(
                            "port taken",
                            container.toBuilder(),
                            FAILED,
                            "CannotStartContainerError: ",
                            null,
                            "CannotStartContainerError: "));
        }
    }

    @Test
    void aTaskThatIsStoppedBeforeItRunsHasNeverStarted() {
        ContainerDefinition waits = main(SLEEP).dependsOn(on(ContainerCondition.COMPLETE)).build();
        Task task = cluster().run(definition("early", waits, helper(SLEEP).build()));
        cluster().ecs.stopTask(r -> r.task(task.taskArn()).reason("too early"));
        Task stopped = cluster().awaitStatus(task, "STOPPED");
        assertThat(stopped.stopCodeAsString()).isEqualTo(USER);
        assertThat(stopped.stoppedReason()).isEqualTo("too early");
        assertThat(stopped.startedAt()).isNull();
        assertThat(stopped.containers().getFirst().exitCode()).isNull();
    }

    private static RegisterTaskDefinitionRequest definition(
            String family, ContainerDefinition... containers) {
        return RegisterTaskDefinitionRequest.builder()
                .family(family)
                .containerDefinitions(containers)
                .build();
    }

    @Test
    void anUnhealthyTaskOfAServiceIsReplaced() {
        WholeCluster all = cluster();
        all.ecs.registerTaskDefinition(
                definition(
                        "unhealthy",
                        main(SLEEP)
                                .healthCheck(
                                        check ->
                                                check.command("CMD", "busybox", "false")
                                                        .interval(5)
                                                        .timeout(2)
                                                        .retries(1))
                                .build()));
        all.ecs.createService(
                r -> r.serviceName("unhealthy").taskDefinition("unhealthy").desiredCount(1));
        List<String> stopped =
                WholeCluster.await(
                        () ->
                                all.ecs
                                        .listTasks(
                                                r ->
                                                        r.serviceName("unhealthy")
                                                                .desiredStatus("STOPPED"))
                                        .taskArns(),
                        arns -> !arns.isEmpty());
        Task task = all.awaitStatus(Task.builder().taskArn(stopped.getFirst()).build(), "STOPPED");
        assertThat(task.stopCodeAsString()).isEqualTo("ServiceSchedulerInitiated");
        assertThat(task.stoppedReason()).contains("failed container health checks");
        all.ecs.deleteService(r -> r.service("unhealthy").force(true));
    }
}
