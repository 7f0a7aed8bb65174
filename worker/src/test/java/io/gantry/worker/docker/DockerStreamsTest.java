package io.gantry.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import io.gantry.common.check.Check;
import io.gantry.worker.runtime.ContainerStreams.ExecAsk;
import io.gantry.worker.runtime.ContainerStreams.LogsAsk;
import io.gantry.worker.runtime.FakeEnd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
final class DockerStreamsTest {
    private static final String IMAGE = "gantry-test/busybox:1";
    private static final LogsAsk ALL = new LogsAsk(false, null, null, false);

    private @Nullable DockerClient client;
    private @Nullable String container;

    @BeforeAll
    static void buildImage(@TempDir Path context) throws IOException, InterruptedException {
        DockerRuntimeTest.buildImage(context);
    }

    @BeforeEach
    void connect() {
        client = DockerConnection.open();
    }

    private DockerClient client() {
        return Check.present(client, "client");
    }

    private DockerStreams streams() {
        return new DockerStreams(client());
    }

    @AfterEach
    void removeEverything() throws IOException {
        if (container != null) {
            client().removeContainerCmd(container).withForce(true).withRemoveVolumes(true).exec();
        }
        client().close();
    }

    private String run(String script) {
        String id =
                client().createContainerCmd(IMAGE)
                        .withCmd("sh", "-c", script)
                        .withLabels(Map.of("io.gantry.test", "streams"))
                        .exec()
                        .getId();
        container = id;
        client().startContainerCmd(id).exec();
        return id;
    }

    private String ended(String script) throws InterruptedException, IOException {
        String id = run(script);
        try (var wait = client().waitContainerCmd(id).exec(new WaitContainerResultCallback())) {
            wait.awaitStatusCode(20, TimeUnit.SECONDS);
        }
        return id;
    }

    private static ExecAsk shell(String script) {
        return new ExecAsk(List.of("sh", "-c", script), false, 0, 0);
    }

    /** Another thread executes, so that this one can type and leave. */
    private CompletableFuture<Integer> begin(String id, ExecAsk ask, FakeEnd other) {
        return CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return streams().exec(id, ask, other);
                            } catch (IOException refused) {
                                throw new CompletionException(refused);
                            } catch (InterruptedException interrupted) {
                                Thread.currentThread().interrupt();
                                throw new CompletionException(interrupted);
                            }
                        },
                        Thread::startVirtualThread)
                .orTimeout(30, TimeUnit.SECONDS);
    }

    @Test
    void theLogsOfAStoppedContainerAreThere() throws Exception {
        String id = ended("echo one; echo two; echo three; echo oops >&2");
        var all = new FakeEnd();
        streams().logs(id, ALL, all);
        assertThat(all.stdout()).isEqualTo("one\ntwo\nthree\n");
        assertThat(all.stderr()).isEqualTo("oops\n");

        var some = new FakeEnd();
        streams().logs(id, new LogsAsk(false, 1, null, true), some);
        assertThat(some.stdout() + some.stderr()).matches("20\\d\\d-.*T.*Z \\w+\n");

        var none = new FakeEnd();
        long later = System.currentTimeMillis() / 1_000 + 60;
        streams().logs(id, new LogsAsk(false, null, later, false), none);
        assertThat(none.stdout()).isEmpty();
    }

    @Test
    void followedLogsEndWithTheContainer() throws Exception {
        String id = run("echo begin; busybox sleep 1; echo end");
        var other = new FakeEnd();
        streams().logs(id, new LogsAsk(true, null, null, false), other);
        assertThat(other.stdout()).isEqualTo("begin\nend\n");
    }

    @Test
    void whoLeavesNeedNotWaitForMoreLogs() throws Exception {
        String id = run("echo begin; busybox sleep 1000");
        var other = new FakeEnd();
        var following =
                CompletableFuture.runAsync(
                        () -> {
                            try {
                                streams().logs(id, new LogsAsk(true, null, null, false), other);
                            } catch (IOException | InterruptedException failure) {
                                throw new CompletionException(failure);
                            }
                        },
                        Thread::startVirtualThread);
        other.awaitStdout("begin\n"::equals);
        other.leave();
        following.get(10, TimeUnit.SECONDS);
    }

    @Test
    void anEngineWithoutLogsSaysSo() {
        String id =
                client().createContainerCmd(IMAGE)
                        .withCmd("sh", "-c", "echo lost")
                        .withHostConfig(
                                HostConfig.newHostConfig()
                                        .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE)))
                        .exec()
                        .getId();
        container = id;
        client().startContainerCmd(id).exec();
        assertThatThrownBy(() -> streams().logs(id, ALL, new FakeEnd()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("logging driver")
                .hasMessageNotContaining("{");
        assertThatThrownBy(() -> streams().logs("nonesuch", ALL, new FakeEnd()))
                .hasMessage("The container has been removed from the machine.");
    }

    @Test
    void exitCodesAreTheCommands() throws Exception {
        String id = run("busybox sleep 1000");
        var other = new FakeEnd();
        assertThat(streams().exec(id, shell("echo out; echo err >&2; exit 7"), other)).isEqualTo(7);
        assertThat(other.stdout()).isEqualTo("out\n");
        assertThat(other.stderr()).isEqualTo("err\n");
        assertThat(streams().exec(id, shell("true"), new FakeEnd())).isZero();
        var missing = new FakeEnd();
        var ask = new ExecAsk(List.of("nonesuch"), false, 0, 0);
        assertThat(streams().exec(id, ask, missing)).isIn(126, 127);
        assertThat(missing.stdout() + missing.stderr()).contains("nonesuch");
    }

    @Test
    void aCommandReadsWhatIsTypedToItsEnd() throws Exception {
        String id = run("busybox sleep 1000");
        var other = new FakeEnd();
        CompletableFuture<Integer> code = begin(id, shell("busybox cat; echo end"), other);
        String line = "0123456789abcdef".repeat(64) + "\n";
        for (int i = 0; i < 500; i++) {
            other.type(line);
        }
        other.typeNoMore();
        assertThat(code.join()).isZero();
        assertThat(other.stdout()).isEqualTo(line.repeat(500) + "end\n");
    }

    @Test
    void aTerminalHasItsSizeAndGetsAnother() throws Exception {
        String id = run("busybox sleep 1000");
        var other = new FakeEnd();
        var ask =
                new ExecAsk(
                        List.of(
                                "sh",
                                "-c",
                                "busybox tty; while read line; do busybox stty size; done; exit 4"),
                        true,
                        100,
                        30);
        CompletableFuture<Integer> code = begin(id, ask, other);
        other.awaitStdout(text -> text.contains("/dev/pts/"));
        other.type("\n");
        other.awaitStdout(text -> text.contains("30 100"));
        other.resize(132, 43);
        other.type("\n");
        other.awaitStdout(text -> text.contains("43 132"));
        other.type("\u0004");
        assertThat(code.join()).isEqualTo(4);
        assertThat(other.stderr()).isEmpty();
    }

    @Test
    void aReaderThatDoesNotReadHoldsUpTheCommand() throws Exception {
        String id = run("busybox sleep 1000");
        var other = new FakeEnd();
        other.stopReading();
        CompletableFuture<Integer> code =
                begin(id, shell("busybox dd if=/dev/zero bs=1024 count=65536 2>/dev/null"), other);
        other.awaitWaiting();
        assertThat(code).isNotDone();
        other.readOn();
        assertThat(code.join()).isZero();
        assertThat(other.stdout()).hasSize(64 << 20);
    }

    @Test
    void aCommandWhoseCallerLeavesIsEnded() throws Exception {
        endsWhenItsCallerLeaves("echo ready; busybox sleep 777; true");
    }

    @Test
    void aCommandThatDoesNotHangUpIsKilled() throws Exception {
        endsWhenItsCallerLeaves("trap '' HUP; echo ready; while :; do busybox sleep 1; done");
    }

    private void endsWhenItsCallerLeaves(String script) throws Exception {
        String id = run("busybox sleep 1000");
        var other = new FakeEnd();
        CompletableFuture<Integer> code = begin(id, shell(script), other);
        other.awaitStdout("ready\n"::equals);
        other.leave();
        assertThat(code.handle((exit, failure) -> failure != null || exit != 0).join()).isTrue();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        String processes = processes(id);
        while (processes.contains("echo ready") && System.nanoTime() < end) {
            processes = processes(id);
        }
        assertThat(processes).contains("sleep 1000").doesNotContain("echo ready", "sleep 777");
    }

    private String processes(String id) {
        var found = client().topContainerCmd(id).exec();
        return Arrays.deepToString(found.getProcesses());
    }
}
