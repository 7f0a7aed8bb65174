package io.gantry.worker.session;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@link Transport} over the network. */
public final class VertxTransport implements Transport, AutoCloseable {
    private static final int CONNECT_TIMEOUT_MILLIS = 3_000;
    private static final int LARGEST_MESSAGE_BYTES = 16 << 20;

    private final HttpClientAgent http;
    private final WebSocketClient sockets;

    /** Uses the event loops of {@code vertx}. */
    public VertxTransport(Vertx vertx) {
        http =
                vertx.createHttpClient(
                        new HttpClientOptions().setConnectTimeout(CONNECT_TIMEOUT_MILLIS));
        sockets =
                vertx.createWebSocketClient(
                        new WebSocketClientOptions()
                                .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                                .setMaxMessageSize(LARGEST_MESSAGE_BYTES)
                                .setMaxFrameSize(LARGEST_MESSAGE_BYTES));
    }

    @Override
    public void post(
            URI uri,
            Map<String, String> headers,
            String body,
            Duration timeout,
            Consumer<HttpAnswer> answer) {
        RequestOptions options =
                new RequestOptions()
                        .setMethod(HttpMethod.POST)
                        .setAbsoluteURI(uri.toString())
                        .setTimeout(timeout.toMillis());
        putHeaders(options, headers);
        http.request(options)
                .compose(request -> request.send(body))
                .compose(
                        response ->
                                response.body()
                                        .map(
                                                content ->
                                                        new HttpAnswer(
                                                                response.statusCode(),
                                                                content.toString(),
                                                                response.getHeader(
                                                                        "x-amzn-RequestId"))))
                .onComplete(
                        answer::accept, failure -> answer.accept(HttpAnswer.none(why(failure))));
    }

    /** The host goes with the address. */
    private static void putHeaders(RequestOptions options, Map<String, String> headers) {
        headers.forEach(
                (name, value) -> {
                    if (!name.equalsIgnoreCase("host")) {
                        options.putHeader(name, value);
                    }
                });
    }

    private static String why(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }

    @Override
    public Socket open(URI uri, Map<String, String> headers, SocketListener listener) {
        WebSocketConnectOptions options = new WebSocketConnectOptions();
        boolean secure = uri.getScheme().equals("https");
        options.setSsl(secure)
                .setHost(uri.getHost())
                .setPort(uri.getPort() < 0 ? (secure ? 443 : 80) : uri.getPort())
                .setURI(uri.getRawPath() + '?' + uri.getRawQuery());
        putHeaders(options, headers);
        VertxSocket socket = new VertxSocket(listener);
        sockets.connect(options).onComplete(socket::opened, socket::refused);
        return socket;
    }

    @Override
    public void close() {
        http.close();
        sockets.close();
    }

    /** A socket before, while and after it is open. */
    private static final class VertxSocket implements Socket {
        private final SocketListener listener;
        private volatile @Nullable WebSocket open;
        private volatile boolean closed;

        VertxSocket(SocketListener listener) {
            this.listener = listener;
        }

        void opened(WebSocket socket) {
            socket.textMessageHandler(listener::text);
            socket.exceptionHandler(failure -> listener.closed(why(failure)));
            socket.closeHandler(
                    _ ->
                            listener.closed(
                                    "closed by the other side, status "
                                            + socket.closeStatusCode()));
            open = socket;
            if (closed) {
                socket.close();
            } else {
                listener.opened();
            }
        }

        void refused(Throwable failure) {
            listener.closed(
                    failure instanceof UpgradeRejectedException rejected
                            ? "refused with status %d: %s"
                                    .formatted(rejected.getStatus(), rejected.getBody())
                            : why(failure));
        }

        @Override
        public void send(String text) {
            WebSocket socket = open;
            if (socket != null) {
                socket.writeTextMessage(text);
            }
        }

        @Override
        public void close() {
            closed = true;
            WebSocket socket = open;
            if (socket != null) {
                socket.close();
            }
        }
    }
}
