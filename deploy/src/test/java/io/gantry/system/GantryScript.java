package io.gantry.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The script {@code gantry}, with the program that was built, as an operator calls it.
 *
 * @param directory where it is called, and where its output goes
 * @param home of the installation
 */
public record GantryScript(Path directory, Path home) {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    /**
     * How it ended.
     *
     * @param code of its exit, 0 if all is well
     * @param output of both kinds
     */
    public record Result(int code, String output) {}

    /** Calls it; fails if that takes minutes. */
    public Result run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("gantry.script")).normalize().toString());
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(directory, "output", ".txt");
        var builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().put("GANTRY_HOME", home.toString());
        builder.environment().put("GANTRY_DISTRIBUTION", System.getProperty("gantry.distribution"));
        builder.environment().put("GANTRY_JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(command + " takes too long: " + Files.readString(output));
        }
        return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    }
}
