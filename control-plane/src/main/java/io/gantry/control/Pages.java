package io.gantry.control;

import io.gantry.common.wire.HttpReply;
import io.gantry.control.core.state.Cluster;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Worker;
import io.gantry.control.http.HttpServer.Page;
import io.gantry.control.log.LogUnavailable;
import io.gantry.control.metrics.Metrics;
import io.gantry.control.raft.RaftNode;
import io.gantry.control.raft.RaftStats;
import io.gantry.control.raft.Release;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletionException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What operators and their probes ask a node with a plain GET. */
final class Pages {
    private final String node;
    private final RaftNode raft;
    private final Metrics metrics;

    Pages(String node, RaftNode raft, Metrics metrics) {
        this.node = node;
        this.raft = raft;
        this.metrics = metrics;
    }

    Map<String, Page> byPath() {
        return Map.of(
                "/healthz",
                () -> text(200, "ok\n"),
                "/readyz",
                this::ready,
                "/metrics",
                () ->
                        new HttpReply(
                                200,
                                "text/plain; version=0.0.4; charset=utf-8",
                                Map.of(),
                                metrics.scrape().getBytes(StandardCharsets.UTF_8)),
                "/status",
                this::status);
    }

    private static HttpReply text(int status, String text) {
        return new HttpReply(status, "text/plain", Map.of(), text.getBytes(StandardCharsets.UTF_8));
    }

    /** Ready is a node that can answer a linearizable read, which takes a leader and a quorum. */
    private HttpReply ready() {
        try {
            raft.catchUp().join();
        } catch (CompletionException | LogUnavailable unavailable) {
            return text(503, "not ready: there is no quorum\n");
        }
        return raft.state().realm() == null
                ? text(503, "not ready: the installation is being founded\n")
                : text(200, "ready\n");
    }

    /** A new node waits for the others, whatever Ratis calls that. */
    private String role(RaftStats stats) {
        return raft.isFounding() ? "FOUNDING" : stats.role();
    }

    private HttpReply status() {
        ClusterState state = raft.state();
        RaftStats stats = raft.stats();
        ObjectNode page = JsonMapper.shared().createObjectNode();
        page.put("node", node);
        var members = raft.membership().peers();
        boolean member = members.stream().anyMatch(peer -> peer.id().equals(node));
        page.put("role", member ? role(stats) : "JOINING");
        page.put("leader", stats.leader());
        page.put("term", stats.term());
        page.put("commitIndex", stats.commitIndex());
        page.put("appliedIndex", stats.appliedIndex());
        page.put("snapshotIndex", stats.snapshotIndex());
        page.put("lastTerm", stats.lastTerm());
        page.put("lastIndex", stats.lastIndex());
        page.put("group", raft.membership().groupId());
        var list = page.putArray("members");
        members.forEach(peer -> list.add(peer.id() + '=' + MemberCalls.address(peer)));
        page.put("workers", state.workers().values().filter(Worker::connected).count());
        page.put("release", Release.OWN.name());
        page.put("level", state.level());
        page.put("knownLevel", Release.OWN.level());
        page.put("restored", state.restored());
        page.put("freeBytes", raft.freeBytes());
        ObjectNode tasks = page.putObject("tasks");
        tasks.put("RUNNING", state.clusters().values().mapToInt(Cluster::running).sum());
        tasks.put("PENDING", state.clusters().values().mapToInt(Cluster::pending).sum());
        return new HttpReply(
                200,
                "application/json",
                Map.of(),
                page.toString().getBytes(StandardCharsets.UTF_8));
    }
}
