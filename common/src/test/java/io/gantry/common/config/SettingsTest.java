package io.gantry.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SettingsTest {
    private enum Engine {
        DOCKER,
        PROCESS_ONLY
    }

    @TempDir private Path directory;

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("gantry.yaml"), content);
    }

    private static Settings environment(String name, String value) {
        return Settings.of(null, Map.of(name, value));
    }

    private static List<String> problems(Settings settings, Runnable reading) {
        var refused =
                catchThrowableOfType(
                        SettingsException.class,
                        () ->
                                settings.build(
                                        () -> {
                                            reading.run();
                                            return "built";
                                        }));
        assertThat(refused).isNotNull();
        return refused.problems();
    }

    @Test
    void variablesWinOverTheFile() throws IOException {
        Path file = file("node-id: n1\ndata-dir: /var/lib/gantry\n");
        Settings settings = Settings.of(file, Map.of("GANTRY_NODE_ID", "n2"));
        assertThat(settings.text("NODE_ID")).isEqualTo("n2");
        assertThat(settings.path("DATA_DIR")).isEqualTo(Path.of("/var/lib/gantry"));
    }

    @Test
    void blankMeansUnset() throws IOException {
        Settings settings = Settings.of(file("region:\n"), Map.of("GANTRY_REGION", " "));
        assertThat(settings.text("REGION", "us-east-1")).isEqualTo("us-east-1");
    }

    @Test
    void nestedKeysAndListsAreSettingsToo() throws IOException {
        Settings settings = Settings.of(file("node:\n  id: n1\npeers: [ a, b ]\n"), Map.of());
        assertThat(settings.text("NODE_ID")).isEqualTo("n1");
        assertThat(settings.list("PEERS", text -> text)).containsExactly("a", "b");
    }

    @Test
    void scalarsStayAsTheyWereWritten() throws IOException {
        Settings settings = Settings.of(file("account: 012345678901\nname: no\n"), Map.of());
        assertThat(settings.text("ACCOUNT")).isEqualTo("012345678901");
        assertThat(settings.text("NAME")).isEqualTo("no");
    }

    @Test
    void durations() {
        Map<String, Duration> expected =
                Map.of(
                        "500ms", Duration.ofMillis(500),
                        "10s", Duration.ofSeconds(10),
                        "5m", Duration.ofMinutes(5),
                        "2h", Duration.ofHours(2),
                        "1d", Duration.ofDays(1),
                        "PT1.5S", Duration.ofMillis(1_500));
        expected.forEach(
                (text, duration) ->
                        assertThat(environment("GANTRY_D", text).duration("D", Duration.ZERO))
                                .isEqualTo(duration));
    }

    @Test
    void sizes() {
        Map<String, Long> expected =
                Map.of("17", 17L, "512k", 524_288L, "64MiB", 67_108_864L, "2g", 2_147_483_648L);
        expected.forEach(
                (text, bytes) ->
                        assertThat(environment("GANTRY_S", text).size("S", 0)).isEqualTo(bytes));
    }

    @Test
    void choicesAndFlags() {
        Settings settings =
                Settings.of(null, Map.of("GANTRY_ENGINE", "process-only", "GANTRY_PULL", "off"));
        assertThat(settings.choice("ENGINE", Engine.class, Engine.DOCKER))
                .isEqualTo(Engine.PROCESS_ONLY);
        assertThat(settings.flag("PULL", true)).isFalse();
    }

    @Test
    void allProblemsAreReportedTogether() {
        Settings settings =
                Settings.of(
                        null,
                        Map.of(
                                "GANTRY_PORT", "99999",
                                "GANTRY_WAIT", "soon",
                                "GANTRY_HEAP", "much",
                                "GANTRY_ENGINE", "podman",
                                "GANTRY_PEERS", "1,x,3"));
        List<String> problems =
                problems(
                        settings,
                        () -> {
                            settings.text("NODE_ID");
                            settings.integer("PORT", 8700, 1, 65_535);
                            settings.duration("WAIT", Duration.ZERO);
                            settings.size("HEAP", 0);
                            settings.choice("ENGINE", Engine.class, Engine.DOCKER);
                            settings.list("PEERS", Integer::valueOf);
                        });
        assertThat(problems)
                .containsExactly(
                        "GANTRY_NODE_ID is missing (in a file: node-id)",
                        "GANTRY_PORT is \"99999\", but must be a number from 1 to 65535",
                        "GANTRY_WAIT is \"soon\", but must be a duration like 500ms, 10s, 5m or 2h",
                        "GANTRY_HEAP is \"much\", but must be a size like 512k, 64m or 2g",
                        "GANTRY_ENGINE is \"podman\", but must be one of docker, process-only",
                        "GANTRY_PEERS: \"x\": For input string: \"x\"");
    }

    @Test
    void standInsAreNotReported() {
        Settings settings = Settings.of(null, Map.of());
        List<String> problems =
                problems(
                        settings,
                        () -> {
                            if (settings.text("NODE_ID").isEmpty()) {
                                throw new IllegalArgumentException("a node needs a name");
                            }
                        });
        assertThat(problems).containsExactly("GANTRY_NODE_ID is missing (in a file: node-id)");
    }

    @Test
    void whatTheMakerRefusesIsAProblem() {
        Settings settings = Settings.of(null, Map.of());
        List<String> problems =
                problems(
                        settings,
                        () -> {
                            throw new IllegalArgumentException("n9 is not among the peers");
                        });
        assertThat(problems).containsExactly("n9 is not among the peers");
    }

    @Test
    void anUnknownKeyIsNamedWithTheClosestOne() throws IOException {
        Settings settings = Settings.of(file("nodeid: n1\ndata-dri: /tmp\n"), Map.of());
        List<String> problems =
                problems(
                        settings,
                        () -> {
                            settings.text("NODE_ID", "n1");
                            settings.path("DATA_DIR", Path.of("/tmp"));
                        });
        assertThat(problems)
                .containsExactly(
                        "There is no setting nodeid; the closest is node-id",
                        "There is no setting data-dri; the closest is data-dir");
    }

    @Test
    void aFileThatIsNotThereOrNotYamlIsAProblem() throws IOException {
        Path missing = directory.resolve("missing.yaml");
        assertThat(problems(Settings.of(missing, Map.of()), () -> {}))
                .containsExactly("There is no file " + missing);
        Path malformed = file("a: [ b\n");
        assertThat(problems(Settings.of(malformed, Map.of()), () -> {}).getFirst())
                .startsWith(malformed + " is not YAML: ");
    }

    @Test
    void theSameSettingTwiceIsAProblem() throws IOException {
        Settings settings = Settings.of(file("node-id: n1\nnode: { id: n2 }\n"), Map.of());
        assertThat(problems(settings, () -> settings.text("NODE_ID")))
                .containsExactly("node-id and node.id are the same setting");
    }
}
