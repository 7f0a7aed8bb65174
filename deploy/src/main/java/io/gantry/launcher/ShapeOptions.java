package io.gantry.launcher;

import io.gantry.launcher.Installation.EngineKind;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a new installation looks like; the present one only has to agree. */
final class ShapeOptions {

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "the first of ten ports per process (default: 8700)")
    private @Nullable Integer port;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            description = "of the control plane, an odd number up to 7 (default: 3)")
    private @Nullable Integer nodes;

    @Option(names = "--workers", paramLabel = "N", description = "workers, up to 50 (default: 2)")
    private @Nullable Integer workers;

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            description =
                    "docker (also Podman), process, or auto: docker if it answers (default: auto)")
    private String engine = "auto";

    /**
     * The present installation, or a new one that is saved.
     *
     * @param withSample whether a new one is to run the sample, for which Docker alone will not do
     */
    Installation installation(Layout layout, boolean withSample) {
        if (Installation.exists(layout)) {
            return agreed(Installation.open(layout));
        }
        var made =
                new Installation(
                        layout,
                        inRange("--port", port, Installation.DEFAULT_PORT, 1, 65_000),
                        inRange("--nodes", nodes, 3, 1, 7),
                        inRange("--workers", workers, 2, 0, 50),
                        chosenEngine(withSample));
        if (made.nodes() % 2 == 0) {
            throw new Failure(
                    "--nodes must be odd: an even one tolerates no more failures than one less.");
        }
        Supervisor.checkPorts(made.members());
        made.save();
        return made;
    }

    private Installation agreed(Installation present) {
        boolean agrees =
                (port == null || port == present.port())
                        && (nodes == null || nodes == present.nodes())
                        && (workers == null || workers == present.workers())
                        && (engine.equals("auto") || engine.equals(present.engineName()));
        if (!agrees) {
            throw new Failure(
                    """
                    %s holds %d nodes and %d workers from port %d on, engine %s.
                    To change that, remove it first: gantry down --wipe"""
                            .formatted(
                                    present.layout().home(),
                                    present.nodes(),
                                    present.workers(),
                                    present.port(),
                                    present.engineName()));
        }
        // Written again, as a newer program may have more to say in them.
        present.save();
        return present;
    }

    private EngineKind chosenEngine(boolean withSample) {
        return switch (engine.toLowerCase(Locale.ROOT)) {
            case "docker" -> EngineKind.DOCKER;
            case "process" -> EngineKind.PROCESS;
            case "auto" -> {
                if (!ContainerEngine.answers()) {
                    yield EngineKind.PROCESS;
                }
                if (withSample && SampleImage.busybox() == null) {
                    System.err.println(SampleImage.NO_BUSYBOX + " Processes will do for now.");
                    yield EngineKind.PROCESS;
                }
                yield EngineKind.DOCKER;
            }
            default -> throw new Failure("--engine must be docker, process or auto.");
        };
    }

    private static int inRange(
            String option, @Nullable Integer value, int fallback, int min, int max) {
        if (value == null) {
            return fallback;
        }
        if (value < min || value > max) {
            throw new Failure("%s must be from %d to %d.".formatted(option, min, max));
        }
        return value;
    }
}
