package io.gantry.worker.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.check.Check;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.runtime.ContainerStreams;
import io.gantry.worker.runtime.ContainerStreams.ExecAsk;
import io.gantry.worker.runtime.ContainerStreams.LogsAsk;
import io.gantry.worker.runtime.FakeEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessStreamsTest {
    private static final String ID = "ecs-web-1-web-1";

    @TempDir private Path directory;
    private @Nullable Process supervisor;

    private ContainerStreams streams() {
        return new ProcessStreams(directory);
    }

    private ProcessDirectory place() {
        return new ProcessDirectory(directory.resolve(ID));
    }

    private void run(String script) throws Exception {
        var spec =
                new ProcessSpec(
                        new ContainerKey("arn:x/t", "web"),
                        ID,
                        List.of("sh", "-c", script),
                        Map.of("PATH", "/usr/bin:/bin", "GREETING", "hello"),
                        null,
                        "TERM",
                        List.of());
        place().create(spec);
        supervisor = place().launch(spec);
        awaitTrue(() -> place().began() != null);
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void awaitTrue(Condition condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
        }
    }

    @AfterEach
    void endEverything() throws Exception {
        ProcStat began = place().began();
        ProcessSpec spec = place().spec();
        if (began != null && spec != null) {
            new WatchedProcess(place(), spec, began).signal("KILL");
            Check.present(supervisor, "supervisor").waitFor();
        }
    }

    private CompletableFuture<Integer> begin(FakeEnd other, String... command) {
        var ask = new ExecAsk(List.of(command), false, 0, 0);
        return CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return streams().exec(ID, ask, other);
                            } catch (IOException refused) {
                                throw new CompletionException(refused);
                            } catch (InterruptedException interrupted) {
                                Thread.currentThread().interrupt();
                                throw new CompletionException(interrupted);
                            }
                        },
                        Thread::startVirtualThread)
                .orTimeout(20, TimeUnit.SECONDS);
    }

    private String logs(@Nullable Integer tail) throws Exception {
        var other = new FakeEnd();
        streams().logs(ID, new LogsAsk(false, tail, null, false), other);
        return other.stdout() + other.stderr();
    }

    @Test
    void theLatestLinesAreFoundAlsoInTheOlderHalf() throws Exception {
        run("true");
        awaitTrue(() -> place().exit() != null);
        Files.writeString(place().path().resolve("out.1"), "1\n2\n3\n");
        Files.writeString(place().path().resolve("out"), "4\n5\n");
        assertThat(logs(null)).isEqualTo("1\n2\n3\n4\n5\n");
        assertThat(logs(1)).isEqualTo("5\n");
        assertThat(logs(2)).isEqualTo("4\n5\n");
        assertThat(logs(3)).isEqualTo("3\n4\n5\n");
        assertThat(logs(9)).isEqualTo("1\n2\n3\n4\n5\n");
        assertThat(logs(0)).isEmpty();
        Files.writeString(place().path().resolve("out"), "4\nunfinished");
        assertThat(logs(1)).isEqualTo("unfinished");
        Files.writeString(place().path().resolve("out"), "x".repeat(100_000) + "\nlast\n");
        assertThat(logs(1)).isEqualTo("last\n");
        assertThat(logs(2)).hasSize(100_006);
        assertThat(logs(3)).startsWith("3\nxx");
    }

    @Test
    void followedLogsEndWithTheProcess() throws Exception {
        run("echo begin; echo oops >&2; sleep 1; echo end");
        var other = new FakeEnd();
        streams().logs(ID, new LogsAsk(true, null, null, false), other);
        assertThat(other.stdout()).isEqualTo("begin\nend\n");
        assertThat(other.stderr()).isEqualTo("oops\n");
    }

    @Test
    void whatTheFilesDoNotHaveIsRefused() throws Exception {
        run("true");
        assertThatThrownBy(
                        () -> streams().logs(ID, new LogsAsk(false, 1, null, true), new FakeEnd()))
                .hasMessageContaining("no timestamps");
        var terminal = new ExecAsk(List.of("sh"), true, 0, 0);
        assertThatThrownBy(() -> streams().exec(ID, terminal, new FakeEnd()))
                .hasMessageContaining("no terminals");
        assertThatThrownBy(
                        () ->
                                streams()
                                        .logs(
                                                "gone",
                                                new LogsAsk(false, 1, null, false),
                                                new FakeEnd()))
                .hasMessageContaining("removed");
        awaitTrue(() -> place().exit() != null);
        assertThat(begin(new FakeEnd(), "true"))
                .failsWithin(10, TimeUnit.SECONDS)
                .withThrowableThat()
                .withMessageContaining("does not run");
    }

    @Test
    void aCommandRunsBesideTheProcessWithItsEnvironment() throws Exception {
        run("echo here >file; sleep 100");
        awaitTrue(() -> Files.exists(place().path().resolve("work/file")));
        var other = new FakeEnd();
        CompletableFuture<Integer> code =
                begin(other, "sh", "-c", "cat - file; echo $GREETING; echo err >&2; exit 5");
        other.type("typed\n");
        other.typeNoMore();
        assertThat(code.join()).isEqualTo(5);
        assertThat(other.stdout()).isEqualTo("typed\nhere\nhello\n");
        assertThat(other.stderr()).isEqualTo("err\n");
        assertThat(begin(new FakeEnd(), "nonesuch").join()).isEqualTo(127);
    }

    @Test
    void aCommandWhoseCallerLeavesIsEnded() throws Exception {
        run("sleep 100");
        var other = new FakeEnd();
        CompletableFuture<Integer> code = begin(other, "sh", "-c", "echo $$; sleep 777; true");
        other.awaitStdout(text -> text.endsWith("\n"));
        long pid = Long.parseLong(other.stdout().strip());
        other.leave();
        assertThat(code.join()).isNotZero();
        assertThat(ProcStat.of(pid)).isNull();
    }
}
