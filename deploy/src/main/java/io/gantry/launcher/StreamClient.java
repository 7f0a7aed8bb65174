package io.gantry.launcher;

import io.gantry.common.stream.StreamControl;
import io.gantry.common.wire.SigV4Signer;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Opens streams at whichever node can carry them. */
final class StreamClient {
    /** A node waits ten seconds for the worker. */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static final int UNAVAILABLE = 503;
    private static final byte[] NOTHING = new byte[0];

    private final HttpClient http;
    private final List<URI> nodes;
    private final Credentials credentials;
    private final String region;

    StreamClient(HttpClient http, List<URI> nodes, Credentials credentials, String region) {
        this.http = http;
        this.nodes = List.copyOf(nodes);
        this.credentials = credentials;
        this.region = region;
    }

    /** A parameter of a stream; names may repeat. */
    record Parameter(String name, String value) {}

    /** A node said why there will be no stream. */
    static final class StreamRefusedException extends RuntimeException {
        private final int status;
        private final String code;

        StreamRefusedException(int status, String code, String message) {
            super(message);
            this.status = status;
            this.code = code;
        }

        String code() {
            return code;
        }
    }

    /**
     * Opens a stream; a node that is out of reach or not ready is passed over.
     *
     * @param kind logs or exec
     * @param output where what arrives is put
     */
    OpenStream open(String kind, List<Parameter> parameters, OpenStream.Sink output) {
        String trouble = "none is known";
        for (URI node : nodes) {
            try {
                return dial(node, kind, parameters, output);
            } catch (StreamRefusedException refused) {
                if (refused.status != UNAVAILABLE) {
                    throw refused;
                }
                trouble = String.valueOf(refused.getMessage());
            } catch (UnreachableException unreachable) {
                trouble = String.valueOf(unreachable.getMessage());
            }
        }
        throw new Failure("No node can carry the stream; the last one: " + trouble);
    }

    private static final class UnreachableException extends RuntimeException {
        UnreachableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private OpenStream dial(
            URI node, String kind, List<Parameter> parameters, OpenStream.Sink output) {
        URI uri =
                URI.create(
                        "%s://%s/gantry/streams/%s?%s"
                                .formatted(
                                        "https".equals(node.getScheme()) ? "wss" : "ws",
                                        node.getRawAuthority(),
                                        kind,
                                        query(parameters)));
        Map<String, String> headers =
                SigV4Signer.sign(
                        "GET",
                        uri,
                        Map.of(),
                        NOTHING,
                        credentials.accessKey(),
                        credentials.secret(),
                        null,
                        region,
                        "ecs",
                        Instant.now());
        WebSocket.Builder builder = http.newWebSocketBuilder().connectTimeout(LIMIT);
        headers.forEach(builder::header);
        var stream = new OpenStream(output);
        try {
            stream.use(builder.buildAsync(uri, stream).join());
            return stream;
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof WebSocketHandshakeException refused
                    && refused.getResponse() != null) {
                throw refused(
                        refused.getResponse().statusCode(),
                        String.valueOf(refused.getResponse().body()));
            }
            throw new UnreachableException("%s: %s".formatted(node, failed.getCause()), failed);
        }
    }

    static String query(List<Parameter> parameters) {
        var query = new StringBuilder();
        for (Parameter parameter : parameters) {
            query.append(query.isEmpty() ? "" : "&")
                    .append(parameter.name())
                    .append('=')
                    .append(
                            URLEncoder.encode(parameter.value(), StandardCharsets.UTF_8)
                                    .replace("+", "%20"));
        }
        return query.toString();
    }

    private static StreamRefusedException refused(int status, String body) {
        try {
            JsonNode error = JsonMapper.shared().readTree(body);
            String code = error.path("__type").asString("HTTP " + status);
            return new StreamRefusedException(status, code, error.path("message").asString(body));
        } catch (JacksonException notJson) {
            return new StreamRefusedException(
                    status,
                    "HTTP " + status,
                    "The node answered %d %s".formatted(status, body.strip()));
        }
    }

    /** What to say of a stream that has ended without an exit code. */
    static Failure failed(StreamControl.Failure failure) {
        return new Failure(failure.message());
    }
}
