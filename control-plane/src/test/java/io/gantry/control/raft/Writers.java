package io.gantry.control.raft;

import io.gantry.control.log.CommandLog.Committed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that submit commands as fast as they can. */
final class Writers implements AutoCloseable {
    private final ExecutorService threads;
    private final int count;

    Writers(int count) {
        this.count = count;
        this.threads = Executors.newFixedThreadPool(count);
    }

    /** What was submitted, spread over all nodes. */
    List<CompletableFuture<Committed>> submit(Nodes nodes, int commands) throws Exception {
        var parts = new ArrayList<Future<List<CompletableFuture<Committed>>>>();
        for (int i = 0; i < count; i++) {
            int writer = i;
            RaftNode node = nodes.node(1 + i % nodes.running().size());
            parts.add(threads.submit(() -> submit(node, writer, commands / count)));
        }
        var all = new ArrayList<CompletableFuture<Committed>>();
        for (var part : parts) {
            all.addAll(part.get());
        }
        return all;
    }

    private static List<CompletableFuture<Committed>> submit(RaftNode node, int writer, int count) {
        var futures = new ArrayList<CompletableFuture<Committed>>();
        for (int i = 0; i < count; i++) {
            futures.add(node.submit(RandomCommands.createCluster("w" + writer + '-' + i)));
        }
        return futures;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
