package io.gantry.launcher;

import io.gantry.common.wire.Json;
import io.gantry.common.wire.Shape.Structure;
import io.gantry.common.wire.SigV4Signer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ecs.model.EcsRequest;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Calls the public API like any other client; turns to the next node when one does not answer. */
final class ApiClient {
    private static final String TARGET = "AmazonEC2ContainerServiceV20141113.";
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final Duration DOWNLOAD = Duration.ofMinutes(5);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient http;
    private final List<URI> nodes;
    private final Credentials credentials;
    private final String region;
    private String trouble = "";

    ApiClient(HttpClient http, List<URI> nodes, Credentials credentials, String region) {
        this.http = http;
        this.nodes = nodes;
        this.credentials = credentials;
        this.region = region;
    }

    /** The API understood the request and refused it. */
    static final class RefusedException extends RuntimeException {
        private final String code;

        RefusedException(String operation, String code, String message) {
            super("%s: %s: %s".formatted(operation, code, message));
            this.code = code;
        }

        String code() {
            return code;
        }
    }

    <T extends SdkPojo> T call(EcsRequest request, Class<T> replyType) {
        String operation = request.getClass().getSimpleName().replaceFirst("Request$", "");
        byte[] body = Json.TEXT.write(request, Structure.of(request.getClass()));
        byte[] reply = askAny("/", operation, body);
        return replyType.cast(Json.TEXT.read(reply, Structure.of(replyType)));
    }

    /** Asks what only operators ask, such as {@code transfer-leadership}, of any node. */
    JsonNode operate(String name, JsonNode request) {
        return MAPPER.readTree(askAny("/gantry/" + name, name, MAPPER.writeValueAsBytes(request)));
    }

    /**
     * Fetches what is too large for one answer, such as {@code snapshot}, from any node.
     *
     * @param file that is there already and whose content is replaced
     */
    void download(String name, JsonNode request, Path file) {
        byte[] body = MAPPER.writeValueAsBytes(request);
        for (URI node : nodes) {
            HttpRequest signed =
                    signed(
                            node.resolve("/gantry/" + name),
                            name,
                            body,
                            credentials,
                            region,
                            DOWNLOAD);
            if (fetch(signed, name, file)) {
                return;
            }
        }
        throw new Failure("%s: no node sent it; the last one: %s".formatted(name, trouble));
    }

    private boolean fetch(HttpRequest request, String name, Path file) {
        try {
            HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
            try (InputStream content = response.body()) {
                if (response.statusCode() != 200) {
                    byte[] text = content.readAllBytes();
                    if (response.statusCode() < 500) {
                        throw refused(name, response.statusCode(), text);
                    }
                    trouble = new String(text, StandardCharsets.UTF_8);
                    return false;
                }
                try (OutputStream out = Files.newOutputStream(file)) {
                    content.transferTo(out);
                }
                return true;
            }
        } catch (IOException broken) {
            trouble = "%s: %s".formatted(request.uri(), broken);
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failure("Interrupted.", interrupted);
        }
    }

    private byte[] askAny(String path, String operation, byte[] body) {
        byte[] reply =
                Patience.await(
                        LIMIT,
                        () -> {
                            for (URI node : nodes) {
                                byte[] answer = ask(node.resolve(path), operation, body);
                                if (answer != null) {
                                    return answer;
                                }
                            }
                            return null;
                        });
        if (reply == null) {
            throw new Failure(
                    "%s: no node answered as it should within %d s; the last one: %s"
                            .formatted(operation, LIMIT.toSeconds(), trouble));
        }
        return reply;
    }

    private byte @Nullable [] ask(URI uri, String operation, byte[] body) {
        HttpRequest request = signed(uri, operation, body, credentials, region, LIMIT);
        HttpResponse<byte[]> response = send(request);
        if (response == null) {
            return null;
        }
        if (response.statusCode() >= 500) {
            trouble = new String(response.body(), StandardCharsets.UTF_8);
            return null;
        }
        if (response.statusCode() != 200) {
            throw refused(operation, response.statusCode(), response.body());
        }
        return response.body();
    }

    /** One call to one node. */
    static HttpRequest signed(
            URI uri,
            String operation,
            byte[] body,
            Credentials credentials,
            String region,
            Duration limit) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Content-Type", "application/x-amz-json-1.1");
        headers.put("X-Amz-Target", TARGET + operation);
        headers.putAll(
                SigV4Signer.sign(
                        "POST",
                        uri,
                        headers,
                        body,
                        credentials.accessKey(),
                        credentials.secret(),
                        null,
                        region,
                        "ecs",
                        Instant.now()));
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).timeout(limit).POST(BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        return request.build();
    }

    private @Nullable HttpResponse<byte[]> send(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofByteArray());
        } catch (IOException unreachable) {
            trouble = "%s: %s".formatted(request.uri(), unreachable);
            return null;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failure("Interrupted.", interrupted);
        }
    }

    static RefusedException refused(String operation, int status, byte[] body) {
        try {
            JsonNode error = MAPPER.readTree(body);
            String type = error.path("__type").asString("");
            String code = type.substring(type.indexOf('#') + 1);
            String message = error.path("message").asString(error.path("Message").asString(""));
            return new RefusedException(operation, code, message);
        } catch (JacksonException notJson) {
            return new RefusedException(operation, "HTTP " + status, "");
        }
    }
}
