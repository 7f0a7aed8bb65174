package io.gantry.control.http;

import io.gantry.common.wire.HttpReply;
import io.gantry.control.http.HttpServer.Page;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What a new node serves while it looks for the group that it is to join: a few pages. */
public final class WaitingRoom implements AutoCloseable {
    private static final String REFUSAL =
            "{\"__type\":\"ServerException\",\"message\":\"This node has not been added to the"
                    + " control plane yet.\"}";

    private final Map<String, Page> pages;
    private final io.vertx.core.http.HttpServer server;

    /**
     * Listens.
     *
     * @param pages answers to GET by path; everything else is refused for now
     */
    public WaitingRoom(Vertx vertx, String host, int port, Map<String, Page> pages) {
        this.pages = Map.copyOf(pages);
        this.server = vertx.createHttpServer().requestHandler(this::answer);
        try {
            server.listen(port, host).await(10, TimeUnit.SECONDS);
        } catch (TimeoutException timeout) {
            throw new IllegalStateException("cannot listen on " + host + ':' + port, timeout);
        }
    }

    private void answer(HttpServerRequest request) {
        Page page = pages.get(request.path());
        if (page == null) {
            request.response()
                    .setStatusCode(503)
                    .putHeader("content-type", "application/x-amz-json-1.1")
                    .end(REFUSAL);
            return;
        }
        HttpReply reply = page.reply();
        request.response()
                .setStatusCode(reply.status())
                .putHeader("content-type", reply.contentType())
                .end(Buffer.buffer(reply.body()));
    }

    @Override
    public void close() {
        server.close().await();
    }
}
