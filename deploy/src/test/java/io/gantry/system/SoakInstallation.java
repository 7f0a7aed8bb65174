package io.gantry.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.IntStream;

/** Three nodes and two workers of the packaged program, whose tasks are processes. */
final class SoakInstallation implements AutoCloseable {
    static final List<String> NODES = List.of("n1", "n2", "n3");
    static final List<String> WORKERS = List.of("w1", "w2");
    private static final int PORTS_PER_PROCESS = 10;

    private final Path home;
    private final GantryScript script;
    private final int port;

    private SoakInstallation(Path directory, int port) {
        this.home = directory.resolve("home");
        this.script = new GantryScript(directory, home);
        this.port = port;
    }

    static SoakInstallation start(Path directory) throws IOException {
        int count = NODES.size() + WORKERS.size();
        int port = FreePorts.first(21_000, count * PORTS_PER_PROCESS);
        var installation = new SoakInstallation(directory, port);
        try {
            installation.gantry(
                    "up",
                    "--port",
                    String.valueOf(port),
                    "--engine",
                    "process",
                    "--nodes",
                    "3",
                    "--workers",
                    "2");
            return installation;
        } catch (Throwable failed) {
            installation.close();
            throw failed;
        }
    }

    /** Starts what does not run, and returns once everything serves again. */
    void up() throws IOException {
        gantry("up");
    }

    List<URI> endpoints() {
        return IntStream.range(0, NODES.size())
                .mapToObj(i -> URI.create("http://127.0.0.1:" + (port + i * PORTS_PER_PROCESS)))
                .toList();
    }

    String accessKey() throws IOException {
        return credential("aws_access_key_id");
    }

    String secret() throws IOException {
        return credential("aws_secret_access_key");
    }

    private String credential(String name) throws IOException {
        var file = new Properties();
        try (Reader reader = Files.newBufferedReader(home.resolve("data/n1/root-credentials"))) {
            file.load(reader);
        }
        return file.getProperty(name);
    }

    /** The number of the process that has this name now, or had it last. */
    long pid(String name) throws IOException {
        String line = Files.readString(home.resolve("run").resolve(name + ".pid"));
        return Long.parseLong(line.strip().split(" ", 2)[0]);
    }

    /** Sends a signal to a process: KILL, STOP or CONT. */
    void signal(String name, String signal) throws IOException {
        Process kill =
                new ProcessBuilder("kill", "-s", signal, String.valueOf(pid(name)))
                        .inheritIO()
                        .start();
        assertThat(kill.onExit().join().exitValue()).as("kill -s %s %s", signal, name).isZero();
    }

    private void gantry(String... arguments) throws IOException {
        try {
            GantryScript.Result result = script.run(arguments);
            assertThat(result.code()).as(result.output()).isZero();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("gantry " + arguments[0]);
        }
    }

    /** Ends all processes and tasks; the files are kept. */
    @Override
    public void close() throws IOException {
        gantry("down");
    }
}
