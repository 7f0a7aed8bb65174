package io.gantry.control.raft;

import io.gantry.common.disk.DirectoryCheck;
import io.gantry.common.disk.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.jspecify.annotations.Nullable;

/** What a node's directory says about the group that it belongs to, or did. */
final class GroupFiles {
    private static final Pattern GROUP =
            Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final Path directory;

    GroupFiles(Path dataDirectory) {
        this.directory = dataDirectory;
    }

    Path raft() {
        return directory.resolve("raft");
    }

    /** Where a recovered log is until it takes the place of the old one. */
    Path recovered() {
        return directory.resolve("raft.recovered");
    }

    private Path member() {
        return directory.resolve("member");
    }

    private Path removed() {
        return directory.resolve("removed");
    }

    /** Ends a recovery that was interrupted between its last two steps. */
    void settle() throws IOException {
        if (Files.exists(recovered()) && !Files.exists(raft())) {
            Files.move(recovered(), raft(), StandardCopyOption.ATOMIC_MOVE);
            DirectoryCheck.sync(directory);
        }
    }

    /** The group whose log is here; null in a new directory. */
    @Nullable RaftGroupId id() throws IOException {
        if (!Files.isDirectory(raft())) {
            return null;
        }
        try (Stream<Path> entries = Files.list(raft())) {
            List<String> groups =
                    entries.map(entry -> entry.getFileName().toString())
                            .filter(name -> GROUP.matcher(name).matches())
                            .toList();
            if (groups.size() > 1) {
                throw new IOException(
                        "%s holds the logs of several groups: %s".formatted(raft(), groups));
            }
            return groups.isEmpty()
                    ? null
                    : RaftGroupId.valueOf(UUID.fromString(groups.getFirst()));
        }
    }

    Path group(RaftGroupId id) {
        return raft().resolve(id.getUuid().toString());
    }

    /** Where Ratis keeps the log and the vote of a group. */
    Path current(RaftGroupId id) {
        return group(id).resolve("current");
    }

    /** Whether the log here is of a node that has been told nothing yet. */
    boolean isBlank() throws IOException {
        RaftGroupId id = id();
        if (id == null) {
            return true;
        }
        try (Stream<Path> files = Files.walk(group(id))) {
            return files.map(file -> file.getFileName().toString())
                    .noneMatch(
                            name ->
                                    name.startsWith("log_")
                                            || name.startsWith("snapshot")
                                            || name.equals("raft-meta.conf"));
        }
    }

    /** Removes a blank log, so that another group can be joined. */
    void clearBlank() throws IOException {
        RaftGroupId id = id();
        if (id != null && isBlank()) {
            delete(group(id));
        }
    }

    /** What to start with: what the directory remembers counts, the configuration only founds. */
    RaftGroup start(RaftConfig config) throws IOException {
        RaftGroupId present = id();
        UUID joins = config.joins();
        RaftGroupId founded = joins == null ? Group.FOUNDED : RaftGroupId.valueOf(joins);
        RaftGroupId id = present == null ? founded : present;
        boolean remembers = Files.exists(current(id).resolve("raft-meta.conf"));
        return RaftGroup.valueOf(
                id,
                remembers || joins != null
                        ? List.of()
                        : config.peers().stream().map(Group::peer).toList());
    }

    boolean isMember() {
        return Files.exists(member());
    }

    /** It was a member for certain: if it is none later, it has been removed. */
    void noteMember() throws IOException {
        write(member(), "This node has become a member of its group.\n");
    }

    void noteRemoved() throws IOException {
        write(removed(), "This node has been removed from its group.\n");
    }

    /**
     * Keeps a node that was removed from starting again.
     *
     * @throws RemovedException if it was
     */
    void checkNotRemoved() throws RemovedException {
        if (Files.exists(removed())) {
            throw new RemovedException(
                    ("this node was removed from the control plane, and its data in %s is of no"
                                    + " use; to make it a member again, delete that directory, start it with"
                                    + " the setting join, and add it")
                            .formatted(directory));
        }
    }

    static void write(Path file, String text) throws IOException {
        WholeFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
