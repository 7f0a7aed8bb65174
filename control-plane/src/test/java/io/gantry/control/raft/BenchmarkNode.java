package io.gantry.control.raft;

import io.gantry.common.time.Clock;
import io.gantry.control.core.command.Command;
import io.gantry.control.log.CommandLog.Committed;
import io.gantry.control.raft.RaftConfig.Limits;
import io.gantry.control.raft.RaftConfig.Peer;
import io.gantry.control.raft.RaftConfig.Timing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import software.amazon.awssdk.services.ecs.model.Cluster;
import software.amazon.awssdk.services.ecs.model.Tag;

/**
 * One process of {@link RaftBenchmark}: a node that does what it is told on standard input, a line
 * at a time, and answers each line with one.
 */
final class BenchmarkNode {

    /** Begins an answer; other lines are of the log. */
    static final String ANSWER = "> ";

    /** About 256 bytes in the log, and without effect after the first. */
    private static final Command COMMAND =
            new Command.CreateCluster(
                    Cluster.builder()
                            .clusterName("benchmark")
                            .tags(Tag.builder().key("k").value("v".repeat(190)).build())
                            .build());

    private final RaftNode node;

    private BenchmarkNode(RaftNode node) {
        this.node = node;
    }

    /**
     * Arguments: id, directory, bounds of a leader's silence in milliseconds, then {@code
     * id=host:port} of each peer.
     */
    public static void main(String[] args) throws Exception {
        List<Peer> peers = new ArrayList<>();
        for (String peer : Arrays.copyOfRange(args, 3, args.length)) {
            int equals = peer.indexOf('=');
            int colon = peer.indexOf(':');
            peers.add(
                    new Peer(
                            peer.substring(0, equals),
                            peer.substring(equals + 1, colon),
                            Integer.parseInt(peer.substring(colon + 1))));
        }
        String[] election = args[2].split("-", 2);
        var timing =
                new Timing(
                        Duration.ofMillis(Long.parseLong(election[0])),
                        Duration.ofMillis(Long.parseLong(election[1])),
                        Timing.LAN.submit());
        var node =
                RaftNode.start(
                        new RaftConfig(
                                args[0],
                                peers,
                                "0.0.0.0",
                                Path.of(args[1]),
                                timing,
                                Limits.USUAL,
                                Clock.system()));
        new BenchmarkNode(node).serve();
        node.close();
    }

    private void serve() throws IOException, InterruptedException {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            List<String> words = List.of(line.split(" ", -1));
            String answer =
                    switch (words.getFirst()) {
                        case "leading" -> String.valueOf(node.role().leading());
                        case "load" -> load(number(words, 1), number(words, 2));
                        case "read" -> read(number(words, 1));
                        case "gap" -> gap(number(words, 1));
                        default -> throw new IOException("unknown: " + line);
                    };
            System.out.println(ANSWER + answer);
        }
    }

    private static int number(List<String> words, int at) {
        return Integer.parseInt(words.get(at));
    }

    /** Keeps so many commands outstanding for so many seconds. */
    private String load(int outstanding, int seconds) throws InterruptedException {
        var room = new Semaphore(outstanding);
        Queue<Long> took = new ConcurrentLinkedQueue<>();
        long entriesBefore = node.stats().entriesApplied();
        long began = System.nanoTime();
        while (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(seconds)) {
            room.acquire();
            long sent = System.nanoTime();
            var _ =
                    node.submit(COMMAND)
                            .whenComplete(
                                    (Committed done, Throwable failed) -> {
                                        if (failed == null) {
                                            took.add(System.nanoTime() - sent);
                                        }
                                        room.release();
                                    });
        }
        room.acquire(outstanding);
        double elapsed = (System.nanoTime() - began) / 1e9;
        long entries = node.stats().entriesApplied() - entriesBefore;
        return "%,8.0f /s  p50 %6.1f ms  p99 %6.1f ms  %5.1f commands an entry"
                .formatted(
                        took.size() / elapsed,
                        percentile(took, 50),
                        percentile(took, 99),
                        (double) took.size() / Math.max(1, entries));
    }

    /** Passes the read barrier again and again for so many seconds. */
    private String read(int seconds) throws InterruptedException {
        Queue<Long> took = new ConcurrentLinkedQueue<>();
        long began = System.nanoTime();
        while (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(seconds)) {
            long asked = System.nanoTime();
            try {
                node.catchUp().get(10, TimeUnit.SECONDS);
                took.add(System.nanoTime() - asked);
            } catch (ExecutionException | TimeoutException failed) {
                return "failed: " + failed;
            }
        }
        return "%,8d /s  p50 %6.1f ms  p99 %6.1f ms"
                .formatted(took.size() / seconds, percentile(took, 50), percentile(took, 99));
    }

    /**
     * Writes one after the other for so many milliseconds; the longest time between two answers.
     */
    private String gap(int millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long last = System.nanoTime();
        long longest = 0;
        while (System.nanoTime() - end < 0) {
            try {
                node.submit(COMMAND).get(10, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException failed) {
                return "failed: " + failed;
            }
            long now = System.nanoTime();
            longest = Math.max(longest, now - last);
            last = now;
        }
        return String.valueOf(TimeUnit.NANOSECONDS.toMillis(longest));
    }

    private static double percentile(Queue<Long> nanos, int percent) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[(sorted.length - 1) * percent / 100] / 1e6;
    }
}
