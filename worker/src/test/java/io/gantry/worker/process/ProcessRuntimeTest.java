package io.gantry.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsContainer.PortMapping;
import io.gantry.common.acs.AcsContainerBuilder;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.check.Check;
import io.gantry.worker.core.AgentAction;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.FoundContainer;
import io.gantry.worker.core.RuntimeFacts;
import io.gantry.worker.runtime.ContainerNames;
import io.gantry.worker.runtime.ContainerUsage;
import io.gantry.worker.runtime.InjectedEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessRuntimeTest {
    private static final String ARN = "arn:aws:ecs:us-east-1:123456789012:task/demo/t1";

    @TempDir Path directory;
    private final BlockingQueue<AgentEvent> events = new LinkedBlockingQueue<>();
    private @Nullable ProcessRuntime runtime;

    private ProcessRuntime runtime() {
        if (runtime == null) {
            runtime = new ProcessRuntime(directory, InjectedEnvironment.NONE, events::add);
        }
        return runtime;
    }

    @AfterEach
    void endEverything() throws Exception {
        for (ContainerKey key : List.copyOf(runtime().usage().keySet())) {
            runtime().removeStray(new AgentAction.RemoveStray(key, id(key)));
            awaitTrue(() -> !Files.exists(directory.resolve(id(key))));
        }
        runtime().close();
    }

    private static String id(ContainerKey key) {
        return ContainerNames.container(task(shell("web", "true").build()), key.containerName());
    }

    private static AcsContainerBuilder shell(String name, String script) {
        return AcsContainer.of(name, "host").command(List.of("sh", "-c", script));
    }

    private static AcsTask task(AcsContainer... containers) {
        return AcsTask.run(ARN, "web", "1").containers(List.of(containers)).build();
    }

    private static ContainerKey key(AcsContainer container) {
        return new ContainerKey(ARN, container.name());
    }

    private <T extends AgentEvent> T next(Class<T> type) throws InterruptedException {
        AgentEvent event = events.poll(10, TimeUnit.SECONDS);
        assertThat(event).isInstanceOf(type);
        return type.cast(event);
    }

    private RuntimeFacts run(AcsContainer container) throws InterruptedException {
        runtime().create(new AgentAction.Create(key(container), task(container), container));
        String id = next(AgentEvent.Created.class).runtimeId();
        runtime().start(new AgentAction.Start(key(container), id));
        return next(AgentEvent.Started.class).facts();
    }

    private String output(RuntimeFacts facts) throws IOException {
        Path file = directory.resolve(facts.runtimeId()).resolve("out");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    @Test
    void aProcessRunsWithItsEnvironmentAndItsExitCodeIsLearnt() throws Exception {
        RuntimeFacts facts =
                run(
                        shell("web", "echo $GREETING; exit 3")
                                .environment(Map.of("GREETING", "hello"))
                                .build());

        assertThat(next(AgentEvent.Exited.class).exit().code()).isEqualTo(3);
        assertThat(output(facts)).isEqualTo("hello\n");
    }

    @Test
    void onlyTheGivenEnvironmentAndPathAreThere() throws Exception {
        RuntimeFacts facts = run(AcsContainer.of("web", "host").command(List.of("env")).build());
        next(AgentEvent.Exited.class);

        assertThat(output(facts).lines().map(line -> line.split("=", 2)[0]))
                .contains("PATH")
                .isSubsetOf("PATH", "PWD", "OLDPWD", "SHLVL", "_");
    }

    @Test
    void stopEndsTheWholeGroupPolitely() throws Exception {
        AcsContainer container =
                shell("web", "trap 'echo bye; exit 7' TERM; sleep 100 & echo up; wait").build();
        RuntimeFacts facts = run(container);
        awaitOutput(facts, "up");
        runtime().stop(new AgentAction.Stop(key(container), facts.runtimeId(), 10_000));

        assertThat(next(AgentEvent.Exited.class).exit().code()).isEqualTo(7);
        assertThat(output(facts)).isEqualTo("up\nbye\n");
    }

    @Test
    void whoIgnoresTermIsKilledAfterTheTimeout() throws Exception {
        AcsContainer container =
                shell("web", "trap '' TERM; echo up; while :; do sleep 1; done").build();
        RuntimeFacts facts = run(container);
        awaitOutput(facts, "up");
        runtime().stop(new AgentAction.Stop(key(container), facts.runtimeId(), 300));

        assertThat(next(AgentEvent.Exited.class).exit().code()).isEqualTo(137);
    }

    @Test
    void childrenDoNotOutliveTheirContainer() throws Exception {
        RuntimeFacts facts = run(shell("web", "sleep 98765 & echo $!; exit 0").build());
        next(AgentEvent.Exited.class);

        long child = Long.parseLong(output(facts).strip());
        awaitTrue(() -> ProcessHandle.of(child).filter(ProcessRuntimeTest::lives).isEmpty());
    }

    private static boolean lives(ProcessHandle handle) {
        ProcStat stat = ProcStat.of(handle.pid());
        return stat != null && !stat.isDead();
    }

    @Test
    void aNewWorkerAdoptsWhatRunsAndLearnsHowItEnds() throws Exception {
        AcsContainer container = shell("web", "read x <fifo; exit 5").build();
        RuntimeFacts facts = run(shell("web", "mkfifo fifo; read x <fifo; exit 5").build());
        runtime().close();
        runtime = new ProcessRuntime(directory, InjectedEnvironment.NONE, events::add);
        FoundContainer found = runtime.adopt().getFirst();

        assertThat(found.key()).isEqualTo(key(container));
        assertThat(found.exit()).isNull();
        assertThat(found.facts()).isEqualTo(facts);
        Path fifo = directory.resolve(facts.runtimeId()).resolve("work/fifo");
        awaitTrue(() -> Files.exists(fifo));
        Files.writeString(fifo, "x\n");
        assertThat(next(AgentEvent.Exited.class).exit().code()).isEqualTo(5);
    }

    @Test
    void anEndWhileNoWorkerLookedIsFoundLater() throws Exception {
        RuntimeFacts facts = run(shell("web", "mkfifo fifo; read x <fifo; exit 6").build());
        runtime().close();
        Path fifo = directory.resolve(facts.runtimeId()).resolve("work/fifo");
        awaitTrue(() -> Files.exists(fifo));
        Files.writeString(fifo, "x\n");
        awaitTrue(() -> Files.exists(directory.resolve(facts.runtimeId()).resolve("exit")));
        runtime = new ProcessRuntime(directory, InjectedEnvironment.NONE, events::add);

        FoundContainer.Exit exit = Check.present(runtime.adopt().getFirst().exit(), "exit");
        assertThat(exit.code()).isEqualTo(6);
    }

    @Test
    void aReusedPidIsNotTakenForTheProcess() throws Exception {
        RuntimeFacts facts = run(shell("web", "sleep 100").build());
        ProcessDirectory place = new ProcessDirectory(directory.resolve(facts.runtimeId()));
        ProcStat began = Check.present(place.began(), "stat");
        ProcStat earlier =
                new ProcStat(began.pid(), 'S', began.session(), began.startTicks() - 1, 0, 0, 0);
        ProcessSpec spec = Check.present(place.spec(), "spec");

        assertThat(new WatchedProcess(place, spec, began).runs()).isTrue();
        WatchedProcess other = new WatchedProcess(place, spec, earlier);
        assertThat(other.runs()).isFalse();
        other.signal("KILL");
        assertThat(new WatchedProcess(place, spec, began).runs()).isTrue();
    }

    @Test
    void dynamicPortsAreChosenAndTold() throws Exception {
        RuntimeFacts facts =
                run(
                        shell("web", "echo $PORT $PORT_8080")
                                .portMappings(List.of(new PortMapping(8080, 0, null, null)))
                                .build());
        next(AgentEvent.Exited.class);

        int port = facts.bindings().getFirst().hostPort();
        assertThat(port).isPositive();
        assertThat(output(facts)).isEqualTo(port + " " + port + "\n");
    }

    @Test
    void otherImagesAreRefusedWithAdvice() throws Exception {
        AcsContainer container = AcsContainer.of("web", "nginx").build();
        runtime().pull(new AgentAction.Pull(key(container), task(container), container));

        assertThat(next(AgentEvent.Failed.class).error())
                .startsWith("CannotPullContainerError: ")
                .contains("not nginx")
                .contains("Docker or Podman");
    }

    @Test
    void aMissingExecutableIsAStartFailure() throws Exception {
        AcsContainer container =
                AcsContainer.of("web", "host").command(List.of("no-such-program")).build();
        runtime().create(new AgentAction.Create(key(container), task(container), container));
        String id = next(AgentEvent.Created.class).runtimeId();
        runtime().start(new AgentAction.Start(key(container), id));

        assertThat(next(AgentEvent.Failed.class).error())
                .isEqualTo(
                        "CannotStartContainerError: executable file not found in PATH:"
                                + " no-such-program");
    }

    @Test
    void whatNeedsAnEngineIsRefused() throws Exception {
        AcsContainer container =
                shell("web", "true")
                        .mountPoints(List.of(new AcsContainer.MountPoint("v", "/data", false)))
                        .build();
        runtime().create(new AgentAction.Create(key(container), task(container), container));

        assertThat(next(AgentEvent.Failed.class).error())
                .startsWith("CannotCreateContainerError: mount points: not supported");
    }

    @Test
    void useOfProcessorAndMemoryIsRead() throws Exception {
        AcsContainer container = shell("web", "while :; do :; done").build();
        run(container);

        awaitTrue(
                () -> {
                    ContainerUsage usage = runtime().usage().get(key(container));
                    return usage != null && usage.cpuNanos() > 0 && usage.memoryBytes() > 100_000;
                });
    }

    @Test
    void outputIsBounded() throws Exception {
        RuntimeFacts facts = run(shell("web", "echo 1234567890; sleep 100").build());
        awaitOutput(facts, "1234567890");
        new ProcessDirectory(directory.resolve(facts.runtimeId())).boundOutput(10);

        assertThat(output(facts)).isEmpty();
        assertThat(directory.resolve(facts.runtimeId()).resolve("out.1"))
                .hasContent("1234567890\n");
    }

    private void awaitOutput(RuntimeFacts facts, String text) throws Exception {
        awaitTrue(() -> output(facts).contains(text));
    }

    private static void awaitTrue(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            Thread.onSpinWait();
        }
    }
}
