package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.config.Settings;
import io.gantry.control.ControlPlaneConfig;
import io.gantry.worker.WorkerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in {@code package/conf} name every setting, and none that is not there. */
final class ExampleConfigurationTest {
    private static final Path EXAMPLES = Path.of("package", "conf");
    private static final Pattern KEY = Pattern.compile("(?m)^([a-z0-9-]+):");

    @TempDir private Path directory;

    /** Reads a configuration from settings and thereby asks for each of them. */
    private interface Reader {
        Object read(Settings settings);
    }

    @Test
    void ofControlPlane() throws IOException {
        check("control-plane.yaml", ControlPlaneConfig::from);
    }

    @Test
    void ofWorker() throws IOException {
        check("worker.yaml", WorkerConfig::from);
    }

    private void check(String name, Reader reader) throws IOException {
        Path example = EXAMPLES.resolve(name);
        SortedSet<String> asked = names(example, reader);

        // A "#" directly before a name is a setting, one before a space is an explanation.
        String complete = Files.readString(example).replaceAll("(?m)^#(?=[a-z]|  - )", "");
        SortedSet<String> named = new TreeSet<>();
        Matcher key = KEY.matcher(complete);
        while (key.find()) {
            named.add(key.group(1).toUpperCase(Locale.ROOT).replace('-', '_'));
        }
        assertThat(named).as("settings that %s explains", example).isEqualTo(asked);
        assertThat(names(Files.writeString(directory.resolve(name), complete), reader))
                .as("all examples of %s are valid", example)
                .isEqualTo(asked);
    }

    private static SortedSet<String> names(Path file, Reader reader) {
        Settings settings = Settings.of(file, Map.of());
        Foreground.applyLogLevel(settings);
        assertThat(reader.read(settings)).isNotNull();
        return settings.names();
    }
}
