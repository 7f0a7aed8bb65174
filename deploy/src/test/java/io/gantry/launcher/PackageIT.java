package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.system.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.Task;

/** The tar.gz as it comes to a machine without Java: unpacked, one node, one worker, one task. */
final class PackageIT {
    private static final Duration LIMIT = Duration.ofMinutes(4);

    /** What a shell script of ours and a task that is a process ask of a machine. */
    private static final List<String> TOOLS =
            List.of("sh", "dirname", "mv", "readlink", "setsid", "sleep", "rm");

    /** With which a JVM ends that was asked to by SIGTERM. */
    private static final int TERMINATED = 143;

    @TempDir private Path directory;
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endAll() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void runsATaskWithoutAnyJavaOnTheMachine() throws Exception {
        Path program = unpacked();
        for (Member.Kind kind : Member.Kind.values()) {
            assertThatItsCacheFits(program, kind.command());
        }
        assertThatItsCacheFits(program, "launcher");

        int port = FreePorts.first(19_000, 10);
        Path data = directory.resolve("node");
        Process node =
                gantry(
                        program,
                        "control-plane",
                        Map.of(
                                "GANTRY_PEERS",
                                "n1=127.0.0.1:" + port,
                                "GANTRY_DATA_DIR",
                                data.toString()));
        Path key = data.resolve("root-credentials");
        Process worker =
                gantry(
                        program,
                        "worker",
                        Map.of(
                                "GANTRY_ENDPOINTS",
                                "http://127.0.0.1:" + port,
                                "GANTRY_DATA_DIR",
                                directory.resolve("worker").toString(),
                                "GANTRY_CREDENTIALS_FILE",
                                key.toString(),
                                "GANTRY_ENGINE",
                                "process",
                                "GANTRY_INTROSPECTION_PORT",
                                "0",
                                "GANTRY_METADATA_PORT",
                                "0"));
        Credentials credentials = await(() -> Credentials.read(key), node, worker);
        try (EcsClient ecs = client(port, credentials)) {
            runATask(ecs, node, worker);
        }
        for (Process process : List.of(worker, node)) {
            process.destroy();
            assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(TERMINATED);
        }
    }

    private void runATask(EcsClient ecs, Process... needed) {
        await(() -> anyWorker(ecs), needed);
        ContainerDefinition nap =
                ContainerDefinition.builder()
                        .name("nap")
                        .image("host")
                        .memory(16)
                        .command("sleep", "600")
                        .build();
        ecs.registerTaskDefinition(request -> request.family("nap").containerDefinitions(nap));
        var answer = await(() -> ran(ecs), needed);
        await(() -> in("RUNNING", ecs, answer), needed);
        ecs.stopTask(request -> request.task(answer.taskArn()));
        Task stopped = await(() -> in("STOPPED", ecs, answer), needed);
        assertThat(stopped.stopCodeAsString()).isEqualTo("UserInitiated");
    }

    /** Packs the program that was built, and unpacks it as an operator does. */
    private Path unpacked() throws Exception {
        Path script = Path.of(System.getProperty("gantry.script")).normalize();
        Path packages = directory.resolve("packages");
        Map<String, String> environment = new TreeMap<>(System.getenv());
        environment.put("GANTRY_HOME", directory.resolve("home").toString());
        environment.put("GANTRY_DISTRIBUTION", System.getProperty("gantry.distribution"));
        environment.put("GANTRY_JAVA_HOME", System.getProperty("java.home"));
        environment.put("GANTRY_TRAINING_ENGINE", "process");
        complete(List.of(script.toString(), "package", packages.toString()), environment);
        Path target = Files.createDirectory(directory.resolve("target"));
        try (DirectoryStream<Path> archives = Files.newDirectoryStream(packages, "*.tar.gz")) {
            Path archive = archives.iterator().next();
            assertThat(archive.resolveSibling(archive.getFileName() + ".sha256")).exists();
            complete(List.of("tar", "xzf", archive.toString(), "-C", target.toString()), Map.of());
        }
        try (DirectoryStream<Path> content = Files.newDirectoryStream(target, "gantry-*-linux-*")) {
            return content.iterator().next();
        }
    }

    /** With this mode Java does not start if the cache is not of these jars and this Java. */
    private void assertThatItsCacheFits(Path program, String kind) throws Exception {
        String output =
                complete(
                        List.of(
                                program.resolve("runtime/bin/java").toString(),
                                "@" + program.resolve("jvm").resolve(kind + ".args"),
                                "-XX:AOTCache=" + program.resolve(kind + ".aot"),
                                "-XX:AOTMode=on",
                                "-jar",
                                program.resolve("lib/gantry.jar").toString(),
                                "version"),
                        Map.of());
        assertThat(output).startsWith("gantry ").doesNotContain("from class files");
    }

    /** Fails unless the command ends well. */
    private String complete(List<String> command, Map<String, String> environment)
            throws Exception {
        Path output = Files.createTempFile(directory, "output", ".txt");
        Process process = start(command, environment, output);
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).as("%s", command).isTrue();
        String said = Files.readString(output);
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    private Process gantry(Path program, String kind, Map<String, String> settings)
            throws IOException {
        Path tools = directory.resolve("tools");
        if (!Files.exists(tools)) {
            Files.createDirectory(tools);
            for (String tool : TOOLS) {
                Files.createSymbolicLink(tools.resolve(tool), Path.of("/usr/bin", tool));
            }
        }
        Map<String, String> environment = new TreeMap<>(settings);
        environment.put("PATH", tools.toString());
        List<String> command = List.of(program.resolve("bin/gantry").toString(), kind);
        return start(command, environment, directory.resolve(kind + ".log"));
    }

    private Process start(List<String> command, Map<String, String> environment, Path output)
            throws IOException {
        var builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        if (!environment.isEmpty()) {
            builder.environment().clear();
            builder.environment().putAll(environment);
        }
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private static EcsClient client(int port, Credentials key) {
        return EcsClient.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + port))
                .region(Region.US_EAST_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(key.accessKey(), key.secret())))
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    private static @Nullable String anyWorker(EcsClient ecs) {
        try {
            List<String> workers = ecs.listContainerInstances(r -> {}).containerInstanceArns();
            return workers.isEmpty() ? null : workers.getFirst();
        } catch (SdkException early) {
            return null;
        }
    }

    /** Null as long as the worker is registered only, and not connected yet. */
    private static @Nullable Task ran(EcsClient ecs) {
        List<Task> tasks = ecs.runTask(request -> request.taskDefinition("nap")).tasks();
        return tasks.isEmpty() ? null : tasks.getFirst();
    }

    private static @Nullable Task in(String status, EcsClient ecs, Task task) {
        Task seen = ecs.describeTasks(request -> request.tasks(task.taskArn())).tasks().getFirst();
        return seen.lastStatus().equals(status) ? seen : null;
    }

    private <T> T await(Supplier<@Nullable T> look, Process... needed) {
        T seen =
                Patience.await(
                        LIMIT,
                        () -> {
                            for (Process process : needed) {
                                assertThat(process.isAlive()).as(this::logs).isTrue();
                            }
                            return look.get();
                        });
        assertThat(seen).as(this::logs).isNotNull();
        return Objects.requireNonNull(seen);
    }

    private String logs() {
        var all = new StringBuilder();
        for (Member.Kind kind : Member.Kind.values()) {
            LogFile.lastLines(directory.resolve(kind.command() + ".log"), 20)
                    .forEach(line -> all.append(line).append('\n'));
        }
        return all.toString();
    }
}
