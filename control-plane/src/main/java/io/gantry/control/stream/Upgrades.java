package io.gantry.control.stream;

import io.gantry.common.wire.AssumedRole;
import io.gantry.common.wire.Authentication;
import io.gantry.common.wire.Identity;
import io.gantry.common.wire.WireException;
import io.gantry.control.http.HttpServer;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.ecs.model.ServerException;

/** Who may open a stream's socket, and what refusals look like. */
final class Upgrades {
    private static final Logger log = LoggerFactory.getLogger(Upgrades.class);

    private final Vertx vertx;
    private final Authentication authentication;
    private final ExecutorService virtualThreads;

    Upgrades(Vertx vertx, Authentication authentication, ExecutorService virtualThreads) {
        this.vertx = vertx;
        this.authentication = authentication;
        this.virtualThreads = virtualThreads;
    }

    /**
     * Authenticates, prepares on a virtual thread, and upgrades a paused request, in this order.
     *
     * @param abandoned called instead of {@code opened} if the other side leaves in the meantime
     */
    <T> void open(
            HttpServerRequest request,
            Function<Identity, T> preparation,
            BiConsumer<T, Peer> opened,
            Consumer<T> abandoned) {
        Context context = vertx.getOrCreateContext();
        Runnable work =
                () -> {
                    try {
                        Identity identity =
                                authentication.authenticate(HttpServer.received(request));
                        refuseTasks(identity);
                        T prepared = preparation.apply(identity);
                        context.runOnContext(
                                go ->
                                        Peer.upgrade(
                                                vertx,
                                                request,
                                                peer -> opened.accept(prepared, peer),
                                                left -> abandoned.accept(prepared)));
                    } catch (RuntimeException | AssertionError problem) {
                        StreamRefused refusal = refusal(problem);
                        context.runOnContext(go -> refuse(request, refusal));
                    }
                };
        try {
            virtualThreads.execute(work);
        } catch (RejectedExecutionException closing) {
            refuse(request, new StreamRefused(503, "ServerException", "The node is closing."));
        }
    }

    /** The keys of a task's role are neither an operator's nor a worker's. */
    private static void refuseTasks(Identity identity) {
        AssumedRole role = identity.role();
        if (role != null) {
            throw new StreamRefused(
                    403, "AccessDeniedException", role.denial("ecs:ExecuteCommand", "*"));
        }
    }

    private static StreamRefused refusal(Throwable problem) {
        return switch (problem) {
            case StreamRefused refused -> refused;
            case WireException wire ->
                    new StreamRefused(
                            403, "AccessDeniedException", String.valueOf(wire.getMessage()));
            case ServerException unavailable ->
                    new StreamRefused(
                            503, "ServerException", String.valueOf(unavailable.getMessage()));
            default -> {
                log.atError().setCause(problem).log("a stream's upgrade failed");
                yield new StreamRefused(500, "ServerException", "An internal error occurred.");
            }
        };
    }

    private static void refuse(HttpServerRequest request, StreamRefused refusal) {
        var body = new JsonObject();
        body.put("__type", refusal.code());
        body.put("message", refusal.text());
        request.resume();
        if (!request.response().closed()) {
            request.response()
                    .setStatusCode(refusal.status())
                    .putHeader("content-type", "application/json")
                    .end(body.encode());
        }
    }
}
