package io.gantry.launcher;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Programs of the machine that do at once what is asked of them. */
final class Tool {
    private Tool() {}

    static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException unknown) {
            return false;
        }
    }

    /** Whether there is a program of that name. */
    static boolean exists(String name) {
        return find(name) != null;
    }

    private static @Nullable Path find(String name) {
        // Administrators' programs are not on everybody's path.
        String path = System.getenv("PATH") + ":/usr/sbin:/sbin";
        return Stream.of(path.split(":", -1))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    /** The command, with the place of its program. */
    static List<String> located(List<String> command) {
        Path program = find(command.getFirst());
        if (program == null) {
            return command;
        }
        return Stream.concat(Stream.of(program.toString()), command.stream().skip(1)).toList();
    }

    static boolean succeeds(List<String> prefix, String... command) {
        try {
            run("", Stream.concat(prefix.stream(), Stream.of(command)).toList());
            return true;
        } catch (Failure refused) {
            return false;
        }
    }

    /**
     * What the program prints; a failure with its own words if it ends with another code than 0.
     */
    static String run(String input, List<String> command) {
        var builder = new ProcessBuilder(located(command)).redirectErrorStream(true);
        try {
            Process process = builder.start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0) {
                throw new Failure(
                        "%s failed: %s".formatted(String.join(" ", command), output.strip()));
            }
            return output;
        } catch (IOException refused) {
            throw new Failure(
                    "%s cannot be run: %s".formatted(command.getFirst(), refused.getMessage()),
                    refused);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failure("Interrupted.", interrupted);
        }
    }
}
