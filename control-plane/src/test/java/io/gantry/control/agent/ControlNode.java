package io.gantry.control.agent;

import io.gantry.control.ControlPlane;
import io.gantry.control.ControlPlaneConfig;
import io.gantry.control.ControlPlaneConfig.Auth;
import io.gantry.control.ControlPlaneConfig.Peer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.EcsException;

/** A node of the control plane in this process, with a client of an operator. */
final class ControlNode implements AutoCloseable {
    static final String ACCESS_KEY = "AKIDEXAMPLE";
    static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private static final String HOST = "127.0.0.1";
    private static final int LOWEST_PORT = 12_000;
    private static final int HIGHEST_PORT = 32_000;
    private static final int PORTS = 3;
    private static final long PATIENCE_NANOS = 40_000_000_000L;
    private static final long PAUSE_NANOS = 50_000_000L;

    final URI url;
    final EcsClient ecs;
    private final ControlPlane plane;

    private ControlNode(URI url, ControlPlane plane) {
        this.url = url;
        this.plane = plane;
        this.ecs =
                EcsClient.builder()
                        .region(Region.US_EAST_1)
                        .endpointOverride(url)
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(ACCESS_KEY, SECRET)))
                        .build();
    }

    /** A node that is all there is. It leads and has the cluster "demo". */
    static ControlNode alone(Path directory, Auth auth) throws IOException {
        ControlNode node = start(directory, auth, List.of(peer("n1")));
        node.createCluster("demo");
        return node;
    }

    /** A node that waits for two others in vain. */
    static ControlNode abandoned(Path directory, Auth auth) throws IOException {
        return start(directory, auth, three());
    }

    /** Who is to be in a control plane of three. */
    static List<Peer> three() {
        return List.of(peer("n1"), peer("n2"), peer("n3"));
    }

    /** One of these, which accepts unsigned requests. */
    static ControlNode oneOf(List<Peer> peers, Peer self, Path directory) throws IOException {
        awaitFree(self.basePort());
        Path own = Files.createDirectories(directory.resolve(self.id()));
        return start(own, Auth.NONE, self, peers);
    }

    private static ControlNode start(Path directory, Auth auth, List<Peer> peers)
            throws IOException {
        return start(directory, auth, peers.getFirst(), peers);
    }

    private static ControlNode start(Path directory, Auth auth, Peer self, List<Peer> peers)
            throws IOException {
        Path key = directory.resolve("root-credentials");
        Files.writeString(
                key,
                "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n"
                        .formatted(ACCESS_KEY, SECRET));
        URI url = URI.create("http://" + HOST + ':' + self.basePort());
        var config =
                new ControlPlaneConfig(
                        self.id(),
                        peers,
                        HOST,
                        url.toString(),
                        directory.resolve("data"),
                        "us-east-1",
                        "123456789012",
                        auth,
                        key,
                        Duration.ofHours(1),
                        url.toString(),
                        ControlPlaneConfig.Losses.USUAL,
                        List.of(),
                        0,
                        Map.of());
        return new ControlNode(url, ControlPlane.start(config));
    }

    private static Peer peer(String id) {
        var random = ThreadLocalRandom.current();
        while (true) {
            int base = random.nextInt(LOWEST_PORT, HIGHEST_PORT);
            if (areFree(base)) {
                return new Peer(id, HOST, base);
            }
        }
    }

    /** A node that was closed while it joined the live store gives its port back only then. */
    private static void awaitFree(int base) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!areFree(base) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static boolean areFree(int base) {
        for (int port = base; port < base + PORTS; port++) {
            try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                socket.setReuseAddress(true);
            } catch (IOException taken) {
                return false;
            }
        }
        return true;
    }

    /** Also waits until the node leads. */
    void createCluster(String name) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try {
                ecs.createCluster(request -> request.clusterName(name));
                return;
            } catch (EcsException early) {
                if (System.nanoTime() > deadline) {
                    throw early;
                }
            }
        }
    }

    @Override
    public void close() {
        ecs.close();
        plane.close();
    }
}
