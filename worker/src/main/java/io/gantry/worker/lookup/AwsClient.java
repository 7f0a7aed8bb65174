package io.gantry.worker.lookup;

import io.gantry.common.acs.AcsJson;
import io.gantry.common.wire.SigV4Signer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Signed requests to services that speak AWS' protocols, sent again while trouble may pass. */
final class AwsClient {
    static final int BODY_LIMIT_BYTES = 5 << 20;
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final int ATTEMPTS = 3;
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final Pattern XML_CODE = Pattern.compile("<Code>([^<]*)</Code>");
    private static final Pattern XML_MESSAGE = Pattern.compile("<Message>([^<]*)</Message>");

    /** Made when the first request is sent: most workers never send one. */
    private static final class Shared {
        static final HttpClient HTTP =
                HttpClient.newBuilder()
                        .connectTimeout(CONNECT_LIMIT)
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
    }

    /** Which service of which region a request is for. */
    record Service(String name, String region) {}

    /** An answer that is not understood as yet. */
    static final class Answer {
        private final int status;
        private final Map<String, String> headers;
        private final byte[] body;

        private Answer(int status, Map<String, String> headers, byte[] body) {
            this.status = status;
            this.headers = headers;
            this.body = body;
        }

        int status() {
            return status;
        }

        Map<String, String> headers() {
            return headers;
        }

        byte[] body() {
            return body;
        }
    }

    /** Calls an operation of a service that speaks AWS JSON 1.1. */
    JsonNode call(
            URI endpoint, Service service, String target, JsonNode request, ExecutionRole.Key key)
            throws IOException, InterruptedException {
        byte[] body = AcsJson.mapper().writeValueAsBytes(request);
        Map<String, String> headers =
                Map.of("Content-Type", "application/x-amz-json-1.1", "X-Amz-Target", target);
        Answer answer = send("POST", endpoint.resolve("/"), service, headers, body, key);
        if (answer.status() != 200) {
            throw jsonError(answer);
        }
        try {
            return AcsJson.mapper().readTree(answer.body());
        } catch (JacksonException notJson) {
            throw new IOException("the answer of " + endpoint + " is not JSON", notJson);
        }
    }

    /** Any answer but a temporary error. */
    Answer get(URI uri, Service service, ExecutionRole.Key key)
            throws IOException, InterruptedException {
        return send("GET", uri, service, Map.of(), new byte[0], key);
    }

    private static Answer send(
            String method,
            URI uri,
            Service service,
            Map<String, String> headers,
            byte[] body,
            ExecutionRole.Key key)
            throws IOException, InterruptedException {
        long pause = FIRST_PAUSE_MILLIS;
        for (int attempt = 1; ; attempt++) {
            try {
                Answer answer = sendOnce(method, uri, service, headers, body, key);
                if (answer.status() < 400 || attempt == ATTEMPTS || !error(answer).isTemporary()) {
                    return answer;
                }
            } catch (IOException failure) {
                if (attempt == ATTEMPTS) {
                    throw new IOException(
                            "no answer from %s: %s".formatted(uri, describe(failure)), failure);
                }
            }
            TimeUnit.MILLISECONDS.sleep(pause);
            pause *= 3;
        }
    }

    private static String describe(IOException failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    private static Answer sendOnce(
            String method,
            URI uri,
            Service service,
            Map<String, String> headers,
            byte[] body,
            ExecutionRole.Key key)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri)
                        .timeout(ANSWER_LIMIT)
                        .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        SigV4Signer.sign(
                        method,
                        uri,
                        headers,
                        body,
                        key.id(),
                        key.secret(),
                        key.token(),
                        service.region(),
                        service.name(),
                        Instant.now())
                .forEach(request::header);
        HttpResponse<InputStream> response =
                Shared.HTTP.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream content = response.body()) {
            byte[] bytes = content.readNBytes(BODY_LIMIT_BYTES + 1);
            Map<String, String> answered = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            response.headers()
                    .map()
                    .forEach((name, values) -> answered.put(name, values.getLast()));
            return new Answer(response.statusCode(), answered, bytes);
        }
    }

    /** The error that an answer tells, in whichever of AWS' forms. */
    static AwsException error(Answer answer) {
        String text = new String(answer.body(), StandardCharsets.UTF_8);
        return text.stripLeading().startsWith("{") ? jsonError(answer) : xmlError(answer, text);
    }

    private static AwsException xmlError(Answer answer, String text) {
        Matcher code = XML_CODE.matcher(text);
        Matcher message = XML_MESSAGE.matcher(text);
        return new AwsException(
                answer.status(),
                code.find() ? code.group(1) : "HTTP" + answer.status(),
                message.find() ? message.group(1) : "no reason given");
    }

    private static AwsException jsonError(Answer answer) {
        JsonNode error;
        try {
            error = AcsJson.mapper().readTree(answer.body());
        } catch (JacksonException notJson) {
            error = AcsJson.mapper().createObjectNode();
        }
        String type = error.path("__type").asString("HTTP" + answer.status());
        String message = error.path("message").asString(error.path("Message").asString(""));
        return new AwsException(
                answer.status(),
                type.substring(type.indexOf('#') + 1),
                message.isEmpty() ? "no reason given" : message);
    }
}
