package io.gantry.control;

import io.gantry.control.live.LiveStore;
import io.gantry.control.metrics.Metrics.Gauge;
import io.gantry.control.raft.RaftNode;
import io.gantry.control.raft.RaftStats;
import io.gantry.control.raft.SnapshotStats;
import io.gantry.control.session.Sessions;
import java.util.List;
import java.util.function.Function;

/** How this node's log and connections do, for the metrics. */
final class NodeGauges {
    private static final double MILLIS_PER_SECOND = 1e3;
    private static final double NANOS_PER_SECOND = 1e9;

    private NodeGauges() {}

    static List<Gauge> of(RaftNode raft, Sessions sessions, LiveStore live) {
        return List.of(
                raft(raft, "gantry_raft_term", "Current term.", RaftStats::term),
                raft(
                        raft,
                        "gantry_raft_leader",
                        "1 on the node that leads.",
                        stats -> stats.role().equals("LEADER") ? 1 : 0),
                raft(
                        raft,
                        "gantry_raft_commit_index",
                        "Last committed entry.",
                        RaftStats::commitIndex),
                raft(
                        raft,
                        "gantry_raft_applied_index",
                        "Last applied entry.",
                        RaftStats::appliedIndex),
                raft(
                        raft,
                        "gantry_raft_snapshot_index",
                        "Last entry in a snapshot.",
                        RaftStats::snapshotIndex),
                snapshot(
                        raft,
                        "gantry_snapshot_age_seconds",
                        "Time since the latest snapshot on this node's disk; -1 without one.",
                        NodeGauges::age),
                snapshot(
                        raft,
                        "gantry_snapshot_bytes",
                        "Size of the latest snapshot on this node's disk.",
                        SnapshotStats::bytes),
                snapshot(
                        raft,
                        "gantry_snapshot_duration_seconds",
                        "Time it took to write the latest snapshot here; 0 if it was sent here.",
                        stats -> stats.tookMillis() / MILLIS_PER_SECOND),
                snapshot(
                        raft,
                        "gantry_snapshot_failures_total",
                        "Snapshots that could not be written since the node started.",
                        SnapshotStats::failures),
                new Gauge(
                        "gantry_disk_free_bytes",
                        "What this node may still write to the disk of its data directory.",
                        raft::freeBytes),
                new Gauge(
                        "gantry_feature_level",
                        "Feature level of the installation.",
                        () -> raft.state().level()),
                raft(
                        raft,
                        "gantry_raft_queued_commands",
                        "Commands that wait on this node.",
                        RaftStats::queuedCommands),
                raft(
                        raft,
                        "gantry_raft_entries_applied_total",
                        "Entries applied since the node started.",
                        RaftStats::entriesApplied),
                raft(
                        raft,
                        "gantry_raft_commands_applied_total",
                        "Commands applied since the node started.",
                        RaftStats::commandsApplied),
                raft(
                        raft,
                        "gantry_raft_apply_seconds_total",
                        "Time spent applying entries.",
                        stats -> stats.applyNanos() / NANOS_PER_SECOND),
                new Gauge(
                        "gantry_worker_connections",
                        "Agents connected to this node.",
                        sessions::connections),
                new Gauge("gantry_live_nodes", "Nodes that share the live store.", live::nodes),
                new Gauge(
                        "gantry_clock_ahead_seconds",
                        "How far the log's time is ahead of this node's clock.",
                        () ->
                                Math.max(0, raft.state().nowMillis() - System.currentTimeMillis())
                                        / 1000.0));
    }

    private static double age(SnapshotStats stats) {
        return stats.takenAtMillis() == 0
                ? -1
                : Math.max(0, System.currentTimeMillis() - stats.takenAtMillis())
                        / MILLIS_PER_SECOND;
    }

    private static Gauge snapshot(
            RaftNode raft, String name, String help, Function<SnapshotStats, Number> value) {
        return raft(raft, name, help, stats -> value.apply(stats.snapshot()));
    }

    private static Gauge raft(
            RaftNode raft, String name, String help, Function<RaftStats, Number> value) {
        return new Gauge(name, help, () -> value.apply(raft.stats()));
    }
}
