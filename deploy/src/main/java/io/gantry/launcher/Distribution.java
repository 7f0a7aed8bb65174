package io.gantry.launcher;

import io.gantry.launcher.Member.Kind;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The built program.
 *
 * @param home holds {@code lib} with all jars, {@code jvm} with the options of each process, and
 *     the caches that make processes start faster
 */
record Distribution(Path home) {

    /** The one that this very process runs from. */
    static Distribution own() {
        try {
            Path jar =
                    Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            if (Files.isDirectory(jar)) {
                throw new Failure("Run the packaged program: ./gantry");
            }
            return new Distribution(jar.toAbsolutePath().resolve("../..").normalize());
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    Path jar() {
        return home.resolve("lib/gantry.jar");
    }

    Path cache(Kind kind) {
        return home.resolve(kind.command() + ".aot");
    }

    /** Whether the processes are run to write down what they load, which takes them a while. */
    static boolean isTraining() {
        return System.getenv("GANTRY_TRAINING") != null;
    }

    static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** Runs a process that writes its log to a file. */
    List<String> command(Kind kind, Path log) {
        var command = new ArrayList<String>();
        command.add(java().toString());
        command.add("@" + home.resolve("jvm").resolve(kind.command() + ".args"));
        Path cache = cache(kind);
        if (isTraining()) {
            command.add("-XX:AOTCacheOutput=" + cache + ".new");
        } else if (Files.exists(cache)) {
            command.add("-XX:AOTCache=" + cache);
            command.add("-Xlog:aot=off,cds=off");
        }
        String extra = System.getenv("GANTRY_JAVA_OPTS");
        if (extra != null && !extra.isBlank()) {
            command.addAll(List.of(extra.strip().split("\\s+")));
        }
        command.add("-Dlogback.configurationFile=logback-file.xml");
        command.add("-Dgantry.log=" + log);
        command.addAll(List.of("-jar", jar().toString(), kind.command()));
        return command;
    }
}
