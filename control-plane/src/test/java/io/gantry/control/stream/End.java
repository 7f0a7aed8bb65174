package io.gantry.control.stream;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One end of a stream, and all that it was told. Made on the event loop of its socket. */
final class End {
    private static final int PATIENCE_SECONDS = 10;

    final AtomicLong binaryBytes = new AtomicLong();
    private final Context context;
    private final WebSocket socket;
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Short> closed = new CompletableFuture<>();

    End(Context context, WebSocket socket) {
        this.context = context;
        this.socket = socket;
        socket.binaryMessageHandler(
                message -> {
                    binaryBytes.addAndGet(message.length());
                    if (message.length() < 1_000) {
                        messages.add("bytes:" + message.toString(StandardCharsets.UTF_8));
                    }
                });
        socket.textMessageHandler(message -> messages.add("text:" + message));
        socket.closeHandler(
                gone -> {
                    Short code = socket.closeStatusCode();
                    closed.complete(code == null ? (short) 1006 : code);
                });
        socket.exceptionHandler(failure -> {});
    }

    void write(String bytes) {
        socket.writeBinaryMessage(Buffer.buffer(bytes)).await();
    }

    void say(String text) {
        socket.writeTextMessage(text).await();
    }

    /** False if the socket does not take it within a second: the other side is slower. */
    boolean writeSoon(Buffer message) throws InterruptedException, ExecutionException {
        try {
            socket.writeBinaryMessage(message)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(1, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException full) {
            return false;
        }
    }

    /** The next message, with its kind before it. */
    String next() throws InterruptedException {
        return Objects.requireNonNull(
                messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "nothing was said");
    }

    @Nullable String nothing() {
        return messages.poll();
    }

    void stopReading() {
        onLoop(socket::pause);
    }

    void readOn() {
        onLoop(socket::resume);
    }

    private void onLoop(Runnable task) {
        var done = new CompletableFuture<Void>();
        context.runOnContext(
                go -> {
                    task.run();
                    done.complete(null);
                });
        done.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    void close() {
        socket.close().await();
    }

    /** The status with which the other side has closed. */
    int closed() {
        return closed.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }
}
