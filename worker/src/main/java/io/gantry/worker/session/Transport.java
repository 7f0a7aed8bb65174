package io.gantry.worker.session;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** HTTP and WebSocket. Callbacks may come from any thread. */
public interface Transport {

    /** Posts {@code body}; exactly one answer follows. */
    void post(
            URI uri,
            Map<String, String> headers,
            String body,
            Duration timeout,
            Consumer<HttpAnswer> answer);

    /** Opens a socket; the listener hears of its opening or of its end. */
    Socket open(URI uri, Map<String, String> headers, SocketListener listener);

    /**
     * An answer, or the lack of one.
     *
     * @param requestId what the control plane calls the request
     */
    record HttpAnswer(int status, String body, @Nullable String requestId) {

        /** An answer without a name. */
        public HttpAnswer(int status, String body) {
            this(status, body, null);
        }

        /** For a call that got no answer. */
        public static HttpAnswer none(String why) {
            return new HttpAnswer(0, why);
        }
    }

    /** One connection, from the moment it is asked for. */
    interface Socket {

        /** Sends a text frame; lost without a trace if the socket is not open. */
        void send(String text);

        /** Ends the connection; nothing is heard of it any more. */
        void close();
    }

    /** What happens to a socket. */
    interface SocketListener {

        void opened();

        void text(String frame);

        /** It ended or never opened. */
        void closed(String why);
    }
}
