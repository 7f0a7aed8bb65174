package io.gantry.launcher;

import io.gantry.common.config.Settings;
import io.gantry.common.disk.DiskException;
import io.gantry.control.ControlPlane;
import io.gantry.control.ControlPlaneConfig;
import io.gantry.control.raft.RemovedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a node of the control plane in the foreground. */
@Command(
        name = "control-plane",
        description = {
            "Run a node of the control plane in the foreground.",
            "Environment variables GANTRY_... win over the file; README.md lists the settings."
        })
final class ControlPlaneCommand implements Callable<Integer> {

    private static final Logger log = LoggerFactory.getLogger(ControlPlaneCommand.class);
    private static final int EXIT_FAILED = 1;
    private static final int EXIT_REMOVED = 0;

    @Option(names = "--config", paramLabel = "FILE", description = "settings in YAML")
    private @Nullable Path config;

    ControlPlaneCommand() {}

    ControlPlaneCommand(Path config) {
        this.config = config;
    }

    @Override
    public Integer call() throws Exception {
        Settings settings = Settings.of(config, System.getenv());
        Foreground.applyLogLevel(settings);
        Foreground.followClockOffset(settings);
        ControlPlaneConfig read = ControlPlaneConfig.from(settings);
        try {
            return Foreground.run("control-plane", () -> start(read));
        } catch (Failure failure) {
            if (failure.getCause() instanceof RemovedException removed) {
                // Whoever supervises it need not start it again: it would say the same.
                System.err.println(removed.getMessage());
                return EXIT_REMOVED;
            }
            throw failure;
        }
    }

    /**
     * A node that can no longer follow the log is of no use; whoever supervises it may start it
     * again.
     */
    private static ControlPlane start(ControlPlaneConfig config) throws IOException {
        ControlPlane node = ControlPlane.start(config);
        var _ =
                node.failure()
                        .thenAccept(
                                cause -> {
                                    logStop(cause);
                                    Thread.ofPlatform().start(() -> System.exit(EXIT_FAILED));
                                });
        var _ =
                node.removed()
                        .thenAccept(
                                text -> {
                                    log.warn("{}; it ends, and its data is of no use", text);
                                    Thread.ofPlatform().start(() -> System.exit(EXIT_REMOVED));
                                });
        return node;
    }

    /** What a disk does wrong is said in a sentence; anything else is a fault of the program. */
    private static void logStop(Throwable cause) {
        if (cause instanceof DiskException) {
            log.error("this node stops: {}", cause.getMessage());
            log.debug("where it failed", cause);
        } else {
            log.error("this node stops, as it cannot follow the log", cause);
        }
    }
}
