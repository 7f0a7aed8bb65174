package io.gantry.worker.session;

import io.gantry.common.acs.AcsJson;
import io.gantry.common.time.Clock;
import io.gantry.worker.session.Transport.HttpAnswer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Calls of the control plane on behalf of containers. They block and may come from any thread. */
public final class EcsCalls {
    /** Lets our own limit come first, which tells a late answer from a broken connection. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final Transport transport;
    private final Clock clock;
    private final List<URI> endpoints;
    private final AtomicInteger latest = new AtomicInteger();

    public EcsCalls(Transport transport, Clock clock, List<URI> endpoints) {
        this.transport = transport;
        this.clock = clock;
        this.endpoints = List.copyOf(endpoints);
    }

    /** What became of a call. */
    public sealed interface Answer {

        /** It was carried out. */
        record Done(JsonNode body) implements Answer {}

        /**
         * The control plane will not do it, or cannot.
         *
         * @param status of the HTTP answer
         * @param requestId what the control plane calls the request
         */
        record Refused(int status, String code, String message, @Nullable String requestId)
                implements Answer {}

        /** Nobody could be asked. */
        record Unreachable(String why) implements Answer {}

        /** Nobody answered in time. */
        record TimedOut() implements Answer {}
    }

    /** Asks one node after the other until one has answered or the time is over. */
    public Answer call(String operation, JsonNode body, RequestSigner signer, Duration limit) {
        long end = clock.nanoTime() + limit.toNanos();
        Answer answer = new Answer.Unreachable("no endpoint is known");
        int first = latest.get();
        for (int i = 0; i < endpoints.size(); i++) {
            int index = (first + i) % endpoints.size();
            Duration left = Duration.ofNanos(end - clock.nanoTime());
            if (!left.isPositive()) {
                return new Answer.TimedOut();
            }
            answer = ask(endpoints.get(index), operation, body, signer, left);
            if (isFinal(answer)) {
                latest.set(index);
                return answer;
            }
        }
        return answer;
    }

    private static boolean isFinal(Answer answer) {
        return switch (answer) {
            case Answer.Done _, Answer.TimedOut _ -> true;
            case Answer.Refused refused -> refused.status() < 500;
            case Answer.Unreachable _ -> false;
        };
    }

    private Answer ask(
            URI endpoint, String operation, JsonNode body, RequestSigner signer, Duration limit) {
        URI uri = URI.create(endpoint.toString().replaceFirst("/+$", "") + '/');
        String text = AcsJson.mapper().writeValueAsString(body);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("content-type", "application/x-amz-json-1.1");
        headers.put("x-amz-target", FrontEnd.TARGET + operation);
        headers.putAll(
                signer.sign(
                        "POST", uri, headers, text.getBytes(StandardCharsets.UTF_8), clock.now()));
        CompletableFuture<HttpAnswer> answer = new CompletableFuture<>();
        transport.post(uri, headers, text, limit.plus(GRACE), answer::complete);
        try {
            return judge(answer.get(limit.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException late) {
            return new Answer.TimedOut();
        } catch (ExecutionException failure) {
            return new Answer.Unreachable(String.valueOf(failure.getMessage()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new Answer.TimedOut();
        }
    }

    private static Answer judge(HttpAnswer received) {
        if (received.status() == 0) {
            return new Answer.Unreachable(received.body());
        }
        try {
            JsonNode body = AcsJson.mapper().readTree(received.body());
            if (received.status() == 200) {
                return new Answer.Done(body);
            }
            return new Answer.Refused(
                    received.status(),
                    body.path("__type").asString("").replaceFirst("^.*#", ""),
                    body.path("message").asString(body.path("Message").asString("")),
                    received.requestId());
        } catch (JacksonException notJson) {
            return new Answer.Refused(
                    received.status() == 200 ? 500 : received.status(),
                    "ServerException",
                    "the control plane answered with something else than JSON",
                    received.requestId());
        }
    }
}
