package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Speaks as much of an engine's language as a test needs, and may fall silent or cut a stream. */
final class FakeEngine implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final List<OutputStream> listeners = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile boolean silent;

    /** What is said to a request. */
    interface Answer {
        void to(HttpExchange exchange) throws IOException, InterruptedException;
    }

    FakeEngine() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        on("GET /_ping", text(200, "OK"));
        on("GET /version", text(200, "{\"Version\":\"0.0\",\"ApiVersion\":\"1.41\"}"));
        on("GET /info", text(200, "{\"ID\":\"fake\"}"));
        on(
                "GET /networks/bridge",
                text(200, "{\"IPAM\":{\"Config\":[{\"Gateway\":\"10.0.0.1\"}]}}"));
        on("GET /containers/json", text(200, "[]"));
        on("GET /events", this::listen);
    }

    FakeEngine on(String methodAndPath, Answer answer) {
        answers.put(methodAndPath, answer);
        return this;
    }

    static Answer text(int status, String text) {
        return exchange -> {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        };
    }

    /** Takes the request and says nothing. */
    Answer silence() {
        return _ -> closing.await();
    }

    /** From now on, or not any more, every request is taken and none is answered. */
    void silent(boolean isSilent) {
        silent = isSilent;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().replaceFirst("^/v1\\.\\d+", "");
        String request = exchange.getRequestMethod() + ' ' + path;
        requests.add(request);
        try {
            (silent ? silence() : answers.getOrDefault(request, text(404, "{\"message\":\"no\"}")))
                    .to(exchange);
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void listen(HttpExchange exchange) throws IOException, InterruptedException {
        exchange.sendResponseHeaders(200, 0);
        OutputStream stream = exchange.getResponseBody();
        stream.flush();
        listeners.add(stream);
        closing.await();
    }

    /** Tells an event to all who listen. */
    void tell(String json) {
        for (OutputStream listener : listeners) {
            try {
                listener.write((json + "\n").getBytes(StandardCharsets.UTF_8));
                listener.flush();
            } catch (IOException cut) {
                throw new UncheckedIOException(cut);
            }
        }
    }

    /** Cuts the streams of events, as an engine does that ends. */
    void cutEvents() throws IOException {
        for (OutputStream listener : listeners) {
            listener.close();
        }
        listeners.clear();
    }

    int listeners() {
        return listeners.size();
    }

    long count(String request) {
        return requests.stream().filter(request::equals).count();
    }

    String address() {
        return "tcp://127.0.0.1:" + server.getAddress().getPort();
    }

    /** A client that waits for ordinary answers no longer than {@code patience}. */
    DockerClient client(Duration patience) {
        return DockerConnection.open(
                address(),
                (method, path) -> {
                    CallLimit usual = CallLimit.of(method, path);
                    return usual.streams()
                            ? usual
                            : new CallLimit(patience, usual.transition(), false);
                });
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
