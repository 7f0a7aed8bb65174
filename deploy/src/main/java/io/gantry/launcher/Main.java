package io.gantry.launcher;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Where the program begins. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        Callable<Integer> part = part(arguments);
        System.exit(part == null ? GantryCommand.commandLine().execute(arguments) : run(part));
    }

    /**
     * The part that is to run for months, if it is asked for as {@code gantry up} and services do.
     * The parser of commands would cost it half a second: its classes are too old for an AOT cache.
     */
    private static @Nullable Callable<Integer> part(String[] arguments) {
        if (arguments.length != 3 || !arguments[1].equals("--config")) {
            return null;
        }
        Path config = Path.of(arguments[2]);
        return switch (arguments[0]) {
            case "control-plane" -> new ControlPlaneCommand(config);
            case "worker" -> new WorkerCommand(config);
            default -> null;
        };
    }

    private static int run(Callable<Integer> part) {
        try {
            return part.call();
        } catch (Exception failure) {
            return Explanation.give(
                    failure, new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        }
    }
}
