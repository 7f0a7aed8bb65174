package io.gantry.control.raft;

import io.gantry.control.raft.RaftConfig.Limits;
import io.gantry.control.raft.RaftConfig.Timing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.netty.NettyConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** All settings of the library, each with its reason. */
final class RatisSettings {

    /** Largest entry that the log takes. */
    static final int ENTRY_BYTES = 4 << 20;

    private static final int SNAPSHOT_CHUNK_BYTES = 4 << 20;
    private static final Duration RPC_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration NEWCOMER_SILENCE = Duration.ofSeconds(15);

    /** Entries that a newcomer may be behind when it becomes a member. */
    private static final int NEWCOMER_GAP = 100;

    private static final Duration RETRY_CACHE = Duration.ofMinutes(1);

    private RatisSettings() {}

    static RaftProperties of(RaftConfig config, Path storage) {
        var properties = new RaftProperties();
        transport(properties, config);
        elections(properties, config.timing());
        log(properties, config.limits());
        snapshots(properties, config.limits());
        RaftServerConfigKeys.setStorageDir(properties, List.of(storage.toFile()));
        return properties;
    }

    private static void transport(RaftProperties properties, RaftConfig config) {
        // Measured at several times the commands per second of the gRPC transport.
        RaftConfigKeys.Rpc.setType(properties, new GatedNetty());
        NettyConfigKeys.Server.setHost(properties, config.bindHost());
        NettyConfigKeys.Server.setPort(properties, config.self().port());
        // The bound of calls between nodes too, in spite of its name. Long enough for a chunk of a
        // snapshot to reach a slow disk; elections do not wait for it.
        RaftClientConfigKeys.Rpc.setRequestTimeout(properties, time(RPC_TIMEOUT));
        // A newcomer that is sent a snapshot answers only when a chunk of it is on its disk.
        RaftServerConfigKeys.setStagingTimeout(properties, time(NEWCOMER_SILENCE));
        RaftServerConfigKeys.setStagingCatchupGap(properties, NEWCOMER_GAP);
        // Beyond our own bound of a submit, so that a repeated call never finds its reply
        // forgotten.
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, time(RETRY_CACHE));
    }

    private static void elections(RaftProperties properties, Timing timing) {
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, time(timing.electionMin()));
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, time(timing.electionMax()));
        // A node that was cut off must not depose a working leader when it comes back.
        RaftServerConfigKeys.LeaderElection.setPreVote(properties, true);
        // The default closes a server for good after its machine slept for a minute. Raft does not
        // need that: whoever slept finds a newer term.
        RaftServerConfigKeys.setCloseThreshold(properties, time(Duration.ofDays(365)));
        // A leader that stood still for longer than the others wait has most likely been replaced.
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(
                properties, time(timing.electionMax()));
        // Reads go through ReadBarrier. Ratis' own linearizable reads answer without asking anybody
        // when the commit index has been confirmed once, which a deposed leader would do too.
        RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.DEFAULT);
    }

    private static void log(RaftProperties properties, Limits limits) {
        // What is acknowledged is on the disks of a majority.
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(properties, false);
        RaftServerConfigKeys.Log.setAsyncFlushEnabled(properties, false);
        // Followers learn at once that an entry is committed instead of with the next heartbeat, 75
        // ms
        // later: whoever waits for his write on another node waits for this.
        RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, true);
        // A damaged log is an error. The alternative drops entries that may have been acknowledged.
        // A last entry cut short by a crash is dropped in either case.
        RaftServerConfigKeys.Log.setCorruptionPolicy(
                properties, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
        var segment = SizeInBytes.valueOf(limits.segmentBytes());
        RaftServerConfigKeys.Log.setSegmentSizeMax(properties, segment);
        RaftServerConfigKeys.Log.setPreallocatedSize(properties, segment);
        // Bounds an entry and how much is sent to a follower at once.
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(
                properties, SizeInBytes.valueOf(ENTRY_BYTES));
        // Must hold the largest entry and its frame.
        RaftServerConfigKeys.Log.setWriteBufferSize(
                properties, SizeInBytes.valueOf(2L * ENTRY_BYTES));
        // Two more files in memory than are written to, for followers a little behind.
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 2);
    }

    private static void snapshots(RaftProperties properties, Limits limits) {
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, true);
        // Ratis knows entries only; SnapshotTaker is asked after each and knows bytes and time too.
        RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(properties, 1);
        // Stopping must be quick; the log is there.
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(properties, false);
        // A node that is down must not make the log of the others grow without bound: it is sent
        // the
        // state when it comes back.
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
        RaftServerConfigKeys.Log.setPurgePreservationLogNum(properties, limits.keptEntries());
        // Purging is asked for after a snapshot only; there is nothing to save by doing it seldom.
        RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
        // The leader sends its snapshot in chunks, the one way that the Netty transport has.
        RaftServerConfigKeys.Log.Appender.setInstallSnapshotEnabled(properties, true);
        RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(
                properties, SizeInBytes.valueOf(SNAPSHOT_CHUNK_BYTES));
    }

    private static TimeDuration time(Duration duration) {
        return TimeDuration.valueOf(duration.toMillis(), TimeUnit.MILLISECONDS);
    }
}
