package io.gantry.launcher;

import com.github.dockerjava.api.model.Container;
import io.gantry.launcher.Installation.EngineKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tasks that workers leave running when they stop, as they should when they are updated. */
final class Leftovers {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /** As many as an engine removes side by side; more would only wait until they time out. */
    private static final int AT_A_TIME = 16;

    private static final Pattern AGENT_ID = Pattern.compile("\"agentId\"\\s*:\\s*\"([^\"]+)\"");

    private final Installation installation;

    Leftovers(Installation installation) {
        this.installation = installation;
    }

    /** Ends them; tells how many there were. */
    int stop() {
        return installation.engine() == EngineKind.DOCKER ? removeContainers() : endProcesses();
    }

    /** The ids by which the workers mark their containers. */
    List<String> agents() {
        return installation.workerMembers().stream()
                .map(this::agentId)
                .flatMap(Stream::ofNullable)
                .toList();
    }

    private int removeContainers() {
        List<String> agents = agents();
        if (agents.isEmpty()) {
            return 0;
        }
        try (ContainerEngine engine = ContainerEngine.open()) {
            if (engine == null) {
                throw new Failure(
                        "The workers' containers cannot be removed: no engine answers any more.");
            }
            return removeContainers(engine, agents);
        }
    }

    private static int removeContainers(ContainerEngine engine, List<String> agents) {
        try {
            List<Container> containers =
                    agents.stream().flatMap(agent -> engine.ofAgent(agent).stream()).toList();
            removeAll(engine, containers);
            return containers.size();
        } catch (RuntimeException silent) {
            // The library throws whatever its transport does when the engine is too slow.
            throw new Failure(
                    "Not all of the workers' containers could be removed, as the engine said: "
                            + silent.getMessage()
                            + "\nTry \"gantry down\" again.",
                    silent);
        }
    }

    private static void removeAll(ContainerEngine engine, List<Container> containers) {
        try (ExecutorService some = Executors.newFixedThreadPool(AT_A_TIME)) {
            List<CompletableFuture<Void>> removals =
                    containers.stream()
                            .map(c -> CompletableFuture.runAsync(() -> remove(engine, c), some))
                            .toList();
            removals.forEach(Leftovers::finish);
        }
    }

    private static void remove(ContainerEngine engine, Container container) {
        if ("running".equals(container.getState())) {
            engine.stop(container, LIMIT);
        }
        engine.remove(container);
    }

    private static void finish(CompletableFuture<Void> removal) {
        try {
            removal.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failed;
        }
    }

    /** By which a worker marks its containers; null if it never ran. */
    private @Nullable String agentId(Member worker) {
        Path identity = installation.layout().data(worker).resolve("journal/identity");
        try {
            if (!Files.exists(identity)) {
                return null;
            }
            Matcher matcher = AGENT_ID.matcher(Files.readString(identity));
            return matcher.find() ? matcher.group(1) : null;
        } catch (IOException unreadable) {
            throw new Failure("Cannot read %s: %s".formatted(identity, unreadable), unreadable);
        }
    }

    private int endProcesses() {
        // Their supervising shells hold only the error stream, and note the exit code at last.
        List<ProcessId> tasks = writing(1);
        tasks.forEach(ProcessId::terminate);
        Patience.await(LIMIT, () -> writing(1, 2).isEmpty() ? "ended" : null);
        writing(1, 2).forEach(ProcessId::kill);
        return tasks.size();
    }

    /** Processes with one of these streams beneath the data directory of a worker. */
    private List<ProcessId> writing(int... streams) {
        List<Path> directories =
                installation.workerMembers().stream().map(installation.layout()::data).toList();
        var found = new ArrayList<ProcessId>();
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            for (int stream : streams) {
                Path target = target(process.pid(), stream);
                ProcessId id = ProcessId.of(process.pid());
                boolean isOurs =
                        target != null && directories.stream().anyMatch(target::startsWith);
                if (isOurs && id != null && !found.contains(id)) {
                    found.add(id);
                }
            }
        }
        return found;
    }

    private static @Nullable Path target(long pid, int stream) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/%d/fd/%d".formatted(pid, stream)));
        } catch (IOException goneOrForeign) {
            return null;
        }
    }
}
