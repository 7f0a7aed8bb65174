package io.gantry.control.lead;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Calls hooks over HTTP. */
public final class HttpWebhooks implements Webhooks, AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** So long may a function run. */
    private static final Duration LONGEST = Duration.ofMinutes(15);

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT)
                    .build();

    @Override
    public CompletableFuture<Answer> call(URI target, String payload) {
        try {
            var request =
                    HttpRequest.newBuilder(target)
                            .timeout(LONGEST)
                            .header("content-type", "application/json")
                            .POST(BodyPublishers.ofString(payload))
                            .build();
            return http.sendAsync(request, BodyHandlers.ofString())
                    .thenApply(reply -> new Answer(reply.statusCode(), reply.body()));
        } catch (IllegalArgumentException noAddress) {
            return CompletableFuture.failedFuture(noAddress);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
