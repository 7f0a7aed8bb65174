package io.gantry.control;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the status page of another node. */
final class StatusClient implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(LIMIT)
                    .build();

    /**
     * The page, or null if no node answers there.
     *
     * @param address of the API, {@code host:port}
     */
    @Nullable JsonNode status(String address) {
        try {
            var request =
                    HttpRequest.newBuilder(URI.create("http://" + address + "/status"))
                            .timeout(LIMIT)
                            .build();
            var response = http.send(request, BodyHandlers.ofByteArray());
            return response.statusCode() == 200
                    ? JsonMapper.shared().readTree(response.body())
                    : null;
        } catch (IOException | JacksonException | IllegalArgumentException noNode) {
            return null;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
