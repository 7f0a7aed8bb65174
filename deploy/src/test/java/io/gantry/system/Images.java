package io.gantry.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The images of nodes and workers, made as {@code gantry images} does from what was just built;
 * with {@code -Dgantry.image.tag=TAG} those of that tag that are there already.
 */
final class Images {
    private static final String READY = System.getProperty("gantry.image.tag", "");
    private static final String TAG = READY.isEmpty() ? "system-test" : READY;
    static final String CONTROL_PLANE = "gantry/control-plane:" + TAG;
    static final String WORKER = "gantry/worker:" + TAG;
    private static final long LIMIT_MINUTES = 5;
    private static boolean made = !READY.isEmpty();

    private Images() {}

    /** Whether there is what builds them, which is Docker's own command. */
    static boolean canBeMade() {
        return Pattern.compile(":")
                .splitAsStream(Objects.requireNonNullElse(System.getenv("PATH"), ""))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "docker")));
    }

    /** Once for all tests of a run. */
    static synchronized void make(Path scratch) throws IOException, InterruptedException {
        if (made) {
            return;
        }
        Path script = Path.of(property("gantry.script")).toRealPath();
        Path output = scratch.resolve("images.log");
        var builder =
                new ProcessBuilder(
                                script.resolveSibling("deploy/images/build.sh").toString(),
                                property("gantry.distribution"))
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", property("java.home"));
        builder.environment().put("GANTRY_IMAGE_TAG", TAG);
        // Training on Docker would need the sample's image.
        builder.environment().put("GANTRY_TRAINING_ENGINE", "process");
        Process process = builder.start();
        boolean ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        assertThat(ended && process.exitValue() == 0).as(Files.readString(output)).isTrue();
        made = true;
    }

    private static String property(String name) {
        String value = System.getProperty(name);
        assertThat(value).as("the property %s, which the build sets", name).isNotNull();
        return String.valueOf(value);
    }
}
