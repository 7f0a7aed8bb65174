package io.gantry.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Frame;
import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.DockerConfig;
import io.gantry.common.acs.AcsContainerBuilder;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.check.Check;
import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.RuntimeFacts;
import io.gantry.worker.runtime.InjectedEnvironment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A runtime on the engine of this machine, with an image of small tools. Whatever a test leaves on
 * the engine is removed after it.
 */
final class Engine implements BeforeEachCallback, AfterEachCallback {
    static final String IMAGE = "gantry-test/tools:1";
    private static final long PATIENCE_SECONDS = 30;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final List<AgentEvent> events = new ArrayList<>();
    private final List<String> volumes = new ArrayList<>();
    private String agentId = "";
    private String arn = "";
    private @Nullable DockerRuntime runtime;
    private @Nullable DockerClient client;

    @Override
    public void beforeEach(ExtensionContext context) throws IOException, InterruptedException {
        assertThat(DockerRuntime.available())
                .as("these tests need a container engine: start dockerd, or set DOCKER_HOST")
                .isTrue();
        agentId = "test-" + UUID.randomUUID();
        arn = "arn:aws:ecs:us-east-1:123456789012:task/demo/" + UUID.randomUUID();
        client = DockerConnection.open();
        buildImage(client());
        restart();
    }

    /** Another worker takes over, as after a crash. */
    void restart() {
        if (runtime != null) {
            runtime.close();
        }
        runtime =
                DockerRuntime.connect(
                        new DockerSettings(agentId, "demo", PullBehavior.PREFER_CACHED),
                        InjectedEnvironment.NONE,
                        this::happened);
        runtime.adopt();
    }

    private static synchronized void buildImage(DockerClient client)
            throws IOException, InterruptedException {
        try {
            client.inspectImageCmd(IMAGE).exec();
        } catch (NotFoundException missing) {
            Path context = Files.createTempDirectory("gantry-test-image");
            Files.copy(Path.of("/bin/busybox"), context.resolve("busybox"));
            Files.writeString(context.resolve("passwd"), "app:x:1234:1235::/home:/bin/sh\n");
            Files.writeString(
                    context.resolve("Dockerfile"),
                    """
                    FROM scratch
                    COPY busybox /bin/busybox
                    COPY passwd /etc/passwd
                    ENV PATH=/bin
                    RUN ["/bin/busybox", "mkdir", "-p", "/tmp", "/data", "/home"]
                    RUN ["/bin/busybox", "--install", "-s", "/bin"]
                    CMD ["sh"]
                    """);
            try (BuildImageResultCallback result = new BuildImageResultCallback()) {
                client.buildImageCmd(context.toFile()).withTags(Set.of(IMAGE)).exec(result);
                assertThat(result.awaitImageId()).isNotEmpty();
            }
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException, InterruptedException {
        runtime().close();
        client()
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of(DockerLabels.AGENT, agentId))
                .exec()
                .stream()
                .sorted(Comparator.comparing(Engine::holdsNamespaces))
                .forEach(one -> remove(one.getId()));
        TaskCgroups.detect(client().infoCmd().exec(), DockerConnection.isLocal()).remove(arn);
        for (String volume : volumes) {
            try {
                client().removeVolumeCmd(volume).exec();
            } catch (NotFoundException neverMade) {
                assertThat(neverMade).hasMessageContaining(volume);
            }
        }
        client().close();
        events.clear();
        runtime = null;
    }

    private void remove(String containerId) {
        try {
            client().removeContainerCmd(containerId).withForce(true).withRemoveVolumes(true).exec();
        } catch (NotFoundException | ConflictException goingAlready) {
            until("it is gone", () -> !exists(containerId));
        }
    }

    private static boolean holdsNamespaces(Container container) {
        return PauseContainers.NAME.equals(container.getLabels().get(DockerLabels.CONTAINER_NAME));
    }

    /** Skips a test of something that this engine does not have. */
    void assumeLogDriver(String name) {
        assumeTrue(
                runtime()
                        .capabilities()
                        .contains("com.amazonaws.ecs.capability.logging-driver." + name),
                "this engine has no log driver " + name);
    }

    DockerRuntime runtime() {
        return Check.present(runtime, "runtime");
    }

    DockerClient client() {
        return Check.present(client, "client");
    }

    String arn() {
        return arn;
    }

    String agentId() {
        return agentId;
    }

    /** A name for a volume that is removed after the test. */
    String volumeName() {
        String name = "gantry-test-" + UUID.randomUUID();
        volumes.add(name);
        return name;
    }

    static AcsContainerBuilder shell(String name, String script) {
        return AcsContainer.of(name, IMAGE).command(List.of("sh", "-c", script));
    }

    static DockerConfig config(String config) {
        return new DockerConfig("1.19", config, null);
    }

    static DockerConfig hostConfig(String hostConfig) {
        return new DockerConfig("1.19", null, hostConfig);
    }

    AcsTask.Builder task(AcsContainer... containers) {
        return AcsTask.run(arn, "web", "1").containers(List.of(containers));
    }

    ContainerKey key(AcsContainer container) {
        return new ContainerKey(arn, container.name());
    }

    private void happened(AgentEvent event) {
        synchronized (events) {
            events.add(event);
            events.notifyAll();
        }
    }

    /** The first event of a kind, which is then forgotten. */
    <T extends AgentEvent> T next(Class<T> type, Predicate<T> wanted) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        synchronized (events) {
            while (true) {
                for (AgentEvent event : events) {
                    if (type.isInstance(event) && wanted.test(type.cast(event))) {
                        events.remove(event);
                        return type.cast(event);
                    }
                }
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                assertThat(left).as("%s among %s", type.getSimpleName(), events).isPositive();
                assertThat(events)
                        .as("nothing fails while %s is awaited", type.getSimpleName())
                        .noneMatch(
                                event ->
                                        event instanceof AgentEvent.Failed
                                                && type != AgentEvent.Failed.class);
                events.wait(left);
            }
        }
    }

    <T extends AgentEvent> T next(Class<T> type) throws InterruptedException {
        return next(type, _ -> true);
    }

    String create(AcsTask task, AcsContainer container) throws InterruptedException {
        runtime().create(new AgentAction.Create(key(container), task, container));
        return next(AgentEvent.Created.class, one -> one.key().equals(key(container))).runtimeId();
    }

    RuntimeFacts start(AcsTask task, AcsContainer container) throws InterruptedException {
        String id = create(task, container);
        runtime().start(new AgentAction.Start(key(container), id));
        return next(AgentEvent.Started.class, one -> one.key().equals(key(container))).facts();
    }

    RuntimeFacts start(AcsContainer container) throws InterruptedException {
        return start(task(container).build(), container);
    }

    /** The error with which making or starting the container ends. */
    String failure(AcsTask task, AcsContainer container) throws InterruptedException {
        runtime().create(new AgentAction.Create(key(container), task, container));
        AgentEvent first =
                next(
                        AgentEvent.class,
                        one ->
                                one instanceof AgentEvent.Created
                                        || one instanceof AgentEvent.Failed);
        if (first instanceof AgentEvent.Created made) {
            runtime().start(new AgentAction.Start(key(container), made.runtimeId()));
            return next(AgentEvent.Failed.class).error();
        }
        return ((AgentEvent.Failed) first).error();
    }

    String failure(AcsContainer container) throws InterruptedException {
        return failure(task(container).build(), container);
    }

    AgentEvent.Exited exited(AcsContainer container) throws InterruptedException {
        return next(AgentEvent.Exited.class, one -> one.key().equals(key(container)));
    }

    /** What a container wrote that has run to its end. */
    String output(AcsTask task, AcsContainer container) throws InterruptedException {
        RuntimeFacts facts = start(task, container);
        AgentEvent.Exited end = exited(container);
        String text = log(facts.runtimeId());
        assertThat(end.exit().code()).as("exit code after: %s", text).isZero();
        return text;
    }

    String output(AcsContainer container) throws InterruptedException {
        return output(task(container).build(), container);
    }

    String log(String id) {
        StringBuilder text = new StringBuilder();
        try (var frames =
                new ResultCallback.Adapter<Frame>() {
                    @Override
                    public void onNext(Frame frame) {
                        text.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
                    }
                }) {
            client().logContainerCmd(id).withStdOut(true).withStdErr(true).exec(frames);
            frames.awaitCompletion(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (IOException closing) {
            throw new AssertionError(closing);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return text.toString();
    }

    InspectContainerResponse inspect(String id) {
        return client().inspectContainerCmd(id).exec();
    }

    boolean exists(String containerId) {
        try {
            inspect(containerId);
            return true;
        } catch (NotFoundException removed) {
            return false;
        }
    }

    boolean runs(String containerId) {
        try {
            return Boolean.TRUE.equals(inspect(containerId).getState().getRunning());
        } catch (NotFoundException removed) {
            return false;
        }
    }

    boolean volumeExists(String name) {
        try {
            client().inspectVolumeCmd(name).exec();
            return true;
        } catch (NotFoundException removed) {
            return false;
        }
    }

    /** Waits until something outside of our events holds. */
    static void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
