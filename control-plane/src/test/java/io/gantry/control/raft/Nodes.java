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
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;
import org.slf4j.LoggerFactory;

/** A group in this process. Nodes are numbered from 1. */
final class Nodes implements AutoCloseable {
    static {
        // Tests kill nodes all the time, which Ratis reports at length.
        ((Logger) LoggerFactory.getLogger("org.apache.ratis")).setLevel(Level.OFF);
    }

    private final Path directory;
    private final List<Peer> peers;
    private final Limits limits;
    private final Map<Integer, Release> releases = new ConcurrentSkipListMap<>();
    private final Map<Integer, RaftNode> running = new ConcurrentSkipListMap<>();

    Nodes(Path directory, int count, Limits limits) throws IOException {
        this.directory = directory;
        this.limits = limits;
        this.peers = peers(count);
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
        return new RaftConfig(
                "n" + number,
                peers,
                "127.0.0.1",
                directory(number),
                Timing.LAN,
                limits,
                Clock.system(),
                releases.getOrDefault(number, Release.OWN));
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
        RaftNode node = RaftNode.start(config(number));
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
