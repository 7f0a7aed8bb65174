package io.gantry.worker.endpoints;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks the other workers of this machine on behalf of a container that is one of theirs. All are
 * asked at once; whoever does not know the id does nothing.
 */
final class Forwarding implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMillis(4500);

    private final Registrations registrations;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(1))
                    .build();

    Forwarding(Registrations registrations) {
        this.registrations = registrations;
    }

    /** What one worker said, or that it did not know. */
    private record Heard(@Nullable Reply reply) {}

    /** The answer of the worker that knows the id; null if none does. Blocks. */
    @Nullable Reply ask(Request request) {
        List<Registrations.Peer> peers = registrations.others();
        BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
        for (Registrations.Peer peer : peers) {
            var _ =
                    http.sendAsync(forwarded(request, peer), BodyHandlers.ofString())
                            .whenComplete(
                                    (answer, failure) ->
                                            heard.add(
                                                    new Heard(
                                                            failure == null
                                                                    ? reply(answer)
                                                                    : null)));
        }
        long end = System.nanoTime() + LIMIT.toNanos();
        try {
            for (int left = peers.size(); left > 0; left--) {
                Heard next = heard.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (next == null) {
                    return null;
                }
                if (next.reply != null) {
                    return next.reply;
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return null;
    }

    private static HttpRequest forwarded(Request request, Registrations.Peer peer) {
        String query = request.query().isEmpty() ? "" : '?' + request.query();
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + peer.port() + request.path() + query))
                .timeout(LIMIT)
                .header(HttpFront.FORWARDED, peer.token())
                .method(
                        request.method(),
                        request.body().isEmpty()
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofString(request.body()))
                .build();
    }

    private static @Nullable Reply reply(HttpResponse<String> answer) {
        return answer.headers().firstValue(HttpFront.STRANGER).isPresent()
                ? null
                : new Reply(
                        answer.statusCode(),
                        answer.headers().firstValue("content-type").orElse("application/json"),
                        answer.body(),
                        false);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
