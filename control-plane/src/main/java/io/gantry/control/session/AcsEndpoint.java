package io.gantry.control.session;

import io.gantry.common.acs.AcsCodec;
import io.gantry.common.acs.AcsMessage;
import io.gantry.common.acs.MalformedMessageException;
import io.gantry.common.model.WorkerId;
import io.gantry.common.wire.Authentication;
import io.gantry.control.core.command.Command.ConnectWorker;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.Worker.AgentVersion;
import io.gantry.control.http.HttpServer;
import io.gantry.control.log.CommandLog;
import io.gantry.control.log.Replica;
import io.gantry.control.session.AgentSockets.UpgradeRefused;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket over which agents are told what to do. The connect goes through the log, which numbers
 * the session, before the upgrade is answered.
 */
public final class AcsEndpoint implements HttpServer.Upgrade {
    private static final Logger log = LoggerFactory.getLogger(AcsEndpoint.class);

    private final AgentSockets sockets;
    private final Sessions sessions;
    private final Replica replica;
    private final CommandLog commands;
    private final Vertx vertx;
    private final String node;

    public AcsEndpoint(
            Vertx vertx,
            Authentication authentication,
            ExecutorService virtualThreads,
            Sessions sessions,
            Replica replica,
            CommandLog commands,
            String node) {
        this.sockets = new AgentSockets(vertx, authentication, virtualThreads);
        this.sessions = sessions;
        this.replica = replica;
        this.commands = commands;
        this.vertx = vertx;
        this.node = node;
    }

    private record Connected(WorkerId worker, long session) {}

    @Override
    public void open(HttpServerRequest request) {
        sockets.open(
                request,
                this::connect,
                this::opened,
                connected -> sessions.abandoned(connected.worker, connected.session));
    }

    private Connected connect(HttpServerRequest request) {
        WorkerId worker =
                AgentSockets.worker(AgentSockets.required(request, "containerInstanceArn"));
        var agent =
                new AgentVersion(
                        AgentSockets.parameter(request, "agentVersion"),
                        AgentSockets.parameter(request, "agentHash"),
                        AgentSockets.parameter(request, "dockerVersion"));
        var committed = commands.submit(new ConnectWorker(worker, node, agent)).join();
        if (committed.reply() instanceof Reply.Connected(long session)) {
            replica.await(committed.index()).join();
            return new Connected(worker, session);
        }
        throw new UpgradeRefused(
                400,
                "InactiveInstanceException",
                "InactiveInstanceException: the container instance is not active.");
    }

    private void opened(Connected connected, ServerWebSocket socket) {
        Context context = vertx.getOrCreateContext();
        WorkerSession session =
                sessions.open(connected.worker, connected.session, new Socket(socket, context));
        log.atInfo()
                .addKeyValue("worker", connected.worker)
                .addKeyValue("session", connected.session)
                .log("agent connected");
        AgentSockets.listen(
                socket,
                frame -> {
                    AcsMessage message = decoded(connected.worker, frame);
                    if (message != null) {
                        sessions.timers().run(() -> session.received(message));
                    }
                });
        socket.drainHandler(drained -> sessions.timers().run(session::look));
        socket.closeHandler(
                closed -> sessions.timers().run(() -> session.close("the agent has disconnected")));
    }

    private static @Nullable AcsMessage decoded(WorkerId worker, String frame) {
        try {
            return AcsCodec.decode(frame);
        } catch (MalformedMessageException malformed) {
            log.atWarn()
                    .addKeyValue("worker", worker)
                    .addKeyValue("cause", malformed.getMessage())
                    .log("malformed message of an agent");
            return null;
        }
    }

    /** Vert.x takes frames from any thread, but orders only those of the socket's own. */
    private record Socket(ServerWebSocket socket, Context context) implements Outbound {

        @Override
        public void send(AcsMessage message) {
            String frame = AcsCodec.encode(message);
            context.runOnContext(
                    go -> {
                        if (!socket.isClosed()) {
                            var _ = socket.writeTextMessage(frame);
                        }
                    });
        }

        @Override
        public boolean writable() {
            try {
                return !socket.writeQueueFull();
            } catch (IllegalStateException closed) {
                // An agent may leave at any moment, and its session hears of it a little later.
                return false;
            }
        }

        @Override
        public void close(String reason) {
            log.atInfo().addKeyValue("reason", reason).log("agent's session ends");
            context.runOnContext(
                    go -> {
                        if (!socket.isClosed()) {
                            var _ = socket.close();
                        }
                    });
        }
    }
}
