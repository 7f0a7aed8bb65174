package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.HealthStateLog;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.AgentEvent.Health;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.FoundContainer;
import io.gantry.worker.core.FoundContainer.Exit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs of containers whose ends are to be told. Whoever sees an end first tells it; an answer
 * of the engine that is older than the run it seems to be about is no end. No clock is compared.
 */
final class RunningContainers {
    private static final Logger log = LoggerFactory.getLogger(RunningContainers.class);

    private final DockerClient client;
    private final Consumer<AgentEvent> events;
    private final Map<ContainerKey, Run> runs = new ConcurrentHashMap<>();
    private final Map<String, Long> beginOfEndedRun = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Void>> ends = new ConcurrentHashMap<>();
    private final Set<Run> outOfMemory = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();

    RunningContainers(DockerClient client, Consumer<AgentEvent> events) {
        this.client = client;
        this.events = events;
    }

    /**
     * A run of a container.
     *
     * @param number tells the runs of a container apart
     * @param before when the run before had begun, by the engine's clock; null if there was none
     */
    record Run(ContainerKey key, String id, long number, @Nullable Long before) {}

    void add(ContainerKey key, String id) {
        runs.compute(
                key,
                (_, current) ->
                        current != null && current.id().equals(id) ? current : newRun(key, id));
    }

    private Run newRun(ContainerKey key, String id) {
        return new Run(key, id, numbers.incrementAndGet(), beginOfEndedRun.get(id));
    }

    void abandon(ContainerKey key, String id) {
        Run run = of(key, id);
        if (run != null) {
            runs.remove(key, run);
        }
    }

    /** The run of exactly this container; null for one of another incarnation, or that ended. */
    @Nullable Run of(ContainerKey key, String id) {
        Run run = runs.get(key);
        return run == null || !run.id().equals(id) ? null : run;
    }

    /** For a container whose end may have been told, and must be told again. */
    Run orNew(ContainerKey key, String id) {
        Run run = of(key, id);
        return run == null ? new Run(key, id, 0, null) : run;
    }

    /** Completes when the end of this container is told; never if it was told before. */
    CompletableFuture<Void> end(String id) {
        return ends.computeIfAbsent(id, any -> new CompletableFuture<>());
    }

    void forgetEnd(String id) {
        ends.remove(id);
    }

    List<Run> all() {
        return List.copyOf(runs.values());
    }

    Map<ContainerKey, String> ids() {
        Map<ContainerKey, String> ids = new HashMap<>();
        runs.forEach((key, run) -> ids.put(key, run.id()));
        return ids;
    }

    void ranOutOfMemory(Run run) {
        outOfMemory.add(run);
    }

    /** Forgets containers that the engine does not have any more. */
    void forgetAllBut(Set<String> ids) {
        beginOfEndedRun.keySet().retainAll(ids);
    }

    /**
     * The engine says that it died; if it cannot be asked for more, {@code told} is all we know.
     */
    void died(Run run, Exit told) {
        Exit fallback =
                outOfMemory.contains(run)
                        ? new Exit(told.code(), DockerFacts.OUT_OF_MEMORY, told.atMillis())
                        : told;
        try {
            inspect(run, fallback);
        } catch (RuntimeException failure) {
            log.atDebug().setCause(failure).addKeyValue("id", run.id()).log("not inspected");
            ended(run, fallback);
        }
    }

    /**
     * Asks the engine about a container.
     *
     * @param otherwise what to tell if the engine does not have it
     */
    void inspect(Run run, @Nullable Exit otherwise) {
        InspectContainerResponse seen;
        try {
            seen = client.inspectContainerCmd(run.id()).exec();
        } catch (NotFoundException removed) {
            if (otherwise != null) {
                ended(run, otherwise);
            }
            return;
        }
        FoundContainer found = DockerFacts.found(seen);
        Exit exit = found == null ? null : found.exit();
        if (exit != null) {
            Long began = exit.startedAtMillis();
            // It ended before, and does not run yet.
            if (began == null || !began.equals(run.before())) {
                ended(run, exit);
            }
        } else if (seen.getState().getHealth() != null) {
            felt(run.key(), seen);
        }
    }

    private void ended(Run run, Exit exit) {
        outOfMemory.remove(run);
        boolean first = run.number() == 0 || runs.remove(run.key(), run);
        if (first) {
            Long began = exit.startedAtMillis();
            if (began != null) {
                beginOfEndedRun.put(run.id(), began);
            }
            events.accept(new AgentEvent.Exited(run.key(), exit));
            CompletableFuture<Void> awaited = ends.remove(run.id());
            if (awaited != null) {
                awaited.complete(null);
            }
        }
    }

    private void felt(ContainerKey key, InspectContainerResponse seen) {
        var state = seen.getState().getHealth();
        Map<String, String> labels = seen.getConfig().getLabels();
        if (state == null || labels == null || !labels.containsKey(DockerLabels.REPORTS_HEALTH)) {
            return;
        }
        Health health =
                switch (String.valueOf(state.getStatus())) {
                    case "healthy" -> Health.HEALTHY;
                    case "unhealthy" -> Health.UNHEALTHY;
                    default -> Health.UNKNOWN;
                };
        var outputs = state.getLog();
        HealthStateLog last = outputs == null || outputs.isEmpty() ? null : outputs.getLast();
        Long exitCode = last == null ? null : last.getExitCodeLong();
        events.accept(
                new AgentEvent.HealthChanged(
                        key,
                        health,
                        last == null ? null : last.getOutput(),
                        exitCode == null ? null : exitCode.intValue()));
    }
}
