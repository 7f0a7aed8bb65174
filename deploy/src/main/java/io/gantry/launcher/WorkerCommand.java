package io.gantry.launcher;

import io.gantry.common.config.Settings;
import io.gantry.worker.WorkerAgent;
import io.gantry.worker.WorkerConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a worker in the foreground. */
@Command(
        name = "worker",
        description = {
            "Run a worker in the foreground.",
            "Environment variables GANTRY_... win over the file; README.md lists the settings."
        })
final class WorkerCommand implements Callable<Integer> {
    @Option(names = "--config", paramLabel = "FILE", description = "settings in YAML")
    private @Nullable Path config;

    WorkerCommand() {}

    WorkerCommand(Path config) {
        this.config = config;
    }

    @Override
    public Integer call() throws Exception {
        Settings settings = Settings.of(config, System.getenv());
        Foreground.applyLogLevel(settings);
        Foreground.followClockOffset(settings);
        WorkerConfig read = WorkerConfig.from(settings);
        return Foreground.run("worker", () -> WorkerAgent.start(read));
    }
}
