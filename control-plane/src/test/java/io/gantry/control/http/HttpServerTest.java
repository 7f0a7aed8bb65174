package io.gantry.control.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.wire.Authentication;
import io.gantry.common.wire.Dispatcher;
import io.gantry.common.wire.HttpReply;
import io.gantry.control.metrics.Metrics;
import io.gantry.control.operator.OperatorApi;
import io.gantry.control.operator.OperatorRefused;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpServerTest {
    private static final String NEXT = "GET /fine HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

    private final Vertx vertx = Vertx.vertx();
    private final ExecutorService virtualThreads = Executors.newVirtualThreadPerTaskExecutor();
    private static final int PIECE_BYTES = 1 << 20;
    private static final int PIECES = 64;

    private final AtomicInteger written = new AtomicInteger();
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
                    new OperatorApi(
                            Authentication.none(),
                            Map.of("echo", asked -> asked),
                            Map.of(
                                    "large",
                                    asked -> this::writeMuch,
                                    "half",
                                    asked -> HttpServerTest::writeHalf,
                                    "nothing",
                                    asked -> {
                                        throw OperatorRefused.conflict("not now");
                                    })),
                    virtualThreads);

    private void writeMuch(OutputStream out) throws IOException {
        for (int i = 0; i < PIECES; i++) {
            out.write(new byte[PIECE_BYTES]);
            written.incrementAndGet();
        }
    }

    private static void writeHalf(OutputStream out) throws IOException {
        out.write("half of it".getBytes(StandardCharsets.US_ASCII));
        throw new IOException("the disk is gone");
    }

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

    private static final String POST =
            "POST /gantry/%s HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";

    @Test
    void whatIsFetchedIsMadeNoFasterThanItIsTaken() throws IOException {
        try (var socket = new Socket()) {
            socket.setReceiveBufferSize(1 << 16);
            socket.setSoTimeout(10_000);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            socket.getOutputStream()
                    .write(POST.formatted("large").getBytes(StandardCharsets.US_ASCII));
            var in = socket.getInputStream();
            byte[] first = in.readNBytes(PIECE_BYTES);
            assertThat(new String(first, StandardCharsets.ISO_8859_1))
                    .startsWith("HTTP/1.1 200")
                    .contains("transfer-encoding: chunked");
            // The rest waits in buffers of the two sockets, which hold a few pieces at most.
            assertThat(written).hasValueLessThan(PIECES / 2);
            long rest = 0;
            var buffer = new byte[1 << 16];
            while (rest + PIECE_BYTES < (long) PIECES * PIECE_BYTES) {
                rest += in.read(buffer);
            }
            assertThat(written).hasValueGreaterThan(PIECES / 2);
        }
    }

    @Test
    void aFetchThatFailsHalfWayIsSeenToBeIncomplete() {
        assertThatThrownBy(
                        () -> {
                            try (var http = HttpClient.newHttpClient()) {
                                http.send(
                                        java.net.http.HttpRequest.newBuilder(
                                                        URI.create(
                                                                "http://127.0.0.1:%d/gantry/half"
                                                                        .formatted(server.port())))
                                                .POST(BodyPublishers.noBody())
                                                .build(),
                                        BodyHandlers.ofString());
                            }
                        })
                .isInstanceOf(IOException.class);
    }

    @Test
    void aFetchThatIsRefusedIsAnsweredLikeAnyCall() throws IOException {
        assertThat(exchange(POST.formatted("nothing") + NEXT))
                .startsWith("HTTP/1.1 409")
                .contains("ConflictException", "not now")
                .endsWith("fine");
    }
}
