package io.gantry.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.check.Check;
import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.FoundContainer.Exit;
import io.gantry.worker.runtime.ContainerNeeds;
import io.gantry.worker.runtime.InjectedEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real engine that hangs, is killed, comes back and ends. */
@Tag("docker")
final class EngineRestartTest {
    private static final String ARN = "arn:aws:ecs:us-east-1:123456789012:task/demo/";

    @TempDir Path directory;
    private final BlockingQueue<AgentEvent> events = new LinkedBlockingQueue<>();
    private @Nullable PrivateEngine engine;
    private @Nullable TestRegistry registry;
    private @Nullable DockerRuntime runtime;

    @BeforeEach
    void start() throws Exception {
        Assumptions.assumeTrue(PrivateEngine.isPossible(), "needs dockerd and the right to run it");
        engine = new PrivateEngine(directory);
        engine().start();
        registry = new TestRegistry();
        registry().put("busybox", "1", "busybox", Files.readAllBytes(Path.of("/bin/busybox")));
        runtime =
                DockerRuntime.connect(
                        DockerConnection.open(engine().address(), CallLimit::of),
                        new DockerSettings("me", "demo", PullBehavior.DEFAULT),
                        InjectedEnvironment.NONE,
                        ContainerNeeds.NONE,
                        events::add);
        runtime().adopt();
    }

    @AfterEach
    void stop() throws Exception {
        if (runtime != null) {
            runtime.close();
        }
        if (registry != null) {
            registry.close();
        }
        if (engine != null) {
            engine.end();
        }
    }

    private PrivateEngine engine() {
        return Check.present(engine, "engine");
    }

    private TestRegistry registry() {
        return Check.present(registry, "registry");
    }

    private DockerRuntime runtime() {
        return Check.present(runtime, "runtime");
    }

    private <T extends AgentEvent> T next(Class<T> type) throws InterruptedException {
        AgentEvent event = events.poll(40, TimeUnit.SECONDS);
        assertThat(event).isInstanceOf(type);
        return type.cast(event);
    }

    private void run(String id) throws InterruptedException {
        AcsContainer container =
                AcsContainer.of("web", registry().host() + "/busybox:1")
                        .command(
                                List.of(
                                        "/busybox",
                                        "sh",
                                        "-c",
                                        "trap 'exit 5' TERM; while :; do /busybox sleep 1; done"))
                        .build();
        AcsTask task =
                AcsTask.run(ARN + id, "web", "1")
                        .networkMode("none")
                        .containers(List.of(container))
                        .build();
        ContainerKey key = new ContainerKey(ARN + id, "web");
        runtime().pull(new AgentAction.Pull(key, task, container));
        next(AgentEvent.Pulled.class);
        runtime().create(new AgentAction.Create(key, task, container));
        String made = next(AgentEvent.Created.class).runtimeId();
        runtime().start(new AgentAction.Start(key, made));
        next(AgentEvent.Started.class);
    }

    @Test
    void anEngineThatHangsDiesAndEndsIsReadRightly() throws Exception {
        run("t1");
        engine().signal("STOP");
        assertThat(runtime().healthy()).as("it hangs").isFalse();
        engine().signal("CONT");
        assertThat(runtime().healthy()).isTrue();
        assertThat(events).as("nothing happened to the container").isEmpty();

        engine().kill();
        assertThat(runtime().healthy()).as("it is dead").isFalse();
        assertThat(events).as("nobody knows of the container").isEmpty();
        engine().start();
        Exit killed = next(AgentEvent.Exited.class).exit();
        assertThat(killed.code()).as("an engine ends what it finds running").isEqualTo(5);
        assertThat(runtime().healthy()).isTrue();

        run("t2");
        engine().stop();
        Exit ended = next(AgentEvent.Exited.class).exit();
        assertThat(ended.code()).as("an engine that ends stops everything").isEqualTo(5);
    }
}
