package io.gantry.worker.journal;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.gantry.common.acs.AcsJson;
import io.gantry.common.acs.AcsTask;
import io.gantry.worker.core.AgentState;
import io.gantry.worker.core.LocalTask;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** A worker's memory on disk. One thread at a time; one worker at a time. */
public final class Journal implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Journal.class);
    private static final String SUFFIX = ".task";
    private static final JsonMapper JSON =
            AcsJson.mapper()
                    .rebuild()
                    .addMixIn(AcsTask.RoleCredentials.class, WithoutSecrets.class)
                    .build();

    private final Path tasks;
    private final Path identityFile;
    private final FileChannel lockFile;
    private final Map<String, LocalTask> saved = new TreeMap<>();
    private Identity identity;

    /** Keys of roles are pushed anew after a restart; they have no business on a disk. */
    @JsonIgnoreProperties({"accessKeyId", "secretAccessKey", "sessionToken"})
    private interface WithoutSecrets {}

    private Journal(Path directory, FileChannel lockFile, Identity identity) {
        tasks = directory.resolve("tasks");
        identityFile = directory.resolve("identity");
        this.lockFile = lockFile;
        this.identity = identity;
    }

    /**
     * Opens the journal in {@code directory}, or begins one there.
     *
     * @throws JournalException if it belongs to another cluster or another worker has it open
     */
    public static Journal open(Path directory, String cluster, RandomGenerator random) {
        try {
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            Files.createDirectories(directory.resolve("tasks"));
            FileChannel lockFile = lock(directory);
            Identity identity = readIdentity(directory, cluster, random);
            Journal journal = new Journal(directory, lockFile, identity);
            journal.save(identity);
            journal.readTasks();
            return journal;
        } catch (IOException failure) {
            throw new JournalException("cannot use the data directory " + directory, failure);
        }
    }

    private static FileChannel lock(Path directory) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        directory.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw new JournalException("another worker uses the data directory " + directory);
        }
        return channel;
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

    private void readTasks() throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> listing = Files.list(tasks)) {
            listing.filter(file -> file.toString().endsWith(SUFFIX)).sorted().forEach(files::add);
        }
        for (Path file : files) {
            LocalTask task = readTask(file);
            if (task == null) {
                Path aside = file.resolveSibling(file.getFileName() + ".damaged");
                Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
                log.atError()
                        .addKeyValue("file", aside)
                        .log("record of a task is damaged, its containers will be removed");
            } else {
                saved.put(task.arn(), task);
            }
        }
    }

    private static @Nullable LocalTask readTask(Path file) throws IOException {
        String text = ChecksummedFile.read(file);
        if (text == null) {
            return null;
        }
        try {
            return JSON.readValue(text, LocalTask.class);
        } catch (JacksonException unreadable) {
            log.atError().setCause(unreadable).addKeyValue("file", file).log("unreadable record");
            return null;
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
        return AgentState.of(saved.values());
    }

    /** Remembers what is new in {@code state} before it returns. */
    public void save(AgentState state) {
        try {
            for (LocalTask task : state.tasks().values().toList()) {
                LocalTask before = saved.get(task.arn());
                if (before == null || !before.equals(task)) {
                    ChecksummedFile.write(file(task.arn()), JSON.writeValueAsString(task));
                    saved.put(task.arn(), task);
                }
            }
            for (String arn : List.copyOf(saved.keySet())) {
                if (state.tasks().get(arn) == null) {
                    ChecksummedFile.delete(file(arn));
                    saved.remove(arn);
                }
            }
        } catch (IOException failure) {
            throw new JournalException("cannot write to " + tasks, failure);
        }
    }

    private Path file(String taskArn) {
        String id = taskArn.substring(taskArn.lastIndexOf('/') + 1);
        String safe = id.replaceAll("[^A-Za-z0-9-]", "_");
        return tasks.resolve(safe + '-' + HexFormat.of().toHexDigits(taskArn.hashCode()) + SUFFIX);
    }

    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException failure) {
            throw new JournalException("cannot release the data directory", failure);
        }
    }
}
