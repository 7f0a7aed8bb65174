package io.gantry.control;

import io.gantry.common.config.Settings;
import io.gantry.control.core.state.Loss;
import io.gantry.control.core.state.Policy;
import io.gantry.control.raft.RaftConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that can be set on a control-plane node.
 *
 * @param node its id, one of the peers'
 * @param peers who founds the control plane, this node included; later its log says who is in it
 * @param listen address to listen on
 * @param publicUrl where agents reach this node's API
 * @param dataDirectory of this node alone
 * @param region in all ARNs; counts when the installation is founded
 * @param account in all ARNs; counts when the installation is founded
 * @param rootCredentials file with the key pair that may do everything; read if it is there when
 *     the installation is founded, written otherwise
 * @param stoppedTaskRetention how long stopped tasks can still be described, from an hour to 30
 *     days; the same on all nodes, as the leader's counts
 * @param nodeUrl where workers reach this very node, also if {@code publicUrl} leads to any of them
 * @param losses what becomes of workers that are silent; the same on all nodes, as the leader's
 *     counts
 * @param join {@code host:port} of members, for a new node that waits to be added instead of
 *     founding a control plane; empty otherwise
 * @param minFreeSpace bytes that must be free in {@code dataDirectory} for the node to start; below
 *     that it hands leadership over, and below a quarter of it, it stops; 0 for no such limit
 * @param functions addresses that are called for life-cycle hooks which name a function; the same
 *     on all nodes, as the leader's count
 */
public record ControlPlaneConfig(
        String node,
        List<Peer> peers,
        String listen,
        String publicUrl,
        Path dataDirectory,
        String region,
        String account,
        Auth auth,
        Path rootCredentials,
        Duration stoppedTaskRetention,
        String nodeUrl,
        Losses losses,
        List<String> join,
        long minFreeSpace,
        Map<String, URI> functions) {
    private static final Duration SHORTEST_RETENTION = Duration.ofHours(1);
    private static final Duration LONGEST_RETENTION = Duration.ofDays(30);
    private static final int DEFAULT_BASE_PORT = 8700;

    public ControlPlaneConfig {
        peers = List.copyOf(peers);
        join = List.copyOf(join);
        functions = Map.copyOf(functions);
    }

    /**
     * What becomes of workers that are silent.
     *
     * @param disconnectedAfter from 5 s to 10 min
     * @param lostAfterMillis as in {@link Policy}
     * @param onReturn what becomes of tasks whose worker was lost and is back
     */
    public record Losses(Duration disconnectedAfter, long lostAfterMillis, OnReturn onReturn) {
        public static final Losses USUAL =
                new Losses(Duration.ofSeconds(15), 60_000, OnReturn.STOP_RETURNED);

        private static final Duration SHORTEST = Duration.ofSeconds(5);
        private static final Duration LONGEST = Duration.ofMinutes(10);

        private static Losses from(Settings settings) {
            Duration disconnected =
                    settings.duration("WORKER_DISCONNECTED_AFTER", USUAL.disconnectedAfter);
            if (disconnected.compareTo(SHORTEST) < 0 || disconnected.compareTo(LONGEST) > 0) {
                settings.refuse("WORKER_DISCONNECTED_AFTER", "must be from 5s to 10m");
            }
            Long lost = Loss.parse(settings.text("WORKER_LOST_AFTER", "60s"));
            if (lost == null) {
                settings.refuse("WORKER_LOST_AFTER", "must be never, or from 10s to 24h");
            }
            return new Losses(
                    disconnected,
                    lost == null ? USUAL.lostAfterMillis : lost,
                    settings.choice("WORKER_ON_RETURN", OnReturn.class, USUAL.onReturn));
        }
    }

    /** What becomes of tasks whose worker was lost and is back. */
    public enum OnReturn {
        /** They have ended before, and others run in their place. */
        STOP_RETURNED,
        /** They go on unless others have been started in their place; until then both may run. */
        KEEP_RETURNED
    }

    /** Whether requests have to be signed. */
    public enum Auth {
        SIGV4,
        NONE
    }

    /**
     * A node of the control plane: API, Raft and live store listen on three ports in a row.
     *
     * @param basePort the API's
     */
    public record Peer(String id, String host, int basePort) {

        /** Reads {@code id=host} or {@code id=host:basePort}. */
        public static Peer parse(String text) {
            int equals = text.indexOf('=');
            if (equals <= 0 || equals == text.length() - 1) {
                throw new IllegalArgumentException(
                        "expected id=host or id=host:port, not '" + text + "'");
            }
            String address = text.substring(equals + 1);
            int colon = address.lastIndexOf(':');
            return new Peer(
                    text.substring(0, equals),
                    colon < 0 ? address : address.substring(0, colon),
                    colon < 0 ? DEFAULT_BASE_PORT : port(address.substring(colon + 1)));
        }

        private String url() {
            return "http://" + host + ':' + basePort;
        }

        private static int port(String text) {
            try {
                int port = Integer.parseInt(text);
                if (port > 0 && port + 2 <= 65_535) {
                    return port;
                }
            } catch (NumberFormatException notANumber) {
                throw new IllegalArgumentException("'" + text + "' is not a port", notANumber);
            }
            throw new IllegalArgumentException("port " + text + " is out of range");
        }

        /** Where the replicated log listens. */
        public int raftPort() {
            return basePort + 1;
        }

        int livePort() {
            return basePort + 2;
        }
    }

    /**
     * Reads the settings.
     *
     * @throws io.gantry.common.config.SettingsException with everything that is wrong with them
     */
    public static ControlPlaneConfig from(Settings settings) {
        return settings.build(() -> read(settings));
    }

    private static ControlPlaneConfig read(Settings settings) {
        String node = settings.text("NODE_ID", "n1");
        List<Peer> peers = settings.list("PEERS", Peer::parse);
        List<String> join = settings.list("JOIN", ControlPlaneConfig::member);
        List<Peer> address = settings.list("ADDRESS", text -> Peer.parse(node + '=' + text));
        if (address.size() > 1) {
            settings.refuse("ADDRESS", "must be one");
        }
        if (!address.isEmpty() && (peers.isEmpty() || !join.isEmpty())) {
            peers = address;
        } else if (peers.isEmpty()) {
            peers = List.of(new Peer(node, "127.0.0.1", DEFAULT_BASE_PORT));
        }
        Peer self = peers.stream().filter(peer -> peer.id().equals(node)).findFirst().orElse(null);
        if (self == null) {
            settings.refuse("NODE_ID", "'" + node + "' is not one of the peers " + peers);
            self = peers.getFirst();
        }
        if (!join.isEmpty()) {
            peers = List.of(self);
        }
        Path data = settings.path("DATA_DIR");
        String account = settings.text("ACCOUNT", "000000000000");
        if (!account.matches("\\d{12}")) {
            settings.refuse("ACCOUNT", "expected 12 digits, not '" + account + "'");
        }
        return new ControlPlaneConfig(
                node,
                peers,
                settings.text("LISTEN", self.host()),
                settings.text("PUBLIC_URL", self.url()),
                data,
                settings.text("REGION", "us-east-1"),
                account,
                settings.choice("AUTH", Auth.class, Auth.SIGV4),
                settings.path("ROOT_CREDENTIALS", data.resolve("root-credentials")),
                retention(settings),
                settings.text("NODE_URL", self.url()),
                Losses.from(settings),
                join,
                settings.size("MIN_FREE_SPACE", RaftConfig.Limits.USUAL_FREE_BYTES),
                functions(settings));
    }

    /** {@code NAME=URL} each. */
    private static Map<String, URI> functions(Settings settings) {
        var functions = new TreeMap<String, URI>();
        for (Map.Entry<String, URI> each :
                settings.list("FUNCTIONS", ControlPlaneConfig::function)) {
            functions.put(each.getKey(), each.getValue());
        }
        return functions;
    }

    private static Map.Entry<String, URI> function(String text) {
        int equals = text.indexOf('=');
        String address = text.substring(equals + 1);
        if (equals <= 0 || !address.matches("https?://.+")) {
            throw new IllegalArgumentException("expected name=http://address");
        }
        return Map.entry(text.substring(0, equals), URI.create(address));
    }

    /** Where a member's API is. */
    private static String member(String text) {
        Peer peer = Peer.parse("member=" + text);
        return peer.host() + ':' + peer.basePort();
    }

    private static Duration retention(Settings settings) {
        Duration told = settings.duration("STOPPED_TASK_RETENTION", SHORTEST_RETENTION);
        if (told.compareTo(SHORTEST_RETENTION) < 0 || told.compareTo(LONGEST_RETENTION) > 0) {
            settings.refuse("STOPPED_TASK_RETENTION", "must be from 1h to 30d");
            return SHORTEST_RETENTION;
        }
        return told;
    }

    /** What all nodes have to do alike. */
    Policy policy() {
        return new Policy(
                stoppedTaskRetention.toMillis(),
                losses.disconnectedAfter().toMillis(),
                losses.lostAfterMillis(),
                losses.onReturn() == OnReturn.KEEP_RETURNED);
    }

    /** This node among the peers. */
    public Peer self() {
        return peers.stream().filter(peer -> peer.id().equals(node)).findFirst().orElseThrow();
    }
}
