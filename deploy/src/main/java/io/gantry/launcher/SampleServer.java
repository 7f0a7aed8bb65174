package io.gantry.launcher;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sample where no container engine is: a web server that says which task it is. It is copied
 * out of the program and runs on its own, so it uses nothing but the JDK.
 */
final class SampleServer {
    private static final Pattern TASK = Pattern.compile("\"TaskARN\"\\s*:\\s*\"[^\"]*/([^\"/]+)\"");
    private static final int ATTEMPTS = 10;

    private SampleServer() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int port = Integer.parseInt(System.getenv("PORT"));
        byte[] reply =
                "Hello from task %s, process %d%n"
                        .formatted(task(), ProcessHandle.current().pid())
                        .getBytes(StandardCharsets.UTF_8);
        HttpServer server =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 0);
        server.createContext("/", exchange -> answer(exchange, reply));
        server.start();
    }

    private static void answer(HttpExchange exchange, byte[] reply) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "text/plain");
            exchange.sendResponseHeaders(200, reply.length);
            exchange.getResponseBody().write(reply);
        }
    }

    /** The task's id, from the metadata that every task is offered. */
    private static String task() throws IOException, InterruptedException {
        URI metadata = URI.create(System.getenv("ECS_CONTAINER_METADATA_URI_V4") + "/task");
        var request = HttpRequest.newBuilder(metadata).timeout(Duration.ofSeconds(2)).build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Matcher found = TASK.matcher(http.send(request, BodyHandlers.ofString()).body());
                if (found.find()) {
                    return found.group(1);
                }
                Thread.sleep(200);
            }
        }
        throw new IOException(metadata + " does not tell which task this is");
    }
}
