package io.gantry.control.raft;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.gantry.common.check.Check;
import io.gantry.common.time.Clock;
import io.gantry.control.raft.RaftConfig.Limits;
import io.gantry.control.raft.RaftConfig.Peer;
import io.gantry.control.raft.RaftConfig.Timing;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** A group in this process. Nodes are numbered from 1. */
final class Nodes implements AutoCloseable {
    static {
        // Tests kill nodes all the time, which Ratis reports at length.
        ((Logger) LoggerFactory.getLogger("org.apache.ratis")).setLevel(Level.OFF);
    }

    private final Path directory;
    private final List<Peer> peers;
    private final int founders;
    private final Limits limits;
    private final Map<Integer, Release> releases = new ConcurrentSkipListMap<>();
    private final Map<Integer, RaftNode> running = new ConcurrentSkipListMap<>();

    Nodes(Path directory, int count, Limits limits) throws IOException {
        this(directory, count, count, limits);
    }

    private Nodes(Path directory, int founders, int count, Limits limits) throws IOException {
        this.directory = directory;
        this.founders = founders;
        this.limits = limits;
        this.peers = peers(count);
    }

    /** The first few found the group and are started; the others may join it. */
    static Nodes founded(Path directory, int founders, int count, Limits limits)
            throws IOException {
        var nodes = new Nodes(directory, founders, count, limits);
        for (int number = 1; number <= founders; number++) {
            nodes.start(number);
        }
        return nodes;
    }

    static Nodes started(Path directory, int count, Limits limits) throws IOException {
        var nodes = new Nodes(directory, count, limits);
        nodes.startAll();
        return nodes;
    }

    static List<Peer> peers(int count) throws IOException {
        var sockets = new ArrayList<ServerSocket>();
        var peers = new ArrayList<Peer>();
        for (int i = 1; i <= count; i++) {
            var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            peers.add(new Peer("n" + i, "127.0.0.1", socket.getLocalPort()));
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return peers;
    }

    RaftConfig config(int number) {
        return number <= founders
                ? config(number, peers.subList(0, founders), null)
                : config(number, List.of(peer(number)), Group.FOUNDED.getUuid());
    }

    private RaftConfig config(int number, List<Peer> known, @Nullable UUID joins) {
        return new RaftConfig(
                "n" + number,
                known,
                "127.0.0.1",
                directory(number),
                Timing.LAN,
                limits,
                Clock.system(),
                joins,
                releases.getOrDefault(number, Release.OWN));
    }

    Peer peer(int number) {
        return peers.get(number - 1);
    }

    /** Starts a new node that waits to be added to a group. */
    RaftNode join(int number, String group) throws IOException {
        return start(number, config(number, List.of(peer(number)), UUID.fromString(group)));
    }

    /** Its program from the next start on. */
    void release(int number, Release release) {
        releases.put(number, release);
    }

    Path directory(int number) {
        return directory.resolve("n" + number);
    }

    void startAll() throws IOException {
        for (int number = 1; number <= peers.size(); number++) {
            start(number);
        }
    }

    RaftNode start(int number) throws IOException {
        return start(number, config(number));
    }

    private RaftNode start(int number, RaftConfig config) throws IOException {
        RaftNode node = RaftNode.start(config);
        running.put(number, node);
        return node;
    }

    RaftNode node(int number) {
        return Check.present(running.get(number), number);
    }

    List<RaftNode> running() {
        return List.copyOf(running.values());
    }

    List<Integer> numbers() {
        return List.copyOf(running.keySet());
    }

    void crash(int number) {
        Check.present(running.remove(number), number).crash();
    }

    /** Crashes all nodes, the leader first or last as chance has it. */
    void crashAll() {
        numbers().forEach(this::crash);
    }

    /** The leader, once there is one that may serve. */
    int leader() {
        Awaiting.until("a leader is ready", () -> leading().size() == 1);
        return leading().getFirst();
    }

    private List<Integer> leading() {
        return running.entrySet().stream()
                .filter(entry -> entry.getValue().role().leading())
                .map(Map.Entry::getKey)
                .toList();
    }

    int follower() {
        int leader = leader();
        return IntStream.rangeClosed(1, peers.size())
                .filter(number -> number != leader && running.containsKey(number))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        running.values().forEach(RaftNode::crash);
        running.clear();
    }
}
