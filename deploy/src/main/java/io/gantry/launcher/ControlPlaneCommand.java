package io.gantry.launcher;

import io.gantry.common.config.Settings;
import io.gantry.control.ControlPlane;
import io.gantry.control.ControlPlaneConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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

    @Option(names = "--config", paramLabel = "FILE", description = "settings in YAML")
    private @Nullable Path config;

    @Override
    public Integer call() throws Exception {
        Settings settings = Settings.of(config, System.getenv());
        Foreground.applyLogLevel(settings);
        ControlPlaneConfig read = ControlPlaneConfig.from(settings);
        return Foreground.run("control-plane", () -> ControlPlane.start(read));
    }
}
