package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The workers of this machine, in a directory with a file for each that nobody but their user may
 * read. A file whose process is gone is ignored, and removed.
 */
final class Registrations implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Registrations.class);
    private static final String SUFFIX = ".json";

    private final Path directory;
    private final String name;

    /**
     * The registrations in a directory, which need not exist.
     *
     * @param name of our own
     */
    Registrations(Path directory, String name) {
        this.directory = directory;
        this.name = name;
    }

    /**
     * A worker.
     *
     * @param port of the loopback
     * @param token by which it knows requests of other workers
     */
    record Peer(int port, String token) {}

    private record Entry(long pid, long startedMillis, int port, String token) {
        private boolean isAlive() {
            return ProcessHandle.of(pid)
                    .map(process -> started(process) == startedMillis)
                    .orElse(false);
        }

        private static long started(ProcessHandle process) {
            return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
        }
    }

    /** Tells the others of ourselves. */
    void register(int port, String token) throws IOException {
        Files.createDirectories(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ProcessHandle self = ProcessHandle.current();
        var entry = new Entry(self.pid(), Entry.started(self), port, token);
        Path fresh =
                Files.createTempFile(
                        directory,
                        name,
                        ".new",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, AcsJson.mapper().writeValueAsString(entry));
        Files.move(fresh, directory.resolve(name + SUFFIX), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The others that run. */
    List<Peer> others() {
        List<Peer> others = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(each -> each.toString().endsWith(SUFFIX)).toList()) {
                if (!file.getFileName().toString().equals(name + SUFFIX)) {
                    add(others, file);
                }
            }
        } catch (IOException unreadable) {
            log.atDebug().setCause(unreadable).log("no registrations of other workers");
        }
        return others;
    }

    private static void add(List<Peer> others, Path file) throws IOException {
        try {
            JsonNode node = AcsJson.mapper().readTree(Files.readString(file));
            Entry entry = AcsJson.mapper().treeToValue(node, Entry.class);
            if (entry.isAlive()) {
                others.add(new Peer(entry.port, entry.token));
            } else {
                Files.deleteIfExists(file);
            }
        } catch (JacksonException | IOException unreadable) {
            log.atDebug().setCause(unreadable).addKeyValue("file", file).log("not read");
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(directory.resolve(name + SUFFIX));
        } catch (IOException failure) {
            log.atDebug().setCause(failure).log("registration not removed");
        }
    }
}
