package io.gantry.control.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsMessage.GantryStreamMessage;
import io.gantry.common.stream.StreamControl;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class StreamsTest {
    private Site site = empty();

    /** Replaced before each test. */
    private static Site empty() {
        try {
            return new Site(1, Duration.ofSeconds(5));
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    @BeforeEach
    void open() throws IOException {
        site.close();
        site = new Site(2, Duration.ofSeconds(5));
    }

    @AfterEach
    void close() {
        site.close();
    }

    private record Pair(End client, End worker) {}

    private Pair connected() throws InterruptedException {
        CompletableFuture<End> asked = site.askForLogs();
        End worker = site.dial(site.order());
        return new Pair(asked.join(), worker);
    }

    @Test
    void theWorkerIsToldWhatTheClientAsksFor() throws Exception {
        CompletableFuture<End> asked =
                site.ask(
                        "/gantry/streams/exec?cluster=demo&container=main&tty=true&columns=100&rows=30"
                                + "&command=sh&command=-c&command=echo%20%22a+b%22&task="
                                + site.task.toString().substring(0, 20));
        GantryStreamMessage order = site.order();

        assertThat(order.kind()).isEqualTo(GantryStreamMessage.EXEC);
        assertThat(order.taskArn()).endsWith("task/demo/" + site.task);
        assertThat(order.containerName()).isEqualTo("main");
        assertThat(order.command()).containsExactly("sh", "-c", "echo \"a b\"");
        assertThat(order.tty()).isTrue();
        assertThat(order.columns()).isEqualTo(100);
        assertThat(order.rows()).isEqualTo(30);
        assertThat(asked).isNotDone();
        site.dial(order);
        assertThat(asked.join()).isNotNull();
    }

    @Test
    void bytesAndTextsGoBothWaysInOrder() throws Exception {
        Pair pair = connected();
        pair.client().write("\0typed");
        pair.client().say(new StreamControl.StdinClosed().encode());
        assertThat(pair.worker().next()).isEqualTo("bytes:\0typed");
        assertThat(pair.worker().next()).contains("stdin-closed");
        for (int i = 0; i < 1_000; i++) {
            pair.worker().write("\1line " + i);
        }
        pair.worker().say(new StreamControl.Exit(3).encode());
        for (int i = 0; i < 1_000; i++) {
            assertThat(pair.client().next()).isEqualTo("bytes:\1line " + i);
        }
        assertThat(pair.client().next()).contains("\"code\":3");

        pair.client().close();
        assertThat(pair.worker().closed()).isEqualTo(1001);
        assertThat(site.streams.count()).isZero();
    }

    @Test
    void whoeverReadsSlowlySlowsDownTheOther() throws Exception {
        Pair pair = connected();
        pair.client().stopReading();
        Buffer part = Buffer.buffer(new byte[32 << 10]);
        long most = 256L << 20;
        long written = part.length();
        while (pair.worker().writeSoon(part)) {
            written += part.length();
            assertThat(written).as("nobody holds the worker up").isLessThan(most);
        }
        pair.client().readOn();
        pair.worker().say(new StreamControl.Exit(0).encode());

        assertThat(pair.client().next()).contains("exit");
        assertThat(pair.client().binaryBytes.get()).isEqualTo(written);
    }

    @Test
    void aClientThatLeavesEndsTheStream() throws Exception {
        Pair pair = connected();
        pair.client().close();

        assertThat(pair.worker().closed()).isEqualTo(1001);
    }

    @Test
    void aWorkerThatIsLostIsReported() throws Exception {
        Pair pair = connected();
        pair.worker().close();

        assertThat(pair.client().next()).contains("connection to the worker was lost");
        assertThat(pair.client().closed()).isEqualTo(1011);
    }

    @Test
    void aWorkerThatHasSaidTheEndMayClose() throws Exception {
        Pair pair = connected();
        pair.worker().say(new StreamControl.Failure("no such log").encode());
        pair.worker().close();

        assertThat(pair.client().next()).contains("no such log");
        assertThat(pair.client().closed()).isEqualTo(1000);
        assertThat(pair.client().nothing()).isNull();
    }

    @Test
    void aNodeThatStopsTellsBoth() throws Exception {
        Pair pair = connected();
        site.streams.close();

        assertThat(pair.client().next()).contains("node n1 of the control plane stops");
        assertThat(pair.client().closed()).isEqualTo(1001);
        assertThat(pair.worker().closed()).isEqualTo(1001);
    }

    @Test
    void aWorkerThatDoesNotDialBackIsWaitedForInVain() throws Exception {
        try (Site impatient = new Site(2, Duration.ofMillis(100))) {
            var refusal = Site.refusal(impatient.askForLogs());
            assertThat(refusal.getStatus()).isEqualTo(504);
            assertThat(refusal.getBody().toString())
                    .contains("WorkerNotRespondingException", impatient.worker.toString());
            var late =
                    Site.refusal(
                            impatient.ask(
                                    impatient.order().url().replaceFirst("^http://[^/]+", "")));
            assertThat(late.getStatus()).isEqualTo(404);
        }
    }

    @Test
    void aNodeTakesOnlySoManyStreams() throws Exception {
        Pair first = connected();
        Pair second = connected();
        var refusal = Site.refusal(site.askForLogs());
        assertThat(refusal.getStatus()).isEqualTo(503);
        assertThat(refusal.getBody().toString()).contains("carries 2 streams already");

        first.client().close();
        first.worker().closed();
        assertThat(connected()).isNotNull();
        second.client().close();
    }

    @Test
    void theKeysOfATaskOpenNothing() {
        for (String path :
                List.of(
                        "/gantry/streams/logs?cluster=demo&task=" + site.task,
                        "/gantry/streams/worker?stream=x")) {
            var refusal = Site.refusal(site.ask(path, "X-Amz-Security-Token", "t"));
            assertThat(refusal.getStatus()).isEqualTo(403);
            assertThat(refusal.getBody().toString()).contains("assumed-role/app/1");
        }
        assertThat(site.orders).isEmpty();
    }

    @Test
    void refusalsAreJson() throws Exception {
        var refusal = Site.refusal(site.ask("/gantry/streams/exec?cluster=demo&task=0"));
        assertThat(refusal.getStatus()).isEqualTo(400);
        assertThat(refusal.getBody().toString())
                .isEqualTo(
                        "{\"__type\":\"InvalidParameterException\",\"message\":\"The parameter command is missing.\"}");
        assertThat(site.orders.poll(0, TimeUnit.SECONDS)).isNull();
    }
}
