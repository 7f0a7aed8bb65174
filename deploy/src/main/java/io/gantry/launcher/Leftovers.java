package io.gantry.launcher;

import com.github.dockerjava.api.model.Container;
import io.gantry.launcher.Installation.EngineKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tasks that workers leave running when they stop, as they should when they are updated. */
final class Leftovers {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Pattern AGENT_ID = Pattern.compile("\"agentId\"\\s*:\\s*\"([^\"]+)\"");

    private final Installation installation;

    Leftovers(Installation installation) {
        this.installation = installation;
    }

    /** Ends them; tells how many there were. */
    int stop() {
        return installation.engine() == EngineKind.DOCKER ? removeContainers() : endProcesses();
    }

    private int removeContainers() {
        List<String> agents =
                installation.workerMembers().stream()
                        .map(this::agentId)
                        .flatMap(Stream::ofNullable)
                        .toList();
        if (agents.isEmpty()) {
            return 0;
        }
        try (ContainerEngine engine = ContainerEngine.open()) {
            if (engine == null) {
                throw new Failure(
                        "The workers' containers cannot be removed: no engine answers any more.");
            }
            List<Container> containers =
                    agents.stream().flatMap(agent -> engine.ofAgent(agent).stream()).toList();
            removeAll(engine, containers);
            return containers.size();
        }
    }

    private static void removeAll(ContainerEngine engine, List<Container> containers) {
        try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Container container : containers) {
                all.execute(
                        () -> {
                            if ("running".equals(container.getState())) {
                                engine.stop(container, LIMIT);
                            }
                            engine.remove(container);
                        });
            }
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
