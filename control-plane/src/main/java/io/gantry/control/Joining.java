package io.gantry.control;

import io.gantry.common.wire.HttpReply;
import io.gantry.control.http.HttpServer.Page;
import io.gantry.control.http.WaitingRoom;
import io.gantry.control.raft.RaftNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Finds out which group a new node is to be added to, from nodes that are in it. */
final class Joining {
    private static final Logger log = LoggerFactory.getLogger(Joining.class);
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final ControlPlaneConfig config;

    Joining(ControlPlaneConfig config) {
        this.config = config;
    }

    /**
     * The group to join: what the node's directory remembers, or what others say, for whom this
     * waits as long as it takes. Null for a node that does not join but found one.
     *
     * @throws IOException if the directory cannot be read, or is of a node that was removed
     */
    @Nullable UUID group() throws IOException {
        UUID remembered = RaftNode.groupOf(config.dataDirectory());
        if (config.join().isEmpty() || remembered != null) {
            return config.join().isEmpty() ? null : remembered;
        }
        log.atInfo()
                .addKeyValue("node", config.node())
                .addKeyValue("join", config.join())
                .log("looks for the control plane that it is to be added to");
        Vertx vertx = Vertx.vertx();
        var room = new WaitingRoom(vertx, config.listen(), config.self().basePort(), pages());
        try (var client = new StatusClient()) {
            return await(client);
        } finally {
            room.close();
            vertx.close().await();
        }
    }

    private UUID await(StatusClient client) throws IOException {
        while (true) {
            for (String address : config.join()) {
                JsonNode status = client.status(address);
                String group = status == null ? "" : status.path("group").asString("");
                if (status != null && !"JOINING".equals(status.path("role").asString(""))) {
                    if (!group.isEmpty()) {
                        return UUID.fromString(group);
                    }
                }
            }
            pause();
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(AGAIN);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while looking for the control plane", interrupted);
        }
    }

    private Map<String, Page> pages() {
        String status =
                JsonMapper.shared()
                        .createObjectNode()
                        .put("node", config.node())
                        .put("role", "JOINING")
                        .put("group", "")
                        .put("leader", "")
                        .put("term", 0)
                        .put("appliedIndex", -1)
                        .put("workers", 0)
                        .toString();
        return Map.of(
                "/status",
                () -> reply("application/json", status),
                "/healthz",
                () -> reply("text/plain", "ok\n"));
    }

    private static HttpReply reply(String type, String text) {
        return new HttpReply(200, type, Map.of(), text.getBytes(StandardCharsets.UTF_8));
    }
}
