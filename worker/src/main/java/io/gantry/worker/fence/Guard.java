package io.gantry.worker.fence;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process that ends containers whose lease is over. It has a session of its own, so that what
 * stops or ends the worker spares it, and goes when there is nothing left to guard.
 */
public interface Guard {

    /**
     * Sees to it that it runs.
     *
     * @throws IOException if it cannot be started
     */
    void ensure() throws IOException;

    /** A shell that watches {@code directory}. */
    static Guard shell(Path directory) {
        return new Shell(directory);
    }

    /** What a guard runs, with the directory as its only argument. */
    static String script() {
        try (InputStream resource = Guard.class.getResourceAsStream("guard.sh")) {
            if (resource == null) {
                throw new AssertionError("guard.sh is not in the program");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** See {@link #shell}. */
    final class Shell implements Guard {
        private static final Logger log = LoggerFactory.getLogger(Guard.class);

        private final Path directory;
        private final String script;
        private @Nullable Process started;

        Shell(Path directory) {
            this.directory = directory;
            script = script();
        }

        @Override
        public void ensure() throws IOException {
            // The file goes before the guard looks for the last time whether it is still needed.
            Path owner = directory.resolve("guard");
            if (Files.exists(owner) && runs(owner)) {
                return;
            }
            // The number in it may be that of another process by now, which a guard would yield to.
            Files.deleteIfExists(owner);
            Process process =
                    new ProcessBuilder(
                                    "setsid",
                                    "sh",
                                    "-c",
                                    script,
                                    "gantry-guard",
                                    directory.toString())
                            .directory(Path.of("/").toFile())
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            Files.writeString(owner, process.pid() + "\n");
            started = process;
            log.atInfo().addKeyValue("pid", process.pid()).log("guard started");
        }

        private boolean runs(Path owner) throws IOException {
            Process ours = started;
            if (ours != null && ours.isAlive()) {
                return true;
            }
            String pid = Files.readString(owner).strip();
            Path commandLine = Path.of("/proc", pid, "cmdline");
            try {
                return pid.matches("[0-9]+")
                        && Files.readString(commandLine).endsWith(directory + "\0");
            } catch (IOException gone) {
                return false;
            }
        }
    }
}
