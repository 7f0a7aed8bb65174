package io.gantry.launcher;

import io.gantry.common.config.SettingsException;
import java.io.PrintWriter;

/** What is said of a command that failed. */
final class Explanation {
    private static final int EXIT_FAILED = 1;

    private Explanation() {}

    /** Prints it, and tells the exit code. */
    static int give(Exception failure, PrintWriter err) {
        switch (failure) {
            case Failure known -> err.println(known.getMessage());
            case ApiClient.RefusedException refused -> err.println(refused.getMessage());
            case SettingsException settings -> settings.problems().forEach(err::println);
            default -> {
                err.println("This should not have happened:");
                failure.printStackTrace(err);
            }
        }
        err.flush();
        return EXIT_FAILED;
    }
}
