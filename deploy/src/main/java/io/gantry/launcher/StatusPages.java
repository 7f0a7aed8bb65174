package io.gantry.launcher;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** The pages that nodes show to anyone. */
final class StatusPages {
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final ObjectMapper MAPPER =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private final HttpClient http;

    StatusPages(HttpClient http) {
        this.http = http;
    }

    /** Null of a node that does not answer. */
    @Nullable NodeStatus status(Member node) {
        String page = text(node.url().resolve("/status"));
        try {
            return page == null ? null : MAPPER.readValue(page, NodeStatus.class);
        } catch (JacksonException notOurs) {
            throw new Failure(
                    "%s answers, but not as a node of Gantry does.".formatted(node.url()), notOurs);
        }
    }

    /** Whether the node knows a leader and has caught up. */
    boolean isReady(Member node) {
        return text(node.url().resolve("/readyz")) != null;
    }

    /** The page, if there is one. */
    @Nullable String text(URI uri) {
        HttpRequest request = HttpRequest.newBuilder(uri).timeout(LIMIT).build();
        try {
            var response = http.send(request, BodyHandlers.ofString());
            return response.statusCode() == 200 ? response.body() : null;
        } catch (IOException unreachable) {
            return null;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failure("Interrupted.", interrupted);
        }
    }
}
