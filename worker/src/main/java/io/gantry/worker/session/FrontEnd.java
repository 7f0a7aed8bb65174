package io.gantry.worker.session;

import io.gantry.common.acs.AcsJson;
import io.gantry.common.time.Clock;
import io.gantry.common.time.Timers;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The HTTP API of the control plane, at whichever node answered last. */
final class FrontEnd {
    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    static final String TARGET = "AmazonEC2ContainerServiceV20141113.";

    /** What became of one call. */
    sealed interface Answer {

        /** It was carried out. */
        record Success(JsonNode body) implements Answer {}

        /** The control plane will not do it. */
        record Refused(String code, String message) implements Answer {}

        /** Nobody could do it now. */
        record Unavailable(String why) implements Answer {}
    }

    private final Transport transport;
    private final RequestSigner signer;
    private final Clock clock;
    private final Timers timers;
    private final List<URI> endpoints;
    private int current;

    FrontEnd(
            Transport transport,
            RequestSigner signer,
            Clock clock,
            Timers timers,
            List<URI> endpoints) {
        this.transport = transport;
        this.signer = signer;
        this.clock = clock;
        this.timers = timers;
        this.endpoints = endpoints;
    }

    URI current() {
        return endpoints.get(current);
    }

    /** Turns to another node, unless somebody already turned away from {@code endpoint}. */
    void avoid(URI endpoint) {
        if (current().equals(endpoint)) {
            current = (current + 1) % endpoints.size();
        }
    }

    /** Calls once; the answer comes on the loop. */
    void call(String operation, JsonNode body, Consumer<Answer> answer) {
        URI endpoint = current();
        URI uri = URI.create(endpoint.toString().replaceFirst("/+$", "") + '/');
        String text = AcsJson.mapper().writeValueAsString(body);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("content-type", "application/x-amz-json-1.1");
        headers.put("x-amz-target", TARGET + operation);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try {
            headers.putAll(signer.sign("POST", uri, headers, bytes, clock.now()));
        } catch (UncheckedIOException noKey) {
            // It may come yet: the control plane writes it when the cluster is founded.
            String why = String.valueOf(noKey.getMessage());
            timers.run(() -> answer.accept(new Answer.Unavailable(why)));
            return;
        }
        transport.post(
                uri,
                headers,
                text,
                TIMEOUT,
                received -> timers.run(() -> answer.accept(judge(endpoint, received))));
    }

    private Answer judge(URI endpoint, Transport.HttpAnswer received) {
        if (received.status() == 200) {
            try {
                return new Answer.Success(AcsJson.mapper().readTree(received.body()));
            } catch (JacksonException notJson) {
                avoid(endpoint);
                return new Answer.Unavailable(endpoint + " answered with something else than JSON");
            }
        }
        if (received.status() == 0) {
            avoid(endpoint);
            return new Answer.Unavailable(endpoint + ": " + received.body());
        }
        String code = "";
        String message = received.body();
        try {
            JsonNode error = AcsJson.mapper().readTree(received.body());
            code = error.path("__type").asString("").replaceFirst("^.*#", "");
            message = error.path("message").asString(error.path("Message").asString(""));
        } catch (JacksonException notJson) {
            code = "HTTP " + received.status();
        }
        if (received.status() >= 500 || code.equals("ThrottlingException")) {
            avoid(endpoint);
            return new Answer.Unavailable(endpoint + ": " + code + ": " + message);
        }
        return new Answer.Refused(code, message);
    }
}
