package io.gantry.control.agent;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.gantry.common.check.Check;
import io.gantry.control.ControlPlaneConfig.Peer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A control plane of three nodes in this process, and what its clients ask over HTTP. */
final class Trio implements AutoCloseable {
    static {
        // Nodes come and go, which Ratis reports at length.
        ((Logger) LoggerFactory.getLogger("org.apache.ratis")).setLevel(Level.OFF);
    }

    static final int COUNT = 3;
    private static final String TARGET = "AmazonEC2ContainerServiceV20141113.";
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Path directory;
    private final List<Peer> peers = ControlNode.three();
    private final Map<Integer, ControlNode> running = new TreeMap<>();
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();

    /** Serves, and has the cluster "demo". */
    Trio(Path directory) throws IOException {
        this.directory = directory;
        for (int number = 1; number <= COUNT; number++) {
            start(number);
        }
        node(1).createCluster("demo");
    }

    ControlNode start(int number) throws IOException {
        ControlNode node = ControlNode.oneOf(peers, peers.get(number - 1), directory);
        running.put(number, node);
        return node;
    }

    /** As SIGTERM does. */
    void stop(int number) {
        Check.present(running.remove(number), number).close();
    }

    ControlNode node(int number) {
        return Check.present(running.get(number), number);
    }

    /** Where a node listens, whether or not it runs. */
    URI url(int number) {
        Peer peer = peers.get(number - 1);
        return URI.create("http://" + peer.host() + ':' + peer.basePort());
    }

    /** The number of the leader, as a node sees it; 0 if it knows none. */
    int leader(int asked) throws IOException, InterruptedException {
        String leader = page(asked, "/status").path("leader").asString("");
        return leader.isEmpty() ? 0 : Integer.parseInt(leader.substring(1));
    }

    private JsonNode page(int asked, String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(url(asked).resolve(path)).timeout(LIMIT).build();
        return JsonMapper.shared().readTree(http.send(request, BodyHandlers.ofString()).body());
    }

    /** An operation of ECS, asked of a node with headers of one's own. */
    HttpResponse<String> ecs(int asked, String operation, String json, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url(asked))
                        .timeout(LIMIT)
                        .header("content-type", "application/x-amz-json-1.1")
                        .header("x-amz-target", TARGET + operation)
                        .POST(BodyPublishers.ofString(json));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    /** A call of operators. */
    HttpResponse<String> operate(int asked, String call, String json)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(url(asked).resolve("/gantry/" + call))
                        .timeout(LIMIT)
                        .POST(BodyPublishers.ofString(json))
                        .build();
        return http.send(request, BodyHandlers.ofString());
    }

    @Override
    public void close() {
        running.values().forEach(ControlNode::close);
        http.shutdownNow();
    }
}
