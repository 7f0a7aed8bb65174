package io.gantry.control.raft;

import io.gantry.control.core.state.Realm;
import io.gantry.control.raft.SnapshotFile.Header;
import io.gantry.control.raft.SnapshotFile.Scanned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Snapshots in files of their own, away from any node. Nothing here needs a running node. */
public final class Backup {

    private Backup() {}

    /**
     * What a file says of itself. All of it has been read, and its checksum is right.
     *
     * @param format of the file
     * @param level feature level of the installation
     * @param release that wrote it, null if it does not say
     * @param region null, like the account, of an installation that had not been founded
     * @param index last entry of the log that is in it
     * @param savedAtMillis when it was saved; 0 of one that a node took for itself
     * @param logMillis the log's latest time
     * @param rows how many there are, by table; tables without rows are left out
     * @param bytes of the file
     */
    public record Summary(
            int format,
            int level,
            @Nullable String release,
            @Nullable String region,
            @Nullable String account,
            long index,
            long savedAtMillis,
            long logMillis,
            Map<String, Integer> rows,
            long bytes) {
        public Summary {
            rows = Map.copyOf(rows);
        }

        /** Rows of a table, such as {@code tasks}. */
        public int count(String table) {
            return rows.getOrDefault(table, 0);
        }
    }

    /**
     * Reads all of a file, holding little of it at a time.
     *
     * @throws IOException that says what is wrong with the file
     */
    public static Summary inspect(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new NoSuchFileException(file.toString(), null, "there is no such file");
        }
        Scanned scanned = SnapshotFile.scan(file, row -> {});
        Header header = scanned.header();
        Realm realm = header.realm();
        return new Summary(
                scanned.format(),
                header.level(),
                header.release(),
                realm == null ? null : realm.region(),
                realm == null ? null : realm.account(),
                header.index(),
                header.savedAtMillis(),
                header.nowMillis(),
                scanned.rows(),
                scanned.bytes());
    }

    /**
     * Lays a file into directories of nodes that have not run yet, to begin with when they start.
     * First everything is checked; where something is wrong, nothing is changed.
     *
     * @param directories data directories of nodes of one new group: a majority of them, better all
     * @throws IOException that says what is wrong with the file, or that a directory is not empty
     */
    public static Summary restore(Path file, List<Path> directories) throws IOException {
        Summary summary = inspect(file);
        Release.OWN.checkKnows(summary.level());
        if (summary.region() == null) {
            throw new IOException(file + " is of an installation that had not been founded");
        }
        for (Path directory : directories) {
            new Seed(directory).checkEmpty();
        }
        for (Path directory : directories) {
            new Seed(directory).plant(file);
        }
        return summary;
    }
}
