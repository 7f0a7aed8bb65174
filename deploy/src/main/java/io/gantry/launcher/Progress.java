package io.gantry.launcher;

import java.io.PrintStream;
import java.util.Locale;

/** Lines that say what is done and how long it took since the command began. */
final class Progress {
    private final PrintStream out;
    private final long startedNanos = System.nanoTime();

    Progress(PrintStream out) {
        this.out = out;
    }

    void done(String line) {
        out.printf(Locale.ROOT, "%6.1f s  %s%n", seconds(), line);
        out.flush();
    }

    private double seconds() {
        return (System.nanoTime() - startedNanos) / 1e9;
    }
}
