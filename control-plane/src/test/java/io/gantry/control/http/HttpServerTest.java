package io.gantry.control.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.wire.Authentication;
import io.gantry.common.wire.Dispatcher;
import io.gantry.common.wire.HttpReply;
import io.gantry.control.metrics.Metrics;
import io.gantry.control.operator.OperatorApi;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpServerTest {
    private static final String NEXT = "GET /fine HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

    private final Vertx vertx = Vertx.vertx();
    private final ExecutorService virtualThreads = Executors.newVirtualThreadPerTaskExecutor();
    private final CompletableFuture<Integer> message = new CompletableFuture<>();
    private final HttpServer server =
            new HttpServer(
                    vertx,
                    "127.0.0.1",
                    0,
                    new Dispatcher(Authentication.none(), List.of(), new Metrics()),
                    Map.of(
                            "/fine",
                            () -> text("fine"),
                            "/broken",
                            () -> {
                                throw new IllegalStateException("closing");
                            }),
                    Map.of("/socket", this::listen),
                    new OperatorApi(Authentication.none(), Map.of("echo", asked -> asked)),
                    virtualThreads);

    private static HttpReply text(String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        return new HttpReply(200, "text/plain", Map.of(), body);
    }

    private void listen(HttpServerRequest request) {
        request.toWebSocket()
                .onSuccess(
                        socket ->
                                socket.textMessageHandler(text -> message.complete(text.length())));
    }

    @AfterEach
    void close() {
        server.close();
        virtualThreads.shutdownNow();
        vertx.close().await();
    }

    /** Everything that the server answers until it closes the connection. */
    private String exchange(String... parts) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            var out = socket.getOutputStream();
            for (String part : parts) {
                out.write(part.getBytes(StandardCharsets.US_ASCII));
            }
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        String first = "GET /broken HTTP/1.1\r\nhost: x\r\n\r\n";
        String answers = exchange(first + first.replace("broken", "fine") + NEXT);
        assertThat(answers.split("HTTP/1.1 "))
                .satisfiesExactly(
                        none -> assertThat(none).isEmpty(),
                        one -> assertThat(one).startsWith("500"),
                        two -> assertThat(two).startsWith("200").endsWith("fine"),
                        three -> assertThat(three).startsWith("200").endsWith("fine"));
    }

    @Test
    void aPageThatFailsIsAnsweredAllTheSame() throws IOException {
        assertThat(exchange(NEXT.replace("fine", "broken"))).startsWith("HTTP/1.1 500");
    }

    @Test
    void aBodyThatSaysItIsTooLargeIsRefusedAndTheConnectionClosed() throws IOException {
        String head =
                "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: "
                        + (HttpServer.LARGEST_BODY_BYTES + 1)
                        + "\r\n\r\n";
        assertThat(exchange(head))
                .startsWith("HTTP/1.1 413")
                .contains("RequestEntityTooLargeException");
    }

    @Test
    void chunksThatBecomeTooManyAreRefusedOnce() throws IOException {
        String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
        int chunks = HttpServer.LARGEST_BODY_BYTES / 0x10000 + 1;
        String answer =
                exchange(
                        "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n",
                        chunk.repeat(chunks));
        assertThat(answer).startsWith("HTTP/1.1 413").containsOnlyOnce("HTTP/1.1");
    }

    @Test
    void aClientThatLeavesMidBodyHarmsNobody() throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream()
                    .write(
                            "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nx"
                                    .getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(exchange(NEXT)).startsWith("HTTP/1.1 200");
    }

    @Test
    void aRequestThatComesWhileTheNodeClosesIsAnswered() throws IOException {
        virtualThreads.shutdown();
        assertThat(exchange(NEXT)).startsWith("HTTP/1.1 503");
    }

    @Test
    void anAgentMaySendALargeMessage() throws Exception {
        String large = "x".repeat(1 << 20);
        var client =
                vertx.createWebSocketClient(
                        new io.vertx.core.http.WebSocketClientOptions().setMaxFrameSize(4 << 20));
        var socket = client.connect(server.port(), "127.0.0.1", "/socket").await();
        var _ = socket.writeTextMessage(large);
        assertThat(message.get(10, TimeUnit.SECONDS)).isEqualTo(large.length());
    }
}
