package io.gantry.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.system.LoadTarget.TaskPlace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole installation under load, with one fault after the other. A short one is part of every
 * build; {@code -Dgantry.soak=PT24M} makes it a long one, {@code -Dgantry.soak.seed} repeats one.
 */
final class SoakIT {
    private static final Duration LENGTH =
            Duration.parse(System.getProperty("gantry.soak", "PT1M45S"));
    private static final long SEED = Long.getLong("gantry.soak.seed", System.nanoTime());

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    @Test
    void usersAreServedWhateverFails() throws IOException {
        System.out.printf("soak of %s with -Dgantry.soak.seed=%d in %s%n", LENGTH, SEED, directory);
        try (var installation = SoakInstallation.start(directory);
                var processes = new ProcessWatch(installation)) {
            var target =
                    new LoadTarget(
                            "soak",
                            installation.endpoints(),
                            installation.accessKey(),
                            installation.secret(),
                            TaskPlace.processes("default"));
            try (var load = SteadyLoad.start(target, SEED)) {
                var faults = new SoakFaults(installation, new Random(SEED));
                faults.run(LENGTH);
                load.stop();
                System.out.printf("%s%s%s%n", load.figures(), faults, processes);
                load.check();
                assertThat(processes.growth()).isEmpty();
                assertThat(processes.excess()).isEmpty();
                assertThat(load.figures().writes()).isGreaterThan((int) LENGTH.toSeconds());
            }
        }
    }
}
