package io.gantry.worker.journal;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.gantry.common.acs.AcsJson;
import io.gantry.common.acs.AcsTask;
import io.gantry.common.disk.DirectoryCheck;
import io.gantry.common.disk.DirectoryLock;
import io.gantry.common.disk.DiskTrouble;
import io.gantry.common.table.SortedTable;
import io.gantry.worker.core.AgentState;
import io.gantry.worker.core.LocalTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** A worker's memory on disk. One thread at a time; one worker at a time. */
public final class Journal implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Journal.class);

    /** The file is written anew when it is so many times as long as what it says. */
    private static final int SLACK = 4;

    private static final long SMALLEST_REWRITE = 1 << 20;
    private static final JsonMapper JSON =
            AcsJson.mapper()
                    .rebuild()
                    .addMixIn(AcsTask.RoleCredentials.class, WithoutSecrets.class)
                    .addMixIn(LocalTask.class, WithContainersOnce.class)
                    .build();

    private final RecordLog tasks;
    private final Path directory;
    private final Path identityFile;
    private final DirectoryLock lock;
    private SortedTable<String, LocalTask> saved = SortedTable.empty();
    private Identity identity;
    private long rewriteAt = SMALLEST_REWRITE;

    /**
     * A line of the journal.
     *
     * @param task as it is now; null if it is forgotten
     */
    private record Entry(String arn, @Nullable LocalTask task) {}

    /** Keys of roles are pushed anew after a restart; they have no business on a disk. */
    @JsonIgnoreProperties({"accessKeyId", "secretAccessKey", "sessionToken"})
    private interface WithoutSecrets {}

    /** Each container brings its own part of the order. */
    interface WithContainersOnce {
        @JsonIgnoreProperties("containers")
        AcsTask spec();
    }

    private Journal(
            Path directory, DirectoryLock lock, Identity identity, RecordLog.Opened opened) {
        tasks = opened.log();
        opened.lines().forEach(this::read);
        this.directory = directory;
        identityFile = directory.resolve("identity");
        this.lock = lock;
        this.identity = identity;
    }

    /**
     * Opens the journal in {@code directory}, or begins one there.
     *
     * @throws JournalException if it belongs to another cluster or another worker has it open
     */
    public static Journal open(Path directory, String cluster, RandomGenerator random) {
        try {
            DirectoryCheck.check(directory, 0, "");
            DirectoryLock lock = DirectoryLock.take(directory, "worker");
            Identity identity = readIdentity(directory, cluster, random);
            RecordLog.Opened opened = RecordLog.open(directory.resolve("tasks.log"));
            Journal journal = new Journal(directory, lock, identity, opened);
            journal.save(identity);
            return journal;
        } catch (IOException failure) {
            throw new JournalException(
                    "cannot use the data directory %s: %s"
                            .formatted(directory, failure.getMessage()),
                    failure);
        }
    }

    private static Identity readIdentity(Path directory, String cluster, RandomGenerator random)
            throws IOException {
        Path file = directory.resolve("identity");
        if (!Files.exists(file)) {
            byte[] id = new byte[16];
            random.nextBytes(id);
            return new Identity(HexFormat.of().formatHex(id), cluster, null, -1);
        }
        String text = ChecksummedFile.read(file);
        if (text == null) {
            throw new JournalException(
                    file
                            + " is damaged; stop the containers of this worker and empty its data"
                            + " directory to begin anew");
        }
        Identity identity = JSON.readValue(text, Identity.class);
        if (!identity.cluster().equals(cluster)) {
            throw new JournalException(
                    "the data directory %s belongs to cluster %s, not %s; use another directory"
                            .formatted(directory, identity.cluster(), cluster));
        }
        return identity;
    }

    private void read(String line) {
        try {
            Entry entry = JSON.readValue(line, Entry.class);
            LocalTask task = entry.task();
            remember(task == null ? entry : new Entry(entry.arn(), task.withContainersInSpec()));
        } catch (JacksonException unreadable) {
            log.atError().setCause(unreadable).log("a record of a task cannot be read");
        }
    }

    public Identity identity() {
        return identity;
    }

    /** Remembers {@code newIdentity} before it returns. */
    public void save(Identity newIdentity) {
        try {
            ChecksummedFile.write(identityFile, JSON.writeValueAsString(newIdentity));
        } catch (IOException failure) {
            throw new JournalException("cannot write " + identityFile, failure);
        }
        identity = newIdentity;
    }

    /** The tasks as they were saved last. */
    public AgentState state() {
        return AgentState.of(saved);
    }

    /** Remembers what is new in {@code state} before it returns; nothing of it if it fails. */
    public void save(AgentState state) {
        List<Entry> news = news(state);
        if (news.isEmpty()) {
            return;
        }
        try {
            tasks.append(news.stream().map(JSON::writeValueAsBytes).toList());
        } catch (IOException failure) {
            throw cannotWrite(failure);
        }
        saved = state.tasks();
        rewriteIfLong();
    }

    private List<Entry> news(AgentState state) {
        List<Entry> news = new ArrayList<>();
        state.tasks()
                .forEachChange(
                        saved,
                        (arn, task) -> {
                            if (!Objects.equals(task, saved.get(arn))) {
                                news.add(new Entry(arn, task));
                            }
                        });
        return news;
    }

    private JournalException cannotWrite(IOException failure) {
        DiskTrouble trouble = DiskTrouble.of(failure);
        return new JournalException(
                "cannot write to the data directory: "
                        + (trouble == null ? failure.getMessage() : trouble.sentence(directory)),
                failure);
    }

    private void remember(Entry entry) {
        if (entry.task() == null) {
            saved = saved.remove(entry.arn());
        } else {
            saved = saved.put(entry.arn(), entry.task());
        }
    }

    private void rewriteIfLong() {
        if (tasks.length() < rewriteAt) {
            return;
        }
        try {
            tasks.replace(
                    saved.values()
                            .map(task -> JSON.writeValueAsBytes(new Entry(task.arn(), task)))
                            .toList());
            rewriteAt = Math.max(SMALLEST_REWRITE, SLACK * tasks.length());
        } catch (IOException failure) {
            // Nothing is lost: the long file says the same.
            rewriteAt = 2 * tasks.length();
            log.atWarn().setCause(failure).log("the journal could not be made shorter");
        }
    }

    @Override
    public void close() {
        try {
            tasks.close();
            lock.close();
        } catch (IOException failure) {
            throw new JournalException("cannot release the data directory", failure);
        }
    }
}
