package io.gantry.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ecs.model.CreateClusterRequest;
import software.amazon.awssdk.services.ecs.model.CreateClusterResponse;

/** All nodes restart one after the other under load; then all that they know moves to new ones. */
final class RollingRestartIT {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final int CLIENTS = 4;

    @TempDir private Path directory;
    private Path home = Path.of("");
    private int port;

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean stopping = new AtomicBoolean();

    private record Result(int code, String output) {}

    @BeforeEach
    void choosePlace() throws IOException {
        home = directory.resolve("home");
        port = freePorts();
    }

    @AfterEach
    void leaveNothing() throws Exception {
        gantry("down", "--wipe");
    }

    @Test
    void nothingIsLostByARollingRestartNorByARestoration() throws Exception {
        done(up());
        var clients = clients();
        Result restarted = done(gantry("restart", "n1", "n2", "n3"));
        assertThat(restarted.output()).contains("n1 restarted", "n2 restarted", "n3 restarted");
        stopping.set(true);
        for (Thread client : clients) {
            client.join(LIMIT.toMillis());
        }
        assertThat(failures).as("writes that failed").isEmpty();
        assertThat(acknowledged).hasSizeGreaterThan(20);
        assertThat(clusters()).containsAll(acknowledged);

        Path file = directory.resolve("saved.snapshot");
        Result saved = done(gantry("snapshot", "save", file.toString()));
        assertThat(saved.output()).contains("feature level 1", "checksum right");
        assertThat(Files.getPosixFilePermissions(file))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(gantry("snapshot", "save", file.toString()).output()).contains("--force");
        assertThat(done(gantry("snapshot", "inspect", file.toString())).output())
                .contains("region us-east-1", "checksum right");
        assertThat(gantry("snapshot", "restore", file.toString()).output())
                .contains("Nothing was restored", "holds the data of a node");

        Credentials key = session().credentials();
        done(gantry("down", "--wipe"));
        damagedFilesAreRefused(file);
        Result restored = done(gantry(withShape("snapshot", "restore", file.toString())));
        assertThat(restored.output()).contains("root key are those of the snapshot");
        done(gantry("up"));
        assertThat(session().credentials()).isEqualTo(key);
        assertThat(clusters()).containsAll(acknowledged);
    }

    private void damagedFilesAreRefused(Path file) throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Path damaged = Files.write(directory.resolve("damaged.snapshot"), bytes);
        Result refused = gantry(withShape("snapshot", "restore", damaged.toString()));
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.output()).contains("checksum is wrong").doesNotContain("\tat ");
        assertThat(home.resolve("installation.yaml")).doesNotExist();
    }

    private Result up() throws Exception {
        return gantry(withShape("up"));
    }

    private String[] withShape(String... command) {
        var all = new ArrayList<>(List.of(command));
        all.addAll(
                List.of("--port", String.valueOf(port), "--workers", "0", "--engine", "process"));
        return all.toArray(String[]::new);
    }

    private static Result done(Result result) {
        assertThat(result.code()).as(result.output()).isZero();
        return result;
    }

    private Session session() {
        Installation installation = Installation.open(new Layout(home));
        return new Session(
                installation, new Supervisor(installation.layout(), new Distribution(home)));
    }

    /** Each goes on to the next node when one does not answer, as any client with a list does. */
    private List<Thread> clients() {
        Session session = session();
        Remote remote = session.remote();
        return IntStream.range(0, CLIENTS)
                .mapToObj(
                        client -> {
                            var nodes = new ArrayList<>(remote.nodes());
                            Collections.rotate(nodes, client);
                            var api =
                                    new ApiClient(
                                            remote.http(),
                                            nodes,
                                            remote.credentials(),
                                            remote.region());
                            return Thread.ofPlatform().start(() -> write(api, client));
                        })
                .toList();
    }

    private void write(ApiClient api, int client) {
        try {
            for (int i = 0; !stopping.get(); i++) {
                String name = "c" + client + "-" + i;
                api.call(
                        CreateClusterRequest.builder().clusterName(name).build(),
                        CreateClusterResponse.class);
                acknowledged.add(name);
            }
        } catch (RuntimeException failed) {
            failures.add(failed);
        }
    }

    private Set<String> clusters() {
        var names = new HashSet<String>();
        for (String arn : session().remote().reader().clusters()) {
            names.add(StatusReport.shortName(arn));
        }
        return names;
    }

    private Result gantry(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("gantry.script")).normalize().toString());
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(directory, "output", ".txt");
        var builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().put("GANTRY_HOME", home.toString());
        builder.environment()
                .put(
                        "GANTRY_DISTRIBUTION",
                        Objects.requireNonNull(System.getProperty("gantry.distribution")));
        builder.environment().put("GANTRY_JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(command + " takes too long: " + Files.readString(output));
        }
        return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    }

    private static int freePorts() throws IOException {
        for (int base = 32_000; base < 40_000; base += 100) {
            if (isFree(base)) {
                return base;
            }
        }
        throw new IOException("no free ports");
    }

    private static boolean isFree(int base) {
        for (int port = base; port < base + 30; port++) {
            try (var probe = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
                if (!probe.isBound()) {
                    return false;
                }
            } catch (IOException taken) {
                return false;
            }
        }
        return true;
    }
}
