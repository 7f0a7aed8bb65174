package io.gantry.control.http;

import io.gantry.common.wire.Dispatcher;
import io.gantry.common.wire.HttpReply;
import io.gantry.common.wire.HttpRequest;
import io.gantry.control.operator.OperatorApi;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes requests off the wire on event loops and has them answered on virtual threads. */
public final class HttpServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HttpServer.class);

    /** Larger than any request that ECS takes; agents' reports are far smaller. */
    static final int LARGEST_BODY_BYTES = 4 << 20;

    private static final int LARGEST_HEADERS_BYTES = 32 << 10;
    private static final int LONGEST_LINE_BYTES = 16 << 10;
    private static final int IDLE_SECONDS = 180;
    private static final int LINGER_MILLIS = 2_000;

    /** As long as the slowest request may take. */
    private static final int DRAIN_SECONDS = 5;

    /** An agent's inventory names all of its tasks in one message. */
    private static final int LARGEST_MESSAGE_BYTES = 4 << 20;

    private static final byte[] NO_BODY = new byte[0];

    private final Vertx vertx;
    private final Dispatcher dispatcher;
    private final Map<String, Page> pages;
    private final Map<String, Upgrade> upgrades;
    private final OperatorApi operators;
    private final ExecutorService virtualThreads;
    private final io.vertx.core.http.HttpServer server;

    /** What a path that is no API call answers. */
    public interface Page {
        HttpReply reply();
    }

    /** A path that turns into a socket. Called on an event loop with the request paused. */
    public interface Upgrade {
        void open(HttpServerRequest request);
    }

    /**
     * Listens.
     *
     * @param pages answers to GET by path
     * @param upgrades sockets by path
     * @param operators answers POST under its own paths
     * @param virtualThreads where API calls are answered
     */
    public HttpServer(
            Vertx vertx,
            String host,
            int port,
            Dispatcher dispatcher,
            Map<String, Page> pages,
            Map<String, Upgrade> upgrades,
            OperatorApi operators,
            ExecutorService virtualThreads) {
        this.vertx = vertx;
        this.dispatcher = dispatcher;
        this.pages = Map.copyOf(pages);
        this.upgrades = Map.copyOf(upgrades);
        this.operators = operators;
        this.virtualThreads = virtualThreads;
        var options =
                new HttpServerOptions()
                        .setHost(host)
                        .setPort(port)
                        .setMaxHeaderSize(LARGEST_HEADERS_BYTES)
                        .setMaxInitialLineLength(LONGEST_LINE_BYTES)
                        .setMaxWebSocketFrameSize(LARGEST_MESSAGE_BYTES)
                        .setMaxWebSocketMessageSize(LARGEST_MESSAGE_BYTES)
                        .setHandle100ContinueAutomatically(true)
                        .setIdleTimeout(IDLE_SECONDS)
                        .setIdleTimeoutUnit(TimeUnit.SECONDS);
        this.server = vertx.createHttpServer(options).requestHandler(this::handle);
        try {
            server.listen().await(10, TimeUnit.SECONDS);
        } catch (TimeoutException timeout) {
            throw new IllegalStateException("cannot listen on " + host + ':' + port, timeout);
        }
    }

    public int port() {
        return server.actualPort();
    }

    private void handle(HttpServerRequest request) {
        Upgrade upgrade = request.canUpgradeToWebSocket() ? upgrades.get(request.path()) : null;
        if (upgrade != null) {
            request.pause();
            upgrade.open(request);
            return;
        }
        Page page = HttpMethod.GET.equals(request.method()) ? pages.get(request.path()) : null;
        if (page != null) {
            answer(request, page);
        } else if (declaredLength(request) > LARGEST_BODY_BYTES) {
            refuseBody(request);
        } else {
            collect(request);
        }
    }

    private static long declaredLength(HttpServerRequest request) {
        String length = request.getHeader("content-length");
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException malformed) {
            return 0;
        }
    }

    private void collect(HttpServerRequest request) {
        Buffer body = Buffer.buffer();
        request.handler(
                part -> {
                    if (body.length() + part.length() <= LARGEST_BODY_BYTES) {
                        body.appendBuffer(part);
                    } else if (!request.response().ended()) {
                        refuseBody(request);
                    }
                });
        request.endHandler(
                end -> {
                    if (!request.response().ended()) {
                        HttpRequest whole = received(request, body.getBytes());
                        if (operators.isDownload(whole)) {
                            send(request, whole);
                            return;
                        }
                        answer(
                                request,
                                () ->
                                        OperatorApi.serves(whole.path())
                                                ? operators.reply(whole)
                                                : dispatcher.dispatch(whole));
                    }
                });
    }

    /**
     * Lets the rest of a body that is too large arrive unread for a while, so that the client sees
     * the answer; then the connection ends, whether the client does or not.
     */
    private void refuseBody(HttpServerRequest request) {
        request.handler(part -> {});
        HttpConnection connection = request.connection();
        long linger = vertx.setTimer(LINGER_MILLIS, late -> close(connection));
        request.endHandler(end -> close(connection));
        connection.closeHandler(closed -> vertx.cancelTimer(linger));
        HttpServerResponse response = request.response();
        response.putHeader("connection", "close");
        write(
                response,
                new HttpReply(
                        413,
                        "application/x-amz-json-1.1",
                        Map.of("x-amzn-ErrorType", "RequestEntityTooLargeException"),
                        ("{\"__type\":\"RequestEntityTooLargeException\",\"message\":\"The request"
                                        + " is larger than "
                                        + LARGEST_BODY_BYTES
                                        + " bytes.\"}")
                                .getBytes(StandardCharsets.UTF_8)));
    }

    private static void close(HttpConnection connection) {
        connection.close().onFailure(gone -> log.atDebug().setCause(gone).log("client left"));
    }

    /** A request as the wire layer sees it; usable after the request has ended. */
    public static HttpRequest received(HttpServerRequest request, byte[] body) {
        var headers = request.headers();
        Function<String, @Nullable String> lookup =
                name -> {
                    List<String> values = headers.getAll(name);
                    return values.isEmpty() ? null : String.join(",", values);
                };
        String path = request.path() == null ? "/" : request.path();
        return new HttpRequest(request.method().name(), path, request.query(), lookup, body);
    }

    /** The same, for requests without a body. */
    public static HttpRequest received(HttpServerRequest request) {
        return received(request, NO_BODY);
    }

    private void answer(HttpServerRequest request, Page page) {
        var context = vertx.getOrCreateContext();
        try {
            virtualThreads.execute(
                    () -> {
                        HttpReply reply = reply(page);
                        context.runOnContext(go -> write(request.response(), reply));
                    });
        } catch (RejectedExecutionException closing) {
            request.response().setStatusCode(503).end();
        }
    }

    private void send(HttpServerRequest request, HttpRequest whole) {
        var context = vertx.getOrCreateContext();
        try {
            virtualThreads.execute(
                    () -> {
                        OperatorApi.Download download = operators.open(whole);
                        var content = download.content();
                        if (content == null) {
                            context.runOnContext(go -> write(request.response(), download.reply()));
                        } else {
                            new StreamedReply(context, request.response())
                                    .send(download.reply().contentType(), content);
                        }
                    });
        } catch (RejectedExecutionException closing) {
            request.response().setStatusCode(503).end();
        }
    }

    /** Whoever asks gets an answer, whatever becomes of the page. */
    private static HttpReply reply(Page page) {
        try {
            return page.reply();
        } catch (RuntimeException | AssertionError failure) {
            log.atError().setCause(failure).log("a page failed");
            byte[] text = "internal error\n".getBytes(StandardCharsets.UTF_8);
            return new HttpReply(500, "text/plain", Map.of(), text);
        }
    }

    private static void write(HttpServerResponse response, HttpReply reply) {
        if (response.closed() || response.ended()) {
            return;
        }
        response.setStatusCode(reply.status());
        response.putHeader("content-type", reply.contentType());
        // Clients correct their clocks by it.
        response.putHeader(
                "date",
                DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)));
        reply.headers().forEach(response::putHeader);
        response.end(Buffer.buffer(reply.body()))
                .onFailure(gone -> log.atDebug().setCause(gone).log("client left"));
    }

    /** Stops listening, and lets the requests that have arrived be answered. */
    @Override
    public void close() {
        try {
            server.shutdown(DRAIN_SECONDS, TimeUnit.SECONDS)
                    .await(DRAIN_SECONDS + 1, TimeUnit.SECONDS);
        } catch (TimeoutException | RuntimeException late) {
            log.atWarn().setCause(late).log("the HTTP server did not close in time");
        }
    }
}
