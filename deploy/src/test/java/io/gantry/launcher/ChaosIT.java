package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Faults of a whole installation, as the packaged program does and undoes them. */
final class ChaosIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir private Path directory;

    private record Result(int code, String output, String errors) {}

    @AfterEach
    void leaveNothing() throws Exception {
        gantry("down", "--wipe");
    }

    @Test
    void faultsAreMeasuredAndUndone() throws Exception {
        int port = LauncherIT.freePorts();
        Result up = gantry("up", "--port", String.valueOf(port), "--engine", "process");
        assertThat(up.code()).as(up.errors()).isZero();
        Installation installation = Installation.open(new Layout(directory.resolve("home")));

        JsonNode kill = chaos("kill", "leader", "--for", "1s");
        assertThat(kill.path("nodes").path(0)).isEqualTo(kill.path("leader"));
        assertThat(kill.path("detectedMillis").asLong(-1)).isPositive();
        assertThat(kill.path("recoveredMillis").asLong(-1)).isPositive();
        assertThat(kill.path("writeGapMillis").asLong()).isPositive();
        assertThat(kill.path("leaderChanges").asInt()).isPositive();
        assertThat(kill.path("failed").asInt()).isPositive();

        JsonNode pause = chaos("pause", "w1", "--for", "1s");
        assertThat(pause.path("workers").path(0).asString()).isEqualTo("w1");
        assertThat(pause.path("tasksReplaced").asInt()).isZero();
        aKilledCommandLeavesNothingBehind(installation);
        if (Tool.isRoot() && Tool.exists("nft")) {
            JsonNode cut = chaos("partition", follower(installation), "--for", "2s");
            assertThat(cut.path("workers").size()).isZero();
            assertThat(cut.path("recoveredMillis").asLong(-1)).isPositive();
        } else {
            Result refused = gantry("chaos", "partition", "n1");
            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.errors()).containsAnyOf("only root", "apt-get install nftables");
        }
        assertNothingIsLeft(installation);
    }

    /** The first and only round. */
    private JsonNode chaos(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("chaos"));
        command.addAll(List.of(arguments));
        command.add("--json");
        Result result = gantry(command.toArray(String[]::new));
        assertThat(result.code()).as(result.errors()).isZero();
        JsonNode round = MAPPER.readTree(result.output()).path("rounds").path(0);
        assertThat(round.path("calls").asInt()).isGreaterThan(20);
        assertThat(round.path("wellAfterMillis").asLong(-1)).isNotNegative();
        return round;
    }

    /** What SIGKILL leaves of a chaos command is a paused worker and a note about it. */
    private void aKilledCommandLeavesNothingBehind(Installation installation) throws Exception {
        ProcessId worker = process(installation, "w2");
        var journal = new FaultJournal(installation.layout());
        journal.write(
                new ActiveFault(
                        Fault.Kind.PAUSE,
                        List.of("w2"),
                        "pause",
                        System.currentTimeMillis(),
                        30_000,
                        worker.toString()));
        Tool.run("", List.of("sh", "-c", "kill -s STOP -- -" + worker.pid()));
        assertThat(state(worker)).startsWith("T");
        Result status = gantry("status");
        assertThat(status.output()).contains("left-over pause of w2 undone");
        assertThat(state(worker)).doesNotStartWith("T");
        assertThat(journal.active()).isEmpty();
    }

    private static String state(ProcessId process) throws IOException {
        String line = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        return line.substring(line.lastIndexOf(')') + 2);
    }

    private static ProcessId process(Installation installation, String name) {
        var supervisor = new Supervisor(installation.layout(), new Distribution(Path.of("")));
        return Objects.requireNonNull(supervisor.find(installation.member(name)));
    }

    private static String follower(Installation installation) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            String leader =
                    Patience.await(
                            LIMIT,
                            () ->
                                    LeaderWatch.leader(
                                            new StatusPages(http), installation.controlPlane()));
            return installation.controlPlane().stream()
                    .map(Member::name)
                    .filter(name -> !name.equals(leader))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private void assertNothingIsLeft(Installation installation) throws Exception {
        Result status = gantry("status");
        assertThat(status.code()).isZero();
        assertThat(status.output())
                .doesNotContain(ChaosProbe.NAME)
                .doesNotContain("FAULT")
                .doesNotContain("stopped");
        assertThat(new FaultJournal(installation.layout()).active()).isEmpty();
        assertThat(gantry("chaos", "heal").output()).contains("There is nothing to undo.");
        if (Tool.isRoot() && Tool.exists("nft")) {
            assertThat(Tool.run("", List.of("nft", "list", "tables")))
                    .doesNotContain("gantry_chaos_" + installation.port());
        }
    }

    private Result gantry(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("gantry.script")).normalize().toString());
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(directory, "output", ".txt");
        Path errors = Files.createTempFile(directory, "errors", ".txt");
        var builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile());
        builder.environment().put("GANTRY_HOME", directory.resolve("home").toString());
        builder.environment().put("GANTRY_DISTRIBUTION", System.getProperty("gantry.distribution"));
        builder.environment().put("GANTRY_JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            process.destroy();
            throw new AssertionError(command + " takes too long: " + Files.readString(errors));
        }
        return new Result(
                process.exitValue(),
                Files.readString(output, StandardCharsets.UTF_8),
                Files.readString(errors, StandardCharsets.UTF_8));
    }
}
