package io.gantry.control.session;

import io.gantry.common.model.WorkerId;
import io.gantry.common.wire.AssumedRole;
import io.gantry.common.wire.Authentication;
import io.gantry.common.wire.Identity;
import io.gantry.common.wire.WireException;
import io.gantry.control.http.HttpServer;
import io.gantry.control.log.LogUnavailable;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.ecs.model.ServerException;

/**
 * What both kinds of agents' sockets have in common: who may open one, and what refusals look like.
 */
final class AgentSockets {
    private static final Logger log = LoggerFactory.getLogger(AgentSockets.class);

    private final Vertx vertx;
    private final Authentication authentication;
    private final ExecutorService virtualThreads;

    AgentSockets(Vertx vertx, Authentication authentication, ExecutorService virtualThreads) {
        this.vertx = vertx;
        this.authentication = authentication;
        this.virtualThreads = virtualThreads;
    }

    /** An upgrade that is not to be. The type is one that agents know. */
    static final class UpgradeRefused extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final String type;
        private final int status;

        UpgradeRefused(int status, String type, String message) {
            super(message);
            this.type = type;
            this.status = status;
        }
    }

    /** What to do before the upgrade, on a virtual thread; it may block and may refuse. */
    interface Preparation<T> {
        T prepare(HttpServerRequest request);
    }

    /**
     * Authenticates, prepares and upgrades a paused request, in this order.
     *
     * @param abandoned called instead of {@code opened} if the agent leaves in the meantime
     */
    <T> void open(
            HttpServerRequest request,
            Preparation<T> preparation,
            BiConsumer<T, ServerWebSocket> opened,
            Consumer<T> abandoned) {
        Context context = vertx.getOrCreateContext();
        Runnable work =
                () -> {
                    try {
                        refuseTasks(authentication.authenticate(HttpServer.received(request)));
                        T prepared = preparation.prepare(request);
                        context.runOnContext(go -> upgrade(request, prepared, opened, abandoned));
                    } catch (RuntimeException | AssertionError problem) {
                        UpgradeRefused refusal = refusal(problem);
                        context.runOnContext(go -> refuse(request, refusal));
                    }
                };
        try {
            virtualThreads.execute(work);
        } catch (RejectedExecutionException closing) {
            refuse(request, new UpgradeRefused(503, "ServerException", "The node is closing."));
        }
    }

    /** The keys of a task's role are not an agent's. */
    private static void refuseTasks(Identity identity) {
        AssumedRole role = identity.role();
        if (role != null) {
            throw new UpgradeRefused(403, "AccessDeniedException", role.denial("ecs:Poll", "*"));
        }
    }

    private static UpgradeRefused refusal(Throwable problem) {
        Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
        return switch (cause) {
            case UpgradeRefused refused -> refused;
            case WireException wire ->
                    new UpgradeRefused(403, "AccessDeniedException", message(wire));
            case LogUnavailable unavailable ->
                    new UpgradeRefused(503, "ServerException", message(unavailable));
            case ServerException unavailable ->
                    new UpgradeRefused(503, "ServerException", message(unavailable));
            case null, default -> {
                log.atError().setCause(problem).log("an agent's upgrade failed");
                yield new UpgradeRefused(500, "ServerException", "An internal error occurred.");
            }
        };
    }

    private static String message(Throwable problem) {
        String message = problem.getMessage();
        return message == null ? problem.getClass().getSimpleName() : message;
    }

    private static void refuse(HttpServerRequest request, UpgradeRefused refusal) {
        var body = new JsonObject();
        body.put("type", refusal.type);
        body.put("message", new JsonObject().put("message", refusal.getMessage()));
        request.resume();
        request.response()
                .setStatusCode(refusal.status)
                .putHeader("content-type", "application/json")
                .end(body.encode());
    }

    private static <T> void upgrade(
            HttpServerRequest request,
            T prepared,
            BiConsumer<T, ServerWebSocket> opened,
            Consumer<T> abandoned) {
        request.toWebSocket()
                .onSuccess(socket -> opened.accept(prepared, socket))
                .onFailure(
                        failure -> {
                            log.atInfo()
                                    .addKeyValue("cause", failure.getMessage())
                                    .log("an agent left during its upgrade");
                            abandoned.accept(prepared);
                        });
    }

    /** A parameter that must be there. */
    static String required(HttpServerRequest request, String name) {
        String value = request.getParam(name);
        if (value == null) {
            throw new UpgradeRefused(400, "BadRequestException", name + " is missing.");
        }
        return value;
    }

    /** The worker that an ARN or an id names. */
    static WorkerId worker(String name) {
        String id = name.substring(name.lastIndexOf('/') + 1);
        if (!WorkerId.matches(id)) {
            throw new UpgradeRefused(
                    400, "InvalidInstanceException", name + " is not a container instance.");
        }
        return WorkerId.parse(id);
    }

    static @Nullable String parameter(HttpServerRequest request, String name) {
        return request.getParam(name);
    }

    /** Hands each text frame on; trouble with the socket only closes it. */
    static void listen(ServerWebSocket socket, Consumer<String> frames) {
        socket.textMessageHandler(frames::accept);
        socket.exceptionHandler(
                failure ->
                        log.atDebug()
                                .addKeyValue("cause", failure.getMessage())
                                .log("an agent's socket failed"));
    }
}
