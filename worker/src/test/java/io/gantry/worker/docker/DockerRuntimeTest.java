package io.gantry.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.DockerConfig;
import io.gantry.common.acs.AcsContainer.MountPoint;
import io.gantry.common.acs.AcsContainer.PortMapping;
import io.gantry.common.acs.AcsContainerBuilder;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.acs.AcsVolume;
import io.gantry.common.check.Check;
import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.FoundContainer;
import io.gantry.worker.core.FoundContainer.Exit;
import io.gantry.worker.core.PortBinding;
import io.gantry.worker.core.RuntimeFacts;
import io.gantry.worker.runtime.ContainerNames;
import io.gantry.worker.runtime.InjectedEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the engine of this machine; without one these tests fail and say so. */
@Tag("docker")
final class DockerRuntimeTest {
    private static final String IMAGE = "gantry-test/busybox:1";

    private final String agentId = "test-" + UUID.randomUUID();
    private final String arn = "arn:aws:ecs:us-east-1:123456789012:task/demo/" + UUID.randomUUID();
    private final BlockingQueue<AgentEvent> events = new LinkedBlockingQueue<>();
    private @Nullable DockerRuntime runtime;

    @BeforeAll
    static void buildImage(@TempDir Path context) throws IOException, InterruptedException {
        assertThat(DockerRuntime.available())
                .as("these tests need a container engine: start dockerd, or set DOCKER_HOST")
                .isTrue();
        Path busybox = Path.of("/bin/busybox");
        assertThat(busybox).as("these tests need the package busybox-static").exists();
        Files.copy(busybox, context.resolve("busybox"));
        Files.writeString(
                context.resolve("Dockerfile"),
                """
                FROM scratch
                COPY busybox /bin/busybox
                COPY busybox /bin/sh
                ENV PATH=/bin
                CMD ["sh"]
                """);
        try (DockerClient client = DockerConnection.open();
                BuildImageResultCallback result = new BuildImageResultCallback()) {
            client.buildImageCmd(context.toFile()).withTags(Set.of(IMAGE)).exec(result);
            assertThat(result.awaitImageId()).isNotEmpty();
        }
    }

    @BeforeEach
    void connect() {
        runtime = newRuntime();
        runtime().adopt();
    }

    private DockerRuntime newRuntime() {
        return DockerRuntime.connect(
                new DockerSettings(agentId, "demo", PullBehavior.PREFER_CACHED),
                InjectedEnvironment.NONE,
                events::add);
    }

    private DockerRuntime runtime() {
        return Check.present(runtime, "runtime");
    }

    @AfterEach
    void removeEverything() throws IOException, InterruptedException {
        runtime().close();
        try (DockerClient client = DockerConnection.open()) {
            client.listContainersCmd()
                    .withShowAll(true)
                    .withLabelFilter(Map.of(DockerLabels.AGENT, agentId))
                    .exec()
                    .forEach(
                            one ->
                                    client.removeContainerCmd(one.getId())
                                            .withForce(true)
                                            .withRemoveVolumes(true)
                                            .exec());
            TaskCgroups.detect(client.infoCmd().exec(), DockerConnection.isLocal()).remove(arn);
        }
    }

    private static AcsContainerBuilder shell(String name, String script) {
        return AcsContainer.of(name, IMAGE).command(List.of("sh", "-c", script));
    }

    private AcsTask task(AcsContainer... containers) {
        return AcsTask.run(arn, "web", "1").containers(List.of(containers)).build();
    }

    private ContainerKey key(AcsContainer container) {
        return new ContainerKey(arn, container.name());
    }

    private <T extends AgentEvent> T next(Class<T> type) throws InterruptedException {
        AgentEvent event = events.poll(20, TimeUnit.SECONDS);
        assertThat(event).isInstanceOf(type);
        return type.cast(event);
    }

    private RuntimeFacts run(AcsTask task, AcsContainer container) throws InterruptedException {
        runtime().pull(new AgentAction.Pull(key(container), task, container));
        next(AgentEvent.Pulled.class);
        runtime().create(new AgentAction.Create(key(container), task, container));
        String id = next(AgentEvent.Created.class).runtimeId();
        runtime().start(new AgentAction.Start(key(container), id));
        return next(AgentEvent.Started.class).facts();
    }

    private RuntimeFacts run(AcsContainer container) throws InterruptedException {
        return run(task(container), container);
    }

    @Test
    void aContainerRunsAndItsExitCodeIsLearnt() throws Exception {
        RuntimeFacts facts =
                run(
                        shell("web", "busybox sleep 1; exit $CODE")
                                .environment(Map.of("CODE", "3"))
                                .build());

        assertThat(facts.runtimeName()).startsWith("ecs-web-1-web-");
        assertThat(next(AgentEvent.Exited.class).exit().code()).isEqualTo(3);
    }

    @Test
    void dynamicAndFixedPortsAreReported() throws Exception {
        RuntimeFacts facts =
                run(
                        shell("web", "busybox sleep 100")
                                .portMappings(List.of(new PortMapping(8080, 0, null, "tcp")))
                                .build());

        PortBinding binding = facts.bindings().getFirst();
        assertThat(binding.bindIP()).isEqualTo("0.0.0.0");
        assertThat(binding.containerPort()).isEqualTo(8080);
        assertThat(binding.hostPort()).isPositive();
        assertThat(facts.ipv4()).isNotNull();
    }

    @Test
    void inTheMachinesNetworkPortsAreThemselves() throws Exception {
        AcsContainer container =
                shell("web", "busybox sleep 100")
                        .portMappings(List.of(new PortMapping(8080, 8080, null, "tcp")))
                        .build();
        AcsTask task =
                AcsTask.run(arn, "web", "1")
                        .networkMode("host")
                        .containers(List.of(container))
                        .build();

        assertThat(run(task, container).bindings())
                .containsExactly(new PortBinding("0.0.0.0", 8080, 8080, "tcp"));
    }

    @Test
    void whoIgnoresTermIsKilled() throws Exception {
        AcsContainer container =
                shell("web", "trap '' TERM; while :; do busybox sleep 1; done").build();
        RuntimeFacts facts = run(container);
        runtime().stop(new AgentAction.Stop(key(container), facts.runtimeId(), 1_000));

        assertThat(next(AgentEvent.Exited.class).exit().code()).isEqualTo(137);
    }

    @Test
    void theImagesOwnSignalIsUsed() throws Exception {
        AcsContainer container =
                shell("web", "trap 'exit 9' USR1; while :; do busybox sleep 0.1; done")
                        .dockerConfig(
                                new DockerConfig("1.19", "{\"StopSignal\":\"SIGUSR1\"}", null))
                        .build();
        RuntimeFacts facts = run(container);
        runtime().stop(new AgentAction.Stop(key(container), facts.runtimeId(), 60_000));

        assertThat(next(AgentEvent.Exited.class).exit().code()).isEqualTo(9);
    }

    @Test
    void manyAreStoppedAtOnce() throws Exception {
        List<AgentAction.Stop> stops = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            AcsContainer container =
                    shell("web" + i, "trap '' TERM; while :; do busybox sleep 1; done").build();
            stops.add(new AgentAction.Stop(key(container), run(container).runtimeId(), 100));
        }
        stops.forEach(runtime()::stop);
        Set<ContainerKey> ended = new HashSet<>();
        while (ended.size() < stops.size()) {
            AgentEvent.Exited end = next(AgentEvent.Exited.class);
            assertThat(end.exit().code()).isEqualTo(137);
            ended.add(end.key());
        }
        assertThat(runtime().usage()).isEmpty();
    }

    @Test
    void anotherWorkerAdoptsOnlyItsOwn() throws Exception {
        AcsContainer container = shell("web", "busybox sleep 2; exit 4").build();
        RuntimeFacts facts = run(container);
        runtime().close();
        runtime = newRuntime();
        FoundContainer found = runtime().adopt().getFirst();

        assertThat(found.key()).isEqualTo(key(container));
        assertThat(found.facts()).isEqualTo(facts);
        assertThat(next(AgentEvent.Exited.class).exit().code()).isEqualTo(4);
        try (DockerRuntime stranger =
                DockerRuntime.connect(
                        new DockerSettings("somebody-else", "demo", PullBehavior.DEFAULT),
                        InjectedEnvironment.NONE,
                        _ -> {})) {
            assertThat(stranger.adopt()).isEmpty();
        }
    }

    @Test
    void anEndWhileNobodyLookedIsFound() throws Exception {
        RuntimeFacts facts = run(shell("web", "busybox sleep 1; exit 6").build());
        Exit seen = next(AgentEvent.Exited.class).exit();
        runtime().close();
        runtime = newRuntime();
        FoundContainer found = runtime().adopt().getFirst();

        assertThat(found.runtimeId()).isEqualTo(facts.runtimeId());
        assertThat(found.exit()).isEqualTo(seen);
    }

    @Test
    void theSameOrderTwiceMakesOneContainer() throws Exception {
        AcsContainer container = shell("web", "exit 0").build();
        runtime().create(new AgentAction.Create(key(container), task(container), container));
        String first = next(AgentEvent.Created.class).runtimeId();
        runtime().create(new AgentAction.Create(key(container), task(container), container));

        assertThat(next(AgentEvent.Created.class).runtimeId()).isEqualTo(first);
    }

    @Test
    void scratchVolumesAreSharedAndRemovedWithTheTask() throws Exception {
        List<MountPoint> mounts = List.of(new MountPoint("data", "/data", false));
        AcsContainer writer =
                shell("a", "busybox sleep 1; echo hello >/data/x").mountPoints(mounts).build();
        AcsContainer reader =
                shell("b", "busybox sleep 1; busybox grep -q hello /data/x")
                        .mountPoints(mounts)
                        .build();
        AcsTask task =
                AcsTask.run(arn, "web", "1")
                        .containers(List.of(writer, reader))
                        .volumes(List.of(AcsVolume.scratch("data")))
                        .build();
        RuntimeFacts first = run(task, writer);
        assertThat(next(AgentEvent.Exited.class).exit().code()).isZero();
        RuntimeFacts second = run(task, reader);
        assertThat(next(AgentEvent.Exited.class).exit().code()).isZero();

        runtime()
                .remove(
                        new AgentAction.RemoveTask(
                                task, List.of(first.runtimeId(), second.runtimeId())));
        String volume = ContainerNames.volume(task, "data");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (volumeExists(volume)) {
            assertThat(System.nanoTime()).isLessThan(end);
        }
    }

    private static boolean volumeExists(String name) throws IOException {
        try (DockerClient client = DockerConnection.open()) {
            client.inspectVolumeCmd(name).exec();
            return true;
        } catch (NotFoundException removed) {
            return false;
        }
    }

    @Test
    void dockerConfigurationIsLaidOver() throws Exception {
        String config =
                "{\"WorkingDir\":\"/proc\",\"Hostname\":\"inner\",\"Labels\":{\"a\":\"b\"}}";
        String host =
                "{\"ReadonlyRootfs\":true,\"Tmpfs\":{\"/t\":\"size=1m\"},\"Init\":true,"
                        + "\"CapDrop\":[\"CHOWN\"],\"LogConfig\":{\"Type\":\"json-file\","
                        + "\"Config\":{\"max-size\":\"1m\"}},"
                        + "\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":64,\"Hard\":64}]}";
        run(
                shell(
                                "web",
                                "busybox sleep 1; [ $(busybox pwd) = /proc ] && [ $(busybox hostname) = inner ] &&"
                                        + " ! busybox touch /x && busybox touch /t/x &&"
                                        + " [ $(ulimit -n) = 64 ] && exit 9")
                        .dockerConfig(new DockerConfig("1.19", config, host))
                        .build());

        assertThat(next(AgentEvent.Exited.class).exit().code()).isEqualTo(9);
    }

    @Test
    void unknownConfigurationIsRefusedByName() throws Exception {
        AcsContainer container =
                shell("web", "exit 0")
                        .dockerConfig(new DockerConfig("1.19", null, "{\"Runtime\":\"kata\"}"))
                        .build();
        runtime().create(new AgentAction.Create(key(container), task(container), container));

        assertThat(next(AgentEvent.Failed.class).error())
                .isEqualTo(
                        "CannotCreateContainerError: docker configuration key not supported:"
                                + " Runtime");
    }

    @Test
    void healthChecksAreReported() throws Exception {
        String check =
                "{\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"exit 0\"],\"Interval\":1000000000,"
                        + "\"Timeout\":1000000000,\"Retries\":1}}";
        run(
                shell("web", "busybox sleep 100")
                        .reportsHealth(true)
                        .dockerConfig(new DockerConfig("1.19", check, null))
                        .build());

        assertThat(next(AgentEvent.HealthChanged.class).health())
                .isEqualTo(AgentEvent.Health.HEALTHY);
    }

    @Test
    void aMissingImageFailsWithTheNameOfTheError() throws Exception {
        AcsContainer container = AcsContainer.of("web", "127.0.0.1:1/no/such:image").build();
        runtime().pull(new AgentAction.Pull(key(container), task(container), container));

        assertThat(next(AgentEvent.Failed.class).error()).startsWith("CannotPullContainerError: ");
    }

    @Test
    void aMissingCommandFailsToStart() throws Exception {
        AcsContainer container =
                AcsContainer.of("web", IMAGE).command(List.of("/no/such/program")).build();
        runtime().create(new AgentAction.Create(key(container), task(container), container));
        String id = next(AgentEvent.Created.class).runtimeId();
        runtime().start(new AgentAction.Start(key(container), id));

        assertThat(next(AgentEvent.Failed.class).error()).startsWith("CannotStartContainerError: ");
    }

    @Test
    void runningOutOfMemoryIsNamed() throws Exception {
        run(
                shell("web", "busybox sleep 1; busybox dd if=/dev/zero of=/dev/null bs=200M")
                        .limits(0, 8)
                        .dockerConfig(new DockerConfig("1.19", null, "{\"MemorySwap\":8388608}"))
                        .build());

        Exit exit = next(AgentEvent.Exited.class).exit();
        assertThat(exit.code()).isEqualTo(137);
        assertThat(exit.reason())
                .isEqualTo("OutOfMemoryError: Container killed due to memory usage");
    }

    @Test
    void useIsRead() throws Exception {
        AcsContainer container = shell("web", "while :; do :; done").build();
        run(container);

        assertThat(runtime().usage().get(key(container)))
                .isNotNull()
                .satisfies(usage -> assertThat(usage.cpuNanos()).isPositive());
        assertThat(runtime().healthy()).isTrue();
    }
}
