package io.gantry.worker.endpoints;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** HTTP around a function that may block. */
final class HttpFront {
    private static final Logger log = LoggerFactory.getLogger(HttpFront.class);
    private static final int TIMEOUT_SECONDS = 5;
    private static final int LARGEST_BODY = 64 << 10;

    /** Proves that another worker of this machine passes a request on. */
    static final String FORWARDED = "x-gantry-forwarded";

    /** In the answer to such a request: the id in it is unknown here. */
    static final String STRANGER = "x-gantry-stranger";

    private final Vertx vertx;
    private final Function<Request, Reply> answer;
    private final @Nullable RateLimit limit;
    private final String token;

    /**
     * Serves what {@code answer} answers.
     *
     * @param limit null for none
     * @param token that only workers of this machine know
     */
    HttpFront(
            Vertx vertx, Function<Request, Reply> answer, @Nullable RateLimit limit, String token) {
        this.vertx = vertx;
        this.answer = answer;
        this.limit = limit;
        this.token = token;
    }

    /** Begins to listen; blocks until it does. Port 0 takes any. */
    HttpServer listen(String address, int port) throws IOException {
        HttpServerOptions options = new HttpServerOptions().setIdleTimeout(TIMEOUT_SECONDS);
        try {
            return vertx.createHttpServer(options)
                    .requestHandler(this::received)
                    .listen(port, address)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            throw new IOException(address + ':' + port + ": " + failure.getMessage(), failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    private void received(HttpServerRequest request) {
        String client = request.remoteAddress().hostAddress();
        boolean forwarded = token.equals(request.getHeader(FORWARDED));
        if (limit != null && !forwarded && !limit.admits(client)) {
            send(request, Reply.text(429, RateLimit.REFUSAL), false);
            return;
        }
        Context context = vertx.getOrCreateContext();
        long timer =
                vertx.setTimer(
                        TimeUnit.SECONDS.toMillis(TIMEOUT_SECONDS),
                        _ -> request.connection().close());
        StringBuilder body = new StringBuilder();
        request.handler(
                part -> {
                    if (body.length() + part.length() > LARGEST_BODY) {
                        request.connection().close();
                    } else {
                        body.append(part);
                    }
                });
        request.endHandler(
                _ -> {
                    vertx.cancelTimer(timer);
                    Request complete = complete(request, client, body.toString(), forwarded);
                    Thread.startVirtualThread(
                            () -> {
                                Reply reply = guarded(complete);
                                context.runOnContext(_ -> send(request, reply, forwarded));
                            });
                });
        request.exceptionHandler(_ -> vertx.cancelTimer(timer));
    }

    private static Request complete(
            HttpServerRequest request, String client, String body, boolean forwarded) {
        Map<String, String> parameters = new TreeMap<>();
        request.params().forEach(parameters::put);
        String path = request.path();
        String query = request.query();
        return new Request(
                request.method().name().toUpperCase(Locale.ROOT),
                path == null ? "/" : path,
                query == null ? "" : query,
                parameters,
                client,
                body,
                forwarded);
    }

    private Reply guarded(Request request) {
        try {
            return answer.apply(request);
        } catch (RuntimeException | AssertionError failure) {
            log.atError().setCause(failure).log("request of a container failed");
            return Reply.message(500, "internal error");
        }
    }

    private void send(HttpServerRequest request, Reply reply, boolean forwarded) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(reply.status()).putHeader("Content-Type", reply.contentType());
        if (reply.status() == 404 && reply.contentType().startsWith("text/")) {
            response.putHeader("X-Content-Type-Options", "nosniff");
        }
        if (limit != null) {
            response.putHeader("X-Rate-Limit-Duration", "1")
                    .putHeader("X-Rate-Limit-Limit", RateLimit.PER_SECOND + ".00")
                    .putHeader("X-Rate-Limit-Request-Forwarded-For", "")
                    .putHeader(
                            "X-Rate-Limit-Request-Remote-Addr", request.remoteAddress().toString());
        }
        if (forwarded && reply.stranger()) {
            response.putHeader(STRANGER, "true");
        }
        response.end(reply.body());
    }
}
