package io.gantry.launcher;

import io.gantry.control.raft.Release;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** Tells what runs here. */
@Command(name = "version", description = "Print the versions of Gantry and Java.")
final class VersionCommand implements Callable<Integer>, IVersionProvider {

    @Override
    public Integer call() {
        System.out.println(text());
        return 0;
    }

    @Override
    public String[] getVersion() {
        return new String[] {text()};
    }

    private static String text() {
        @Nullable String version = Main.class.getPackage().getImplementationVersion();
        return "gantry %s (feature level %d, Java %s, %s %s)"
                .formatted(
                        version == null ? "from class files" : version,
                        Release.OWN.level(),
                        Runtime.version(),
                        System.getProperty("os.name"),
                        System.getProperty("os.arch"));
    }
}
