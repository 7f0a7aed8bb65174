package io.gantry.launcher;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which installation a command is about. */
final class HomeOption {

    @Option(
            names = "--home",
            paramLabel = "DIRECTORY",
            description =
                    "where the installation keeps its files (default: $GANTRY_HOME, or .gantry"
                            + " beside the script, or of your home for an installed package)")
    private @Nullable Path home;

    Layout layout() {
        String variable = System.getenv("GANTRY_HOME");
        if (home != null) {
            return new Layout(home.toAbsolutePath().normalize());
        }
        Path chosen = Path.of(variable == null || variable.isBlank() ? ".gantry" : variable);
        return new Layout(chosen.toAbsolutePath().normalize());
    }
}
