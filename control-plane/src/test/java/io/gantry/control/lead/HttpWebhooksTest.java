package io.gantry.control.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpWebhooksTest {
    private final CopyOnWriteArrayList<String> heard = new CopyOnWriteArrayList<>();
    private final HttpWebhooks webhooks = new HttpWebhooks();
    private final HttpServer server;

    HttpWebhooksTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void listen() {
        server.createContext(
                "/",
                exchange -> {
                    byte[] body = exchange.getRequestBody().readAllBytes();
                    heard.add(exchange.getRequestMethod());
                    heard.add(exchange.getRequestURI().getPath());
                    heard.add(new String(body, StandardCharsets.UTF_8));
                    byte[] reply = "{}".getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(202, reply.length);
                    try (var out = exchange.getResponseBody()) {
                        out.write(reply);
                    }
                });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
        webhooks.close();
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    @Test
    void aHookIsPostedItsPayload() {
        assertThat(webhooks.call(address("/a/b"), "{\"x\":1}").join())
                .isEqualTo(new Webhooks.Answer(202, "{}"));
        assertThat(heard).containsExactly("POST", "/a/b", "{\"x\":1}");
    }

    @Test
    void aHookThatIsNotThereAnswersNothing() {
        URI gone = address("/");
        server.stop(0);
        assertThatThrownBy(() -> webhooks.call(gone, "{}").join())
                .isInstanceOf(CompletionException.class);
        assertThatThrownBy(() -> webhooks.call(URI.create("nothing"), "{}").join())
                .isInstanceOf(CompletionException.class);
    }
}
