package io.gantry.worker;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.gantry.common.acs.AcsCodec;
import io.gantry.common.acs.AcsJson;
import io.gantry.common.acs.AcsMessage;
import io.gantry.common.check.Check;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Just enough of a control-plane node, over real sockets, to talk to one worker. */
final class FakeNode implements AutoCloseable {
    static final String INSTANCE = "arn:aws:ecs:us-east-1:1:container-instance/demo/i1";

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    final BlockingQueue<JsonNode> reports = new LinkedBlockingQueue<>();
    final BlockingQueue<AcsMessage> messages = new LinkedBlockingQueue<>();
    final BlockingQueue<String> telemetry = new LinkedBlockingQueue<>();
    private final BlockingQueue<ServerWebSocket> sockets = new LinkedBlockingQueue<>();

    FakeNode() throws Exception {
        server =
                vertx.createHttpServer()
                        .requestHandler(this::answer)
                        .webSocketHandler(this::accept)
                        .listen(0, "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(10, SECONDS);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    private void answer(HttpServerRequest request) {
        String target = Check.present(request.getHeader("x-amz-target"), "target");
        request.bodyHandler(
                body -> {
                    String operation = target.substring(target.indexOf('.') + 1);
                    if (operation.equals("SubmitTaskStateChange")) {
                        reports.add(AcsJson.mapper().readTree(body.toString()));
                    }
                    request.response()
                            .end(
                                    switch (operation) {
                                        case "RegisterContainerInstance" ->
                                                "{\"containerInstance\":{\"containerInstanceArn\":\""
                                                        + INSTANCE
                                                        + "\"}}";
                                        case "DiscoverPollEndpoint" ->
                                                "{\"endpoint\":\"%1$s/acs\",\"telemetryEndpoint\":\"%1$s/tcs\"}"
                                                        .formatted(uri());
                                        default -> "{\"acknowledgment\":\"ok\"}";
                                    });
                });
    }

    private void accept(ServerWebSocket socket) {
        if (socket.path().startsWith("/tcs")) {
            socket.textMessageHandler(telemetry::add);
        } else {
            socket.textMessageHandler(
                    frame -> messages.add(Check.present(AcsCodec.decode(frame), frame)));
            sockets.add(socket);
        }
    }

    /** Waits for the worker's next socket for work. */
    ServerWebSocket connection() throws InterruptedException {
        return Check.present(sockets.poll(10, SECONDS), "connection");
    }

    JsonNode report() throws InterruptedException {
        return Check.present(reports.poll(10, SECONDS), "report");
    }

    @Nullable AcsMessage message() throws InterruptedException {
        return messages.poll(10, SECONDS);
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().orTimeout(10, SECONDS).join();
    }
}
