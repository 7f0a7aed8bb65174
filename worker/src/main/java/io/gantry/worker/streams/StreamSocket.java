package io.gantry.worker.streams;

import io.gantry.common.stream.Channel;
import io.gantry.common.stream.StreamControl;
import io.gantry.worker.runtime.OtherEnd;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A dialled socket as the other end of a stream. Few messages are under way at a time: who writes
 * waits for their places.
 */
final class StreamSocket implements OtherEnd {
    private static final Logger log = LoggerFactory.getLogger(StreamSocket.class);
    private static final int PLACES = 16;
    private static final Duration BEAT = Duration.ofSeconds(20);
    private static final Buffer NOTHING = Buffer.buffer();

    private final Vertx vertx;
    private final WebSocket socket;
    private final Context context;
    private final Semaphore places = new Semaphore(PLACES);
    private final TypedInput input;
    private final CompletableFuture<Void> left = new CompletableFuture<>();
    private final Sizes sizes = new Sizes();
    private final long beat;
    private volatile long heardNanos = System.nanoTime();

    /** Called on the socket's own event loop, before anything can have arrived. */
    StreamSocket(Vertx vertx, WebSocket socket) {
        this.vertx = vertx;
        this.socket = socket;
        this.context = vertx.getOrCreateContext();
        input =
                new TypedInput(
                        paused ->
                                run(
                                        () -> {
                                            if (paused) {
                                                socket.pause();
                                            } else {
                                                heardNanos = System.nanoTime();
                                                socket.resume();
                                            }
                                        }));
        socket.binaryMessageHandler(this::typed);
        socket.textMessageHandler(this::told);
        socket.pongHandler(_ -> heardNanos = System.nanoTime());
        socket.exceptionHandler(
                failure -> log.atDebug().setCause(failure).log("a stream's socket failed"));
        socket.closeHandler(_ -> gone());
        beat = vertx.setPeriodic(BEAT.toMillis(), _ -> beat());
    }

    private void run(Runnable task) {
        context.runOnContext(
                _ -> {
                    if (!socket.isClosed()) {
                        task.run();
                    }
                });
    }

    private void beat() {
        boolean silent = System.nanoTime() - heardNanos > 3 * BEAT.toNanos();
        if (silent && !input.paused()) {
            log.atInfo().log("a stream's node does not answer any more");
            close();
            gone();
        } else {
            run(() -> socket.writePing(NOTHING));
        }
    }

    private void gone() {
        vertx.cancelTimer(beat);
        if (left.complete(null)) {
            input.end();
            places.release(PLACES);
        }
    }

    private void typed(Buffer message) {
        heardNanos = System.nanoTime();
        byte[] bytes = message.getBytes();
        if (bytes.length > 0 && Channel.of(bytes[0]) == Channel.STDIN) {
            input.add(Arrays.copyOfRange(bytes, 1, bytes.length));
        }
    }

    private void told(String message) {
        heardNanos = System.nanoTime();
        switch (StreamControl.decode(message)) {
            case StreamControl.Resize(int columns, int rows) -> sizes.set(columns, rows);
            case StreamControl.StdinClosed() -> input.end();
            case StreamControl.Exit _, StreamControl.Failure _ -> close();
            case null -> log.atDebug().addKeyValue("message", message).log("not understood");
        }
    }

    @Override
    public void write(Output output, byte[] bytes, int length) throws IOException {
        Channel channel =
                switch (output) {
                    case STDOUT -> Channel.STDOUT;
                    case STDERR -> Channel.STDERR;
                };
        for (int from = 0; from < length; from += Channel.LARGEST_PART_BYTES) {
            int part = Math.min(length - from, Channel.LARGEST_PART_BYTES);
            Buffer message = Buffer.buffer(channel.message(bytes, from, part));
            takePlace();
            context.runOnContext(
                    _ -> {
                        if (socket.isClosed()) {
                            places.release();
                        } else {
                            var _ =
                                    socket.writeBinaryMessage(message)
                                            .onComplete(_ -> places.release());
                        }
                    });
        }
    }

    private void takePlace() throws IOException {
        try {
            places.acquire();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
        if (hasLeft()) {
            places.release();
            throw new IOException("the other end has left");
        }
    }

    /** Says something after everything that was written; lost if the other end has left. */
    void say(StreamControl control) {
        run(() -> socket.writeTextMessage(control.encode()));
    }

    void close() {
        run(socket::close);
    }

    /** Waits until the other side has closed. */
    void awaitClose() throws InterruptedException {
        try {
            left.get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public void onResize(Resized resized) {
        sizes.listen(resized);
    }

    @Override
    public void onLeft(Runnable task) {
        var _ = left.thenRunAsync(task, Thread::startVirtualThread);
    }

    @Override
    public boolean hasLeft() {
        return left.isDone();
    }

    /** Tells the latest size, one at a time and away from the event loop, which must not wait. */
    private static final class Sizes {
        private @Nullable Resized listener;
        private int columns;
        private int rows;
        private boolean changed;
        private boolean telling;

        private synchronized void set(int newColumns, int newRows) {
            columns = newColumns;
            rows = newRows;
            changed = true;
            begin();
        }

        private synchronized void listen(Resized resized) {
            listener = resized;
            begin();
        }

        private synchronized void begin() {
            if (changed && listener != null && !telling) {
                telling = true;
                Thread.startVirtualThread(this::tell);
            }
        }

        private void tell() {
            while (true) {
                Resized to;
                int width;
                int height;
                synchronized (this) {
                    to = listener;
                    if (!changed || to == null) {
                        telling = false;
                        return;
                    }
                    changed = false;
                    width = columns;
                    height = rows;
                }
                to.to(width, height);
            }
        }
    }
}
