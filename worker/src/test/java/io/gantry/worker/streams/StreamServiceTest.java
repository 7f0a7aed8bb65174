package io.gantry.worker.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.acs.AcsContainer;
import io.gantry.common.acs.AcsMessage.GantryStreamMessage;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.check.Check;
import io.gantry.common.stream.Channel;
import io.gantry.common.stream.StreamControl;
import io.gantry.common.time.Clock;
import io.gantry.worker.core.AgentEvent.Health;
import io.gantry.worker.core.LocalContainer;
import io.gantry.worker.core.LocalContainer.Checkup;
import io.gantry.worker.core.LocalContainer.Phase;
import io.gantry.worker.core.LocalTask;
import io.gantry.worker.core.TaskStatus;
import io.gantry.worker.runtime.ContainerStreams;
import io.gantry.worker.runtime.OtherEnd;
import io.gantry.worker.runtime.OtherEnd.Output;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The worker's end over real sockets; node, client and containers are played by the test. */
final class StreamServiceTest {
    private static final String TASK = "arn:aws:ecs:us-east-1:1:task/demo/t1";
    private static final byte[] PART = new byte[32 << 10];

    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<ServerWebSocket> dialled = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final AtomicLong receivedBytes = new AtomicLong();
    private final AtomicLong writtenBytes = new AtomicLong();
    private final CompletableFuture<Boolean> begun = new CompletableFuture<>();
    private final CompletableFuture<Boolean> left = new CompletableFuture<>();
    private final CompletableFuture<String> size = new CompletableFuture<>();
    private volatile boolean listening = true;
    private int streams;
    private final HttpServer node =
            vertx.createHttpServer().webSocketHandler(this::accept).listen(0, "127.0.0.1").await();
    private final StreamService service =
            new StreamService(
                    vertx,
                    (method, uri, headers, body, now) -> Map.of("Authorization", "signed"),
                    Clock.system(),
                    new Script(),
                    arn -> arn.equals(TASK) ? task() : null);

    /** Containers that do what the command's first word says. */
    private final class Script implements ContainerStreams {
        @Override
        public boolean terminals() {
            return true;
        }

        @Override
        public void logs(String runtimeId, LogsAsk ask, OtherEnd other) throws IOException {
            byte[] text = (runtimeId + " " + ask).getBytes(StandardCharsets.UTF_8);
            other.write(Output.STDERR, text, text.length);
        }

        @Override
        public int exec(String runtimeId, ExecAsk ask, OtherEnd other) throws IOException {
            other.onLeft(() -> left.complete(true));
            begun.complete(true);
            other.onResize((columns, rows) -> size.complete(columns + "x" + rows));
            switch (ask.command().getFirst()) {
                case "echo" -> {
                    byte[] typed = other.input().readAllBytes();
                    other.write(Output.STDOUT, typed, typed.length);
                }
                case "flood" -> {
                    for (int i = 0; i < 8_192; i++) {
                        other.write(Output.STDOUT, PART, PART.length);
                        writtenBytes.addAndGet(PART.length);
                    }
                }
                default -> throw new IOException("no such command");
            }
            return 3;
        }
    }

    private static LocalTask task() {
        LocalContainer running = container("web", Phase.RUNNING, "id-of-web");
        LocalContainer waiting = container("later", Phase.WAITING, null);
        return new LocalTask(
                AcsTask.run(TASK, "web", "1").build(),
                false,
                null,
                List.of(running, waiting),
                new LocalTask.Times(null, null, null, null),
                new LocalTask.Reports(0, null, null, null),
                false);
    }

    private static LocalContainer container(String name, Phase phase, @Nullable String id) {
        return new LocalContainer(
                AcsContainer.of(name, "busybox").build(),
                phase,
                new LocalContainer.Run(id, null, id != null, null, null, 0),
                new Checkup(Health.UNKNOWN, null, null, null),
                null,
                new LocalContainer.Told(TaskStatus.PENDING, null, List.of()),
                null);
    }

    private void accept(ServerWebSocket socket) {
        if (!listening) {
            socket.pause();
        }
        socket.textMessageHandler(messages::add);
        socket.binaryMessageHandler(
                message -> {
                    receivedBytes.addAndGet(message.length() - 1);
                    if (message.length() < 1_000) {
                        messages.add(
                                message.getByte(0) + ":" + message.getString(1, message.length()));
                    }
                });
        socket.exceptionHandler(failure -> {});
        dialled.add(socket);
    }

    @AfterEach
    void close() {
        service.close();
        vertx.close().await();
    }

    private GantryStreamMessage order(
            String kind, String task, String container, String... command) {
        String id = "s" + ++streams;
        return new GantryStreamMessage(
                id,
                id,
                "http://127.0.0.1:" + node.actualPort() + "/gantry/streams/worker?stream=" + id,
                kind,
                task,
                container,
                List.of(command),
                false,
                0,
                0,
                true,
                7,
                null,
                false);
    }

    private ServerWebSocket begin(GantryStreamMessage order) throws InterruptedException {
        service.begin(order);
        return Check.present(dialled.poll(10, TimeUnit.SECONDS), "dialled");
    }

    private String next() throws InterruptedException {
        return Check.present(messages.poll(10, TimeUnit.SECONDS), "message");
    }

    private static Buffer typed(String text) {
        return Buffer.buffer(
                Channel.STDIN.message(text.getBytes(StandardCharsets.UTF_8), 0, text.length()));
    }

    @Test
    void logsArePassedOnAndTheirEndIsSaid() throws Exception {
        ServerWebSocket socket = begin(order("logs", TASK, "web"));
        assertThat(socket.query()).isEqualTo("stream=s1");
        assertThat(socket.headers().get("Authorization")).isEqualTo("signed");
        assertThat(next()).startsWith("2:id-of-web LogsAsk[follow=true, tail=7");
        assertThat(next()).isEqualTo(new StreamControl.Exit(0).encode());
    }

    @Test
    void aCommandGetsItsInputAndItsCodeComesBack() throws Exception {
        ServerWebSocket socket = begin(order("exec", TASK, "web", "echo"));
        socket.writeBinaryMessage(typed("one ")).await();
        socket.writeTextMessage(new StreamControl.Resize(90, 20).encode()).await();
        socket.writeBinaryMessage(typed("two")).await();
        socket.writeTextMessage(new StreamControl.StdinClosed().encode()).await();
        assertThat(next()).isEqualTo("1:one two");
        assertThat(next()).isEqualTo(new StreamControl.Exit(3).encode());
        assertThat(size.get(10, TimeUnit.SECONDS)).isEqualTo("90x20");
        assertThat(left).isNotDone();
        socket.close().await();
        assertThat(left.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatIsInTheWayIsSaid() throws Exception {
        Map<GantryStreamMessage, String> refusals =
                Map.of(
                        order("exec", TASK, "web", "nonesuch"), "no such command",
                        order("exec", TASK, "later", "echo"), "does not run; it is waiting",
                        order("logs", TASK, "later"), "has not been created yet",
                        order("logs", TASK, "other"), "no container other",
                        order("logs", TASK + "x", "web"), "does not know the task",
                        order("dance", TASK, "web"), "kind dance");
        for (var refusal : refusals.entrySet()) {
            ServerWebSocket socket = begin(refusal.getKey());
            assertThat(StreamControl.decode(next()))
                    .isInstanceOfSatisfying(
                            StreamControl.Failure.class,
                            failure -> assertThat(failure.message()).contains(refusal.getValue()));
            socket.close().await();
        }
    }

    @Test
    void aSlowNodeHoldsUpTheCommand() throws Exception {
        listening = false;
        ServerWebSocket socket = begin(order("exec", TASK, "web", "flood"));
        long before = -1;
        while (writtenBytes.get() != before) {
            before = writtenBytes.get();
            // Nothing arrives meanwhile: this only gives the worker the time to write more.
            assertThat(messages.poll(500, TimeUnit.MILLISECONDS)).isNull();
        }
        long all = 8_192L * PART.length;
        assertThat(before).isLessThan(all / 4);
        socket.resume();
        assertThat(next()).isEqualTo(new StreamControl.Exit(3).encode());
        assertThat(receivedBytes.get()).isEqualTo(all);
    }

    @Test
    void aWorkerThatStopsSaysSo() throws Exception {
        begin(order("exec", TASK, "web", "echo"));
        assertThat(begun.get(10, TimeUnit.SECONDS)).isTrue();
        service.close();
        assertThat(next()).contains("The worker stops.");
        assertThat(left.get(10, TimeUnit.SECONDS)).isTrue();
    }
}
