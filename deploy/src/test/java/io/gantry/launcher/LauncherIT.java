package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.launcher.Installation.EngineKind;
import io.gantry.system.FreePorts;
import io.gantry.system.GantryScript;
import io.gantry.system.GantryScript.Result;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecs.EcsClient;

/** The packaged program as its users run it, from nothing to nothing. */
final class LauncherIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Pattern REPLY = Pattern.compile("(?m)^(http://127\\S+)  (Hello from .*)$");

    @TempDir private Path directory;
    private Path home = Path.of("");
    private int port;

    @BeforeEach
    void choosePlace() {
        home = directory.resolve("an installation");
        port = FreePorts.first(21_000, 50);
    }

    @AfterEach
    void leaveNothing() throws Exception {
        gantry("down", "--wipe");
    }

    @Test
    void anInstallationSurvivesWhatItMayMeet() throws Exception {
        Result first = gantry("quickstart", "--port", String.valueOf(port));
        assertThat(first.code()).as(first.output()).isZero();
        Map<String, String> replies = replies(first.output());
        assertThat(replies).as(first.output()).hasSize(2);
        assertThat(first.output())
                .contains("leader", "export AWS_SECRET_ACCESS_KEY=", "aws ecs update-service");

        Installation installation = Installation.open(new Layout(home));
        theOperatorSeesIntoTasks(installation);
        Member leader = leader(installation);
        assertThat(gantry("kill", leader.name()).code()).isZero();
        assertThat(tasks(installation, leader)).hasSize(2);

        killAll(installation);
        Result again = gantry("up");
        assertThat(again.code()).as(again.output()).isZero();
        assertThat(tasks(installation, null)).hasSize(2);
        // Replies name the container or the process: they are the same ones.
        assertThat(answers(replies)).isEqualTo(replies);

        assertThat(gantry("up").output()).contains("all processes run already");
        List<String> agents = agents(installation);
        Result down = gantry("down");
        assertThat(down.code()).as(down.output()).isZero();
        assertNothingIsLeft(installation, replies, agents);
    }

    private void theOperatorSeesIntoTasks(Installation installation) throws Exception {
        String arn = tasks(installation, null).getFirst();
        String id = arn.substring(arn.lastIndexOf('/') + 1);
        Result tasks = gantry("tasks", "--service", Sample.SERVICE);
        assertThat(tasks.code()).as(tasks.output()).isZero();
        assertThat(tasks.output()).contains(id, "service:" + Sample.SERVICE, "RUNNING");
        assertThat(gantry("tasks", "--json").output()).contains("\"taskArn\":\"" + arn);
        assertThat(gantry("task", id).output())
                .contains("created, for service:" + Sample.SERVICE, "started", arn);
        assertThat(gantry("workers").output()).contains("w1", "w2", "ACTIVE", "yes");
        Result logs = gantry("logs", id, "-n", "5");
        assertThat(logs.code()).as(logs.output()).isZero();

        // Each node can carry a stream, whichever of them the worker is connected to.
        for (Member node : installation.controlPlane()) {
            List<String> command =
                    new ArrayList<>(
                            List.of(
                                    "exec",
                                    "--endpoint",
                                    node.url().toString(),
                                    "--credentials",
                                    installation.layout().credentials(node).toString(),
                                    "-n",
                                    id,
                                    "--"));
            if (installation.engine() == EngineKind.DOCKER) {
                command.add("/bin/busybox");
            }
            command.addAll(List.of("sh", "-c", "echo \"seen by $0\"; exit 7", node.name()));
            Result executed = gantry(command.toArray(String[]::new));
            assertThat(executed.output()).contains("seen by " + node.name());
            assertThat(executed.code()).isEqualTo(7);
        }
        Result missing = gantry("exec", "ffffffff", "--", "true");
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.output()).contains("There is no task 'ffffffff'");
        assertThat(gantry("exec", id).code()).isEqualTo(2);
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (var taken = new ServerSocket(port + 11, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            Result refused = gantry("up", "--port", String.valueOf(port));
            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.output())
                    .contains("Port %d, which n2 needs, is taken".formatted(taken.getLocalPort()))
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aHomeThatCannotBeIsNamed() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "in the way");
        Result refused = gantry("up", "--home", file.resolve("below").toString());
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.output()).contains("Cannot write to " + file).doesNotContain("\tat ");
    }

    @Test
    void everyCommandHasHelp() throws Exception {
        for (String command : GantryCommand.commandLine().getSubcommands().keySet()) {
            Result help = gantry(command, "--help");
            assertThat(help.code()).as(command).isZero();
            assertThat(help.output()).contains("Usage: gantry " + command);
        }
        assertThat(gantry("nonsense").code()).isEqualTo(2);
    }

    private Result gantry(String... arguments) throws Exception {
        return new GantryScript(directory, home).run(arguments);
    }

    private static Map<String, String> replies(String output) {
        Map<String, String> replies = new TreeMap<>();
        Matcher matcher = REPLY.matcher(output);
        while (matcher.find()) {
            replies.put(matcher.group(1), matcher.group(2));
        }
        return replies;
    }

    private static Map<String, String> answers(Map<String, String> expected) {
        Map<String, String> answers = new TreeMap<>();
        try (HttpClient http = HttpClient.newHttpClient()) {
            var pages = new StatusPages(http);
            for (String address : expected.keySet()) {
                String answer = pages.text(URI.create(address + "/"));
                answers.put(address, answer == null ? "nothing" : answer.strip());
            }
        }
        return answers;
    }

    private static Member leader(Installation installation) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            var pages = new StatusPages(http);
            Member found =
                    Patience.await(
                            LIMIT,
                            () -> {
                                NodeStatus status =
                                        pages.status(installation.controlPlane().getFirst());
                                return status == null || status.leader() == null
                                        ? null
                                        : installation.member(status.leader());
                            });
            return Objects.requireNonNull(found);
        }
    }

    /** Asks a node that lives, as soon as it can answer, with the SDK's own client. */
    private static List<String> tasks(Installation installation, @Nullable Member dead) {
        Member node =
                installation.controlPlane().stream()
                        .filter(member -> !member.equals(dead))
                        .findFirst()
                        .orElseThrow();
        Credentials key =
                Objects.requireNonNull(Credentials.read(installation.layout().credentials(node)));
        try (EcsClient ecs =
                EcsClient.builder()
                        .endpointOverride(node.url())
                        .region(Region.US_EAST_1)
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(key.accessKey(), key.secret())))
                        .httpClient(UrlConnectionHttpClient.create())
                        .build()) {
            return ecs.listTasks().taskArns();
        }
    }

    /** By the pid files of this installation, and nothing else. */
    private static void killAll(Installation installation) {
        var supervisor = new Supervisor(installation.layout(), new Distribution(Path.of("")));
        for (Member member : supervisor.running(installation.members())) {
            ProcessId process = supervisor.find(member);
            if (process != null) {
                process.kill();
            }
        }
        assertThat(
                        Patience.await(
                                LIMIT,
                                () ->
                                        supervisor.running(installation.members()).isEmpty()
                                                ? "all dead"
                                                : null))
                .isNotNull();
    }

    private static List<String> agents(Installation installation) {
        var leftovers = new Leftovers(installation);
        return installation.engine() == EngineKind.DOCKER ? leftovers.agents() : List.of();
    }

    private static void assertNothingIsLeft(
            Installation installation, Map<String, String> replies, List<String> agents) {
        var supervisor = new Supervisor(installation.layout(), new Distribution(Path.of("")));
        assertThat(supervisor.running(installation.members())).isEmpty();
        Supervisor.checkPorts(installation.members());
        assertThat(answers(replies).values()).containsOnly("nothing");
        assertThat(new Leftovers(installation).stop()).isZero();
        if (installation.engine() == EngineKind.DOCKER) {
            assertThat(agents).isNotEmpty();
            try (ContainerEngine engine = ContainerEngine.open()) {
                assertThat(engine).isNotNull();
                agents.forEach(agent -> assertThat(engine.ofAgent(agent)).isEmpty());
            }
        }
    }
}
