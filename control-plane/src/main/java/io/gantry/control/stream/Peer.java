package io.gantry.control.stream;

import io.gantry.common.stream.StreamControl;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One of the two sockets of a stream. All that touches it happens on its own event loop. */
record Peer(ServerWebSocket socket, Context context) {
    private static final Logger log = LoggerFactory.getLogger(Peer.class);
    private static final Buffer NOTHING = Buffer.buffer();
    private static final int LONGEST_REASON = 120;

    /** Upgrades a paused request; the socket is handed over paused, so that nothing is missed. */
    static void upgrade(
            Vertx vertx,
            HttpServerRequest request,
            Consumer<Peer> opened,
            Consumer<Throwable> failed) {
        request.toWebSocket()
                .onSuccess(
                        socket -> {
                            socket.pause();
                            opened.accept(new Peer(socket, vertx.getOrCreateContext()));
                        })
                .onFailure(failed::accept);
    }

    void run(Runnable task) {
        context.runOnContext(go -> task.run());
    }

    /** Writes from any thread; the future fails if the socket is closed. */
    void write(Function<ServerWebSocket, Future<Void>> message, Runnable done) {
        run(
                () -> {
                    if (socket.isClosed()) {
                        done.run();
                    } else {
                        message.apply(socket).onComplete(written -> done.run());
                    }
                });
    }

    void ping() {
        write(open -> open.writePing(NOTHING), () -> {});
    }

    /** Says why there will be no more, and closes. */
    void fail(short status, String why) {
        write(
                open -> open.writeTextMessage(new StreamControl.Failure(why).encode()),
                () -> close(status, why));
    }

    void close(short status, String why) {
        run(
                () -> {
                    if (!socket.isClosed()) {
                        String reason = why.substring(0, Math.min(why.length(), LONGEST_REASON));
                        socket.close(status, reason)
                                .onFailure(
                                        gone -> log.atDebug().setCause(gone).log("already gone"));
                        // A peer that is paused would not be heard closing.
                        socket.resume();
                    }
                });
    }
}
