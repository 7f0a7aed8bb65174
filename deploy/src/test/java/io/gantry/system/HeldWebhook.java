package io.gantry.system;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.services.ecs.model.ServiceDeploymentLifecycleStage;
import tools.jackson.databind.json.JsonMapper;

/** A life-cycle hook that says "in progress" about a stage until that stage is released. */
final class HeldWebhook implements AutoCloseable {
    private final Set<String> released = ConcurrentHashMap.newKeySet();
    private final HttpServer server;

    HeldWebhook() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    void release(Set<ServiceDeploymentLifecycleStage> stages) {
        stages.forEach(stage -> released.add(stage.toString()));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String stage =
                    JsonMapper.shared()
                            .readTree(exchange.getRequestBody())
                            .path("lifecycleStage")
                            .asString("");
            String answer =
                    released.contains(stage)
                            ? "{\"hookStatus\":\"SUCCEEDED\"}"
                            : "{\"hookStatus\":\"IN_PROGRESS\",\"callBackDelay\":1}";
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
