package io.gantry.launcher;

import io.gantry.common.stream.Channel;
import io.gantry.common.stream.StreamControl;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A stream that is open. The next message is taken when the last one has been put where it goes.
 */
final class OpenStream implements WebSocket.Listener {
    private static final int WITHOUT_A_WORD = 1006;

    private final Sink sink;
    private final CompletableFuture<StreamControl> end = new CompletableFuture<>();
    private final CountDownLatch usable = new CountDownLatch(1);
    private final StringBuilder text = new StringBuilder();
    private @Nullable WebSocket socket;
    private @Nullable Channel channel;

    /** Where output goes. */
    interface Sink {
        void put(Channel channel, byte[] bytes) throws IOException;

        /** Nothing more will come. */
        default void end() throws IOException {}
    }

    OpenStream(Sink sink) {
        this.sink = sink;
    }

    void use(WebSocket opened) {
        socket = opened;
        usable.countDown();
    }

    /** Waits for an exit or a failure. */
    StreamControl awaitEnd() {
        return end.join();
    }

    @Override
    public void onOpen(WebSocket opened) {
        opened.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
        if (channel == null && part.hasRemaining()) {
            channel = Channel.of(part.get());
        }
        byte[] bytes = new byte[part.remaining()];
        part.get(bytes);
        try {
            if (channel != null && bytes.length > 0) {
                sink.put(channel, bytes);
            }
        } catch (IOException closed) {
            end.complete(cannotWrite(closed));
            close();
            return null;
        }
        if (last) {
            channel = null;
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
        text.append(part);
        if (last) {
            StreamControl control = StreamControl.decode(text.toString());
            text.setLength(0);
            if (control instanceof StreamControl.Exit || control instanceof StreamControl.Failure) {
                finish(control);
                return null;
            }
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
        complete(
                new StreamControl.Failure(
                        status == WITHOUT_A_WORD
                                ? "The connection to the node was lost."
                                : "The node has closed the stream (%d %s)."
                                        .formatted(status, reason)));
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        complete(new StreamControl.Failure("The connection to the node was lost: " + error));
    }

    private void finish(StreamControl how) {
        complete(how);
        close();
    }

    private void complete(StreamControl how) {
        if (end.isDone()) {
            return;
        }
        try {
            sink.end();
            end.complete(how);
        } catch (IOException closed) {
            end.complete(cannotWrite(closed));
        }
    }

    private static StreamControl cannotWrite(IOException closed) {
        return new StreamControl.Failure("Cannot write the output: " + closed.getMessage());
    }

    /** Passes on what was typed; waits while the other side is slower. */
    void type(byte[] bytes, int length) {
        for (int from = 0; from < length; from += Channel.LARGEST_PART_BYTES) {
            int part = Math.min(length - from, Channel.LARGEST_PART_BYTES);
            ByteBuffer message = ByteBuffer.wrap(Channel.STDIN.message(bytes, from, part));
            send(open -> open.sendBinary(message, true));
        }
    }

    void say(StreamControl control) {
        send(open -> open.sendText(control.encode(), true));
    }

    private interface Message {
        CompletableFuture<WebSocket> send(WebSocket socket);
    }

    /** One at a time, as a socket of the JDK wants it; nothing is sent after the end. */
    private synchronized void send(Message message) {
        WebSocket open = socket;
        if (open == null || end.isDone()) {
            return;
        }
        try {
            message.send(open).join();
        } catch (CompletionException lost) {
            complete(
                    new StreamControl.Failure(
                            "The connection to the node was lost: " + lost.getCause()));
        }
    }

    void close() {
        Thread.startVirtualThread(
                () -> {
                    try {
                        usable.await();
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                        return;
                    }
                    WebSocket open = socket;
                    if (open != null) {
                        var _ =
                                open.sendClose(WebSocket.NORMAL_CLOSURE, "")
                                        .whenComplete((closed, failure) -> open.abort());
                    }
                });
    }
}
