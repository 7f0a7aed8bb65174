package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsJson;
import io.gantry.worker.session.Transport;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** Nodes of a control plane that answer as they are told to, or not at all. */
final class FakeEcs implements Transport {
    final List<Call> calls = new CopyOnWriteArrayList<>();
    final Map<String, HttpAnswer> answers = new ConcurrentHashMap<>();

    /** A call as it arrived. */
    record Call(String operation, JsonNode body, Map<String, String> headers) {
        String signer() {
            return headers.getOrDefault("Authorization", "").replaceAll(".*Credential=|/.*", "");
        }
    }

    @Override
    public void post(
            URI uri,
            Map<String, String> headers,
            String body,
            Duration timeout,
            Consumer<HttpAnswer> answer) {
        if (uri.getPort() == 1) {
            answer.accept(HttpAnswer.none("connection refused"));
            return;
        }
        String operation = headers.getOrDefault("x-amz-target", "").replaceFirst(".*\\.", "");
        calls.add(new Call(operation, AcsJson.mapper().readTree(body), Map.copyOf(headers)));
        HttpAnswer told = answers.get(operation);
        if (told != null) {
            answer.accept(told);
        }
    }

    @Override
    public Socket open(URI uri, Map<String, String> headers, SocketListener listener) {
        throw new UnsupportedOperationException();
    }
}
