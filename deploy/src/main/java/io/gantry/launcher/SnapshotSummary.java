package io.gantry.launcher;

import io.gantry.control.raft.Backup.Summary;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What is in a snapshot, for people. */
final class SnapshotSummary {
    private SnapshotSummary() {}

    static String text(Summary snapshot) {
        return """
          format       %d, written by release %s, feature level %d
          installation region %s, account %s
          saved        %s
          log          entry %d, time %s
          holds        %d clusters, %d services, %d tasks, %d workers, %d task definitions
          size         %,d bytes, checksum right
        """
                .formatted(
                        snapshot.format(),
                        snapshot.release() == null ? "unknown" : snapshot.release(),
                        snapshot.level(),
                        snapshot.region() == null ? "none" : snapshot.region(),
                        snapshot.account() == null ? "none" : snapshot.account(),
                        snapshot.savedAtMillis() == 0
                                ? "by a node for itself"
                                : time(snapshot.savedAtMillis()),
                        snapshot.index(),
                        time(snapshot.logMillis()),
                        snapshot.count("clusters"),
                        snapshot.count("services"),
                        snapshot.count("tasks"),
                        snapshot.count("workers"),
                        snapshot.count("taskDefinitions"),
                        snapshot.bytes());
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
