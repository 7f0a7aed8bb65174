package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import io.gantry.common.check.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An engine of our own, which may be killed, stopped for a while and begun anew. What runs its
 * containers is a process of its own, as usual, and outlives it.
 */
final class PrivateEngine {
    private static final Path DOCKERD = Path.of("/usr/sbin/dockerd");
    private static final Path CONTAINERD = Path.of("/usr/bin/containerd");
    private static final long PATIENCE_SECONDS = 30;

    private final Path directory;
    private final Process containerd;
    private @Nullable Process engine;

    PrivateEngine(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        containerd =
                launch(
                        CONTAINERD.toString(),
                        "--root=" + directory.resolve("c-root"),
                        "--state=" + directory.resolve("c-state"),
                        "--address=" + directory.resolve("c.sock"));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.exists(directory.resolve("c.sock"))) {
            Check.that(System.nanoTime() < end, log());
            containerd.waitFor(20, TimeUnit.MILLISECONDS);
        }
    }

    /** Whether this machine and this user can have one. */
    static boolean isPossible() {
        return Files.isExecutable(DOCKERD)
                && Files.isExecutable(CONTAINERD)
                && "root".equals(System.getProperty("user.name"));
    }

    String address() {
        return "unix://" + directory.resolve("docker.sock");
    }

    private Process launch(String... command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()))
                .start();
    }

    /** Begins, with the images and containers of its life before. */
    void start() throws IOException, InterruptedException {
        Files.deleteIfExists(directory.resolve("pid"));
        engine =
                launch(
                        DOCKERD.toString(),
                        "--containerd=" + directory.resolve("c.sock"),
                        "--data-root=" + directory.resolve("data"),
                        "--exec-root=" + directory.resolve("exec"),
                        "--pidfile=" + directory.resolve("pid"),
                        "--host=" + address(),
                        "--bridge=none",
                        "--iptables=false",
                        "--storage-driver=vfs");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!answers()) {
            Check.that(engine().isAlive() && System.nanoTime() < end, log());
            engine().waitFor(50, TimeUnit.MILLISECONDS);
        }
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    private boolean answers() {
        try (DockerClient client = DockerConnection.open(address(), CallLimit::of)) {
            client.pingCmd().exec();
            return true;
        } catch (IOException | RuntimeException notYet) {
            return false;
        }
    }

    private Process engine() {
        return Check.present(engine, "engine");
    }

    void kill() throws InterruptedException {
        engine().destroyForcibly().waitFor();
    }

    /** Ends in good order. */
    void stop() throws InterruptedException {
        engine().destroy();
        Check.that(engine().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "engine ends");
    }

    /** Sends STOP or CONT. */
    void signal(String name) throws IOException, InterruptedException {
        run(List.of("kill", "-" + name, Long.toString(engine().pid())));
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /** One that was killed is begun once more, since only it can end its containers. */
    void end() throws IOException, InterruptedException {
        if (engine != null) {
            signal("CONT");
            if (!engine().isAlive() && Files.exists(directory.resolve("pid"))) {
                start();
            }
            stop();
        }
        containerd.destroy();
        Check.that(containerd.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "containerd ends");
        for (String mounted : List.of("data", "exec/netns/default")) {
            run(List.of("umount", directory.resolve(mounted).toString()));
        }
    }
}
