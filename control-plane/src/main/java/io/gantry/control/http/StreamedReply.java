package io.gantry.control.http;

import io.gantry.control.operator.OperatorDownload.Content;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An answer that is written while it is made. One piece is on its way at a time, so that a slow
 * client holds up the maker instead of filling the memory. An answer that fails half way ends
 * without its end: the connection is closed, which tells the client that it is incomplete.
 */
final class StreamedReply {
    private static final Logger log = LoggerFactory.getLogger(StreamedReply.class);
    private static final long PATIENCE_SECONDS = 60;

    private final Context context;
    private final HttpServerResponse response;

    StreamedReply(Context context, HttpServerResponse response) {
        this.context = context;
        this.response = response;
    }

    void send(String contentType, Content content) {
        context.runOnContext(
                go -> response.putHeader("content-type", contentType).setChunked(true));
        try {
            content.writeTo(new Pieces());
            await(response::end);
        } catch (IOException | RuntimeException failed) {
            log.atWarn().setCause(failed).log("an answer was not sent to its end");
            context.runOnContext(go -> response.reset());
        }
    }

    private void await(Supplier<Future<Void>> step) throws IOException {
        var done = new CompletableFuture<Void>();
        context.runOnContext(
                go ->
                        step.get()
                                .onComplete(
                                        result -> {
                                            if (result.succeeded()) {
                                                done.complete(null);
                                            } else {
                                                done.completeExceptionally(result.cause());
                                            }
                                        }));
        try {
            done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while sending", interrupted);
        } catch (ExecutionException | TimeoutException gone) {
            throw new IOException("the client does not take the answer", gone);
        }
    }

    private final class Pieces extends OutputStream {
        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            if (length > 0) {
                Buffer piece = Buffer.buffer(length).appendBytes(bytes, from, length);
                await(() -> response.write(piece));
            }
        }
    }
}
