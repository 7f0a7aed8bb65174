package io.gantry.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where the files of an installation are. */
record Layout(Path home) {

    Path description() {
        return home.resolve("installation.yaml");
    }

    Path lock() {
        return home.resolve("lock");
    }

    Path config(Member member) {
        return home.resolve("conf").resolve(member.name() + ".yaml");
    }

    Path data(Member member) {
        return home.resolve("data").resolve(member.name());
    }

    Path credentials(Member node) {
        return data(node).resolve("root-credentials");
    }

    Path logs() {
        return home.resolve("logs");
    }

    Path log(Member member) {
        return logs().resolve(member.name() + ".log");
    }

    /** What a process says outside of its log, such as the last words of a JVM. */
    Path output(Member member) {
        return logs().resolve(member.name() + ".out");
    }

    Path pid(Member member) {
        return home.resolve("run").resolve(member.name() + ".pid");
    }

    /** By how much the wall clock of a process is to be off; there only while it is. */
    Path clockOffset(Member member) {
        return home.resolve("run").resolve(member.name() + ".clock-offset");
    }

    /** What chaos has done and not undone yet. */
    Path faults() {
        return home.resolve("run").resolve("faults");
    }

    Path sample() {
        return home.resolve("sample");
    }

    /** Makes the directories, or says why that cannot be. */
    void create() {
        for (String directory : List.of("conf", "data", "logs", "run")) {
            Path path = home.resolve(directory);
            try {
                Files.createDirectories(path);
            } catch (IOException refused) {
                throw unwritable(path, refused);
            }
            if (!Files.isWritable(path)) {
                throw unwritable(path, null);
            }
        }
    }

    private static Failure unwritable(Path path, @Nullable IOException cause) {
        String message =
                "Cannot write to %s. Choose a directory of yours with --home or GANTRY_HOME."
                        .formatted(path);
        return cause == null ? new Failure(message) : new Failure(message, cause);
    }

    /** Writes a file in one step, so that nobody meets half of it. */
    static void write(Path path, String content) {
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        try {
            Files.writeString(fresh, content);
            Files.move(fresh, path, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException refused) {
            throw new Failure("Cannot write %s: %s".formatted(path, refused.getMessage()), refused);
        }
    }

    /** Deletes what an installation leaves on disk, but not the built distributions. */
    void wipe() {
        for (String name :
                List.of("conf", "data", "logs", "run", "sample", "installation.yaml", "lock")) {
            delete(home.resolve(name));
        }
    }

    /** Puts aside what a node has that was lost, so that another can take its name. */
    void putAside(Member node, String suffix) {
        Path data = data(node);
        try {
            if (Files.exists(data)) {
                Files.move(data, data.resolveSibling(node.name() + suffix));
            }
        } catch (IOException refused) {
            throw new Failure("Cannot move %s: %s".formatted(data, refused), refused);
        }
        delete(config(node));
        delete(pid(node));
    }

    /** Deletes what a node that is no member any more leaves behind. */
    void forget(Member node) {
        delete(data(node));
        delete(config(node));
        delete(pid(node));
    }

    private static void delete(Path tree) {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException refused) {
            throw new Failure("Cannot delete %s: %s".formatted(tree, refused), refused);
        }
    }
}
