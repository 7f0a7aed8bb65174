package io.gantry.worker.process;

import io.gantry.common.acs.AcsJson;
import io.gantry.worker.core.FoundContainer.Exit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** The files of one container. */
record ProcessDirectory(Path path) {

    /** Runs the command in a session of its own, so that signals to it spare this shell. */
    private static final String SUPERVISOR =
            """
            dir=$1
            shift
            if [ -f "$dir/lease" ]; then
                read -r lease renewed <"$dir/lease"
                read -r at _ <"$renewed"
                read -r up _ </proc/uptime
                [ $((${up%.*}${up#*.} - at)) -lt "$lease" ] || exit 1
            fi
            setsid "$@" </dev/null >>"$dir/out" 2>>"$dir/err" &
            child=$!
            read -r line <"/proc/$child/stat"
            printf '%s\\n' "$line" >"$dir/stat.new"
            mv "$dir/stat.new" "$dir/stat"
            wait "$child"
            code=$?
            kill -s KILL -- "-$child" 2>/dev/null
            printf '%s\\n' "$code" >"$dir/exit.new"
            mv "$dir/exit.new" "$dir/exit"
            """;

    String id() {
        return path.getFileName().toString();
    }

    void create(ProcessSpec spec) throws IOException {
        Files.createDirectories(
                path,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createDirectories(path.resolve("work"));
        Path fresh = path.resolve("spec.new");
        Files.writeString(fresh, AcsJson.mapper().writeValueAsString(spec));
        Files.move(fresh, path.resolve("spec"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The process does not begin without a lease, however late its shell gets to run. */
    void lease(long leaseMillis, Path renewed) throws IOException {
        Files.writeString(path.resolve("lease"), leaseMillis / 10 + " " + renewed + "\n");
    }

    @Nullable ProcessSpec spec() {
        try {
            return AcsJson.mapper()
                    .readValue(Files.readString(path.resolve("spec")), ProcessSpec.class);
        } catch (IOException | JacksonException neverCompleted) {
            return null;
        }
    }

    /** Starts the supervisor; returns it. */
    Process launch(ProcessSpec spec) throws IOException {
        for (String file : List.of("stat", "exit")) {
            Files.deleteIfExists(path.resolve(file));
        }
        Files.writeString(path.resolve("launched"), "");
        String directory = spec.workingDirectory();
        List<String> command =
                Stream.concat(
                                Stream.of(
                                        "setsid",
                                        "sh",
                                        "-c",
                                        SUPERVISOR,
                                        "gantry",
                                        path.toString()),
                                spec.command().stream())
                        .toList();
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(
                                directory == null
                                        ? path.resolve("work").toFile()
                                        : Path.of(directory).toFile())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(
                                ProcessBuilder.Redirect.appendTo(path.resolve("err").toFile()));
        builder.environment().clear();
        builder.environment().putAll(spec.environment());
        return builder.start();
    }

    boolean launched() {
        return Files.exists(path.resolve("launched"));
    }

    /** The process as it was when it began; null before that. */
    @Nullable ProcStat began() {
        return ProcStat.read(path.resolve("stat"));
    }

    long beganAtMillis() throws IOException {
        return Files.getLastModifiedTime(path.resolve("stat")).toMillis();
    }

    @Nullable Exit exit() {
        Path file = path.resolve("exit");
        try {
            int code = Integer.parseInt(Files.readString(file).strip());
            long at = Files.getLastModifiedTime(file).toMillis();
            return new Exit(code, null, at, beganAtMillis());
        } catch (IOException | NumberFormatException notYet) {
            return null;
        }
    }

    /** Keeps the newest half of the output once there is more than {@code limitBytes} of it. */
    void boundOutput(long limitBytes) {
        for (String name : List.of("out", "err")) {
            Path file = path.resolve(name);
            try {
                if (Files.exists(file) && Files.size(file) > limitBytes / 2) {
                    Files.copy(
                            file, path.resolve(name + ".1"), StandardCopyOption.REPLACE_EXISTING);
                    // The process appends, so it goes on at the new end.
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.truncate(0);
                    }
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    void delete() throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(path)) {
            files = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }
}
