package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.HealthStateLog;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Event;
import io.gantry.common.time.LoopThread;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.AgentEvent.Health;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.FoundContainer;
import io.gantry.worker.core.FoundContainer.Exit;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns what becomes of our containers: from the engine's events, and by looking for itself when
 * the stream of events was cut or a while has passed.
 */
final class DockerWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DockerWatch.class);
    private static final Duration RECONNECT_DELAY = Duration.ofSeconds(1);
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(60);
    static final String VANISHED = "ContainerVanishedError: the container is gone from the engine";

    private final DockerClient client;
    private final String agentId;
    private final Consumer<AgentEvent> events;
    private final Map<ContainerKey, String> running = new ConcurrentHashMap<>();
    private final LoopThread loop = new LoopThread("docker-watch");
    private volatile boolean closed;
    private volatile @Nullable Stream stream;

    DockerWatch(DockerClient client, String agentId, Consumer<AgentEvent> events) {
        this.client = client;
        this.agentId = agentId;
        this.events = events;
    }

    void start() {
        loop.run(this::connect);
        loop.after(LOOK_INTERVAL, this::lookRegularly);
    }

    void runs(ContainerKey key, String id) {
        running.put(key, id);
    }

    Map<ContainerKey, String> running() {
        return Map.copyOf(running);
    }

    private void connect() {
        if (closed) {
            return;
        }
        Stream fresh = new Stream();
        stream = fresh;
        try {
            client.eventsCmd()
                    .withLabelFilter(Map.of(DockerLabels.AGENT, agentId))
                    .withEventTypeFilter("container")
                    .exec(fresh);
            look();
        } catch (RuntimeException failure) {
            fresh.onError(failure);
        }
    }

    private void lookRegularly() {
        attempt(this::look);
        loop.after(LOOK_INTERVAL, this::lookRegularly);
    }

    /** What cannot be seen now is seen by the next regular look. */
    private void attempt(Runnable question) {
        try {
            question.run();
        } catch (RuntimeException failure) {
            if (!closed) {
                log.atWarn()
                        .addKeyValue("error", failure.getMessage())
                        .log("engine does not answer");
            }
        }
    }

    /** Finds what the events did not tell. */
    private void look() {
        Map<ContainerKey, String> before = running();
        Set<String> there = ConcurrentHashMap.newKeySet();
        for (Container container : list()) {
            there.add(container.getId());
        }
        before.forEach(
                (key, id) -> {
                    if (there.contains(id)) {
                        inspect(key, id, null);
                    } else {
                        ended(key, id, new Exit(null, VANISHED, System.currentTimeMillis()));
                    }
                });
    }

    List<Container> list() {
        return client.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of(DockerLabels.AGENT, agentId))
                .exec();
    }

    /** Finds out soon what became of a container. */
    void lookAt(ContainerKey key, String id) {
        Exit vanished = new Exit(null, VANISHED, System.currentTimeMillis());
        loop.run(() -> attempt(() -> inspect(key, id, vanished)));
    }

    private void inspect(ContainerKey key, String id, @Nullable Exit otherwise) {
        InspectContainerResponse seen;
        try {
            seen = client.inspectContainerCmd(id).exec();
        } catch (NotFoundException removed) {
            if (otherwise != null) {
                ended(key, id, otherwise);
            }
            return;
        }
        FoundContainer found = DockerFacts.found(seen);
        Exit exit = found == null ? null : found.exit();
        if (exit != null) {
            ended(key, id, exit);
        }
        if (seen.getState().getHealth() != null) {
            felt(key, seen);
        }
    }

    private void ended(ContainerKey key, String id, Exit exit) {
        running.remove(key, id);
        events.accept(new AgentEvent.Exited(key, exit));
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

    private void happened(Event event) {
        var actor = event.getActor();
        Map<String, String> attributes = actor == null ? null : actor.getAttributes();
        ContainerKey key = attributes == null ? null : DockerLabels.key(attributes);
        String action = event.getAction();
        if (key == null || attributes == null || action == null) {
            return;
        }
        if (action.equals("die")) {
            String code = attributes.get("exitCode");
            Long time = event.getTime();
            Exit exit =
                    new Exit(
                            code == null ? null : Integer.valueOf(code),
                            null,
                            time == null ? System.currentTimeMillis() : time * 1000);
            inspect(key, event.getId(), exit);
        } else if (action.startsWith("health_status")) {
            inspect(key, event.getId(), null);
        }
    }

    /** One connection to the engine's events. */
    private final class Stream extends ResultCallback.Adapter<Event> {
        @Override
        public void onNext(Event event) {
            loop.run(() -> attempt(() -> happened(event)));
        }

        @Override
        public void onError(Throwable failure) {
            if (!closed) {
                log.atWarn()
                        .addKeyValue("error", failure.getMessage())
                        .log("events of the engine were cut");
                onComplete();
            }
        }

        @Override
        public void onComplete() {
            if (!closed && stream == this) {
                stream = null;
                loop.after(RECONNECT_DELAY, DockerWatch.this::connect);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        Stream open = stream;
        loop.close();
        if (open != null) {
            try {
                open.close();
            } catch (IOException failure) {
                log.atDebug().setCause(failure).log("events of the engine not closed");
            }
        }
    }
}
