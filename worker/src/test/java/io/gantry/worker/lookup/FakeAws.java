package io.gantry.worker.lookup;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.gantry.common.wire.SigV4Signer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Services that answer only to requests signed with the one key they know. */
final class FakeAws implements AutoCloseable {
    static final String KEY = "AKIDEXAMPLE";
    static final String SECRET = "hush";
    static final String TOKEN = "token";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final HttpServer server;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final AtomicInteger failures = new AtomicInteger();
    final List<String> bodies = new CopyOnWriteArrayList<>();

    FakeAws() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /**
     * What is said to a request.
     *
     * @param request a path as it is sent, or the target of an operation
     */
    FakeAws on(String request, int status, String body) {
        answers.put(request, status + body);
        return this;
    }

    /** The next so many requests fail in a way that passes. */
    void fail(int times) {
        failures.set(times);
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        bodies.add(new String(body, StandardCharsets.UTF_8));
        String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
        String request = target == null ? exchange.getRequestURI().getRawPath() : target;
        String answer = answers.getOrDefault(request, "404<Error><Code>NoSuchKey</Code></Error>");
        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            answer = "503<Error><Code>SlowDown</Code></Error>";
        } else if (!isSigned(exchange, body)) {
            answer = "403<Error><Code>SignatureDoesNotMatch</Code></Error>";
        }
        byte[] bytes = answer.substring(3).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(Integer.parseInt(answer.substring(0, 3)), bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private boolean isSigned(HttpExchange exchange, byte[] body) {
        var headers = exchange.getRequestHeaders();
        String authorization = String.valueOf(headers.getFirst("Authorization"));
        String[] scope = authorization.replaceFirst("^.*?Credential=", "").split("[/,]", 6);
        if (scope.length < 6 || headers.getFirst("X-Amz-Date") == null) {
            return false;
        }
        Map<String, String> signed = new TreeMap<>();
        for (String name : List.of("Content-Type", "X-Amz-Target")) {
            String value = headers.getFirst(name);
            if (value != null) {
                signed.put(name, value);
            }
        }
        String expected =
                SigV4Signer.sign(
                                exchange.getRequestMethod(),
                                uri().resolve(exchange.getRequestURI().toString()),
                                signed,
                                body,
                                KEY,
                                SECRET,
                                TOKEN,
                                scope[2],
                                scope[3],
                                TIME.parse(headers.getFirst("X-Amz-Date"), Instant::from))
                        .get("Authorization");
        return authorization.equals(expected)
                && TOKEN.equals(headers.getFirst("X-Amz-Security-Token"));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
