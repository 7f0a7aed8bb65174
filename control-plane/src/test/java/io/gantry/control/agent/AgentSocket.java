package io.gantry.control.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One of an agent's sockets. Call it from one thread; that thread also answers heartbeats. */
final class AgentSocket {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int PATIENCE_SECONDS = 10;
    private static final int NO_CLOSE_FRAME = 1006;

    private final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final Consumer<JsonNode> check;
    private final WebSocket socket;

    /**
     * Opens it.
     *
     * @param check what every frame from the server has to pass
     */
    AgentSocket(HttpClient http, URI uri, Map<String, String> headers, Consumer<JsonNode> check) {
        this.check = check;
        WebSocket.Builder builder = http.newWebSocketBuilder();
        headers.forEach(builder::header);
        this.socket = builder.buildAsync(uri, new Frames()).join();
    }

    private final class Frames implements WebSocket.Listener {
        private final StringBuilder parts = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket from, CharSequence part, boolean last) {
            parts.append(part);
            if (last) {
                frames.add(parts.toString());
                parts.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            closed.complete(status);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed.complete(NO_CLOSE_FRAME);
        }
    }

    void send(String frame) {
        socket.sendText(frame, true).join();
    }

    /** The message of the next frame that is no heartbeat; it must be of this type. */
    JsonNode next(String type) {
        while (true) {
            JsonNode frame = next();
            String found = frame.path("type").asString();
            if (found.equals("HeartbeatMessage") && !type.equals(found)) {
                acknowledge(frame.path("message"));
                continue;
            }
            assertThat(found).as("%s", frame).isEqualTo(type);
            return frame.path("message");
        }
    }

    private JsonNode next() {
        try {
            String text = frames.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            JsonNode frame = JSON.readTree(Objects.requireNonNull(text, "no frame in time"));
            check.accept(frame);
            return frame;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private void acknowledge(JsonNode heartbeat) {
        if (heartbeat.has("messageId")) {
            send(
                    "{\"type\":\"HeartbeatAckRequest\",\"message\":{\"messageId\":\"%s\"}}"
                            .formatted(heartbeat.path("messageId").asString()));
        }
    }

    /** The status with which the server has closed. */
    int closed() {
        return closed.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    /** Drops the connection without a close frame. */
    void drop() {
        socket.abort();
    }

    /** Ends as agents end sockets that are half an hour old. */
    void expire() {
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "ConnectionExpired: Reconnect to continue")
                .join();
    }
}
