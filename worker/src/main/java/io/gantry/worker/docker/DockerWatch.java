package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Event;
import io.gantry.common.time.LoopThread;
import io.gantry.worker.core.AgentEvent;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.core.FoundContainer.Exit;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns what becomes of our containers: from the engine's events, and by looking for itself when
 * the stream of events was cut or a while has passed. While the engine does not answer nothing is
 * said about any container.
 */
final class DockerWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DockerWatch.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration STREAM_PATIENCE = Duration.ofSeconds(1);
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(60);
    private static final Duration UNWANTED_AFTER = Duration.ofSeconds(10);
    private static final String INTERNAL = "~internal~";
    static final String VANISHED = "ContainerVanishedError: the container is gone from the engine";

    private final DockerClient client;
    private final String agentId;
    private final RunningContainers running;
    private final ContainerStops stops;
    private final LoopThread loop = new LoopThread("docker-watch");
    private volatile boolean closed;
    private volatile @Nullable Stream stream;
    private Duration pause = FIRST_PAUSE;
    private boolean lost;
    private Set<String> unwanted = Set.of();

    DockerWatch(DockerClient client, String agentId, Consumer<AgentEvent> events) {
        this.client = client;
        this.agentId = agentId;
        running = new RunningContainers(client, events);
        stops = new ContainerStops(client, running);
    }

    void start() {
        loop.run(this::connect);
        loop.after(LOOK_INTERVAL, this::lookRegularly);
    }

    /** From now on an end of the container is told, once. To be called before it begins. */
    void runs(ContainerKey key, String id) {
        running.add(key, id);
    }

    /** It is not expected to run any more; if it does all the same it will be stopped. */
    void abandon(ContainerKey key, String id) {
        running.abandon(key, id);
    }

    /** Remembers how a container wants to be stopped. */
    void know(InspectContainerResponse container) {
        stops.know(container);
    }

    /** Stops a container and tells its end, also if it has ended before. */
    void stop(ContainerKey key, String id, long patienceMillis) throws InterruptedException {
        stops.stop(id, patienceMillis);
        lookAt(key, id);
    }

    Map<ContainerKey, String> running() {
        return running.ids();
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
            // Some engines say nothing until there is an event to tell.
            loop.after(STREAM_PATIENCE, () -> lookOnceStarted(fresh));
        } catch (RuntimeException failure) {
            fresh.onError(failure);
        }
    }

    private void lookOnceStarted(Stream fresh) {
        if (stream == fresh && !fresh.started) {
            attempt(this::look);
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
                        .addKeyValue("error", PullErrors.words(failure))
                        .log("engine does not answer");
            }
        }
    }

    /** Finds what the events did not tell. */
    private void look() {
        List<RunningContainers.Run> before = running.all();
        Map<String, Container> there = new HashMap<>();
        list().forEach(one -> there.put(one.getId(), one));
        for (RunningContainers.Run run : before) {
            Container container = there.get(run.id());
            if (container == null) {
                inBackground(() -> running.inspect(run, vanished()));
            } else if (!isPlainlyRunning(container)) {
                inBackground(() -> running.inspect(run, null));
            }
        }
        running.forgetAllBut(there.keySet());
        stopUnwanted(there);
    }

    private static boolean isPlainlyRunning(Container container) {
        Map<String, String> labels = container.getLabels();
        return "running".equals(container.getState())
                && (labels == null || !labels.containsKey(DockerLabels.REPORTS_HEALTH));
    }

    static Exit vanished() {
        return new Exit(null, VANISHED, System.currentTimeMillis());
    }

    /** Seen running twice although nobody wants them to. */
    private void stopUnwanted(Map<String, Container> there) {
        Set<String> seen = new HashSet<>();
        Map<ContainerKey, String> wanted = running();
        there.forEach(
                (id, container) -> {
                    Map<String, String> labels = container.getLabels();
                    ContainerKey key = labels == null ? null : DockerLabels.key(labels);
                    if ("running".equals(container.getState())
                            && key != null
                            && !key.containerName().startsWith(INTERNAL)
                            && !wanted.containsKey(key)) {
                        seen.add(id);
                    }
                });
        for (String id : seen) {
            if (unwanted.contains(id)) {
                inBackground(() -> stops.killUnwanted(id));
            }
        }
        unwanted = seen;
        if (!seen.isEmpty()) {
            loop.after(UNWANTED_AFTER, () -> attempt(this::look));
        }
    }

    private void inBackground(Runnable question) {
        Thread.startVirtualThread(() -> attempt(question));
    }

    List<Container> list() {
        return client.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of(DockerLabels.AGENT, agentId))
                .exec();
    }

    /** Finds out soon what became of a container. */
    void lookAt(ContainerKey key, String id) {
        inBackground(() -> running.inspect(running.orNew(key, id), vanished()));
    }

    private void happened(Event event) {
        var actor = event.getActor();
        Map<String, String> attributes = actor == null ? null : actor.getAttributes();
        ContainerKey key = attributes == null ? null : DockerLabels.key(attributes);
        String action = event.getAction();
        String id = event.getId();
        if (key == null || attributes == null || action == null || id == null) {
            return;
        }
        if (action.equals("destroy")) {
            stops.forget(id);
        }
        RunningContainers.Run run = running.of(key, id);
        if (action.equals("start") && run == null) {
            // Also what begins only after we gave up waiting for it.
            loop.after(UNWANTED_AFTER, () -> attempt(this::look));
        } else if (run == null) {
            return;
        } else if (action.equals("oom")) {
            running.ranOutOfMemory(run);
        } else if (action.equals("die")) {
            inBackground(() -> running.died(run, exit(event, attributes)));
        } else if (action.startsWith("health_status")) {
            inBackground(() -> running.inspect(run, null));
        } else if (action.equals("destroy")) {
            inBackground(() -> running.inspect(run, vanished()));
        } else if (action.equals("pause") || action.equals("unpause")) {
            log.atWarn()
                    .addKeyValue("task", key.taskArn())
                    .addKeyValue("container", key.containerName())
                    .addKeyValue("action", action)
                    .log("somebody else holds a container");
        }
    }

    private static Exit exit(Event event, Map<String, String> attributes) {
        String code = attributes.get("exitCode");
        Long nanos = event.getTimeNano();
        long at = nanos == null ? System.currentTimeMillis() : Duration.ofNanos(nanos).toMillis();
        return new Exit(code == null ? null : Integer.valueOf(code), null, at);
    }

    /** One connection to the engine's events. */
    private final class Stream extends ResultCallback.Adapter<Event> {
        private volatile boolean started;

        @Override
        public void onStart(Closeable connection) {
            super.onStart(connection);
            started = true;
            loop.run(
                    () -> {
                        if (lost) {
                            log.atInfo().log("engine answers again");
                        }
                        lost = false;
                        pause = FIRST_PAUSE;
                        attempt(DockerWatch.this::look);
                    });
        }

        @Override
        public void onNext(Event event) {
            attempt(() -> happened(event));
        }

        @Override
        public void onError(Throwable failure) {
            if (!closed) {
                loop.run(() -> tellLoss(failure));
                onComplete();
            }
        }

        private void tellLoss(Throwable failure) {
            if (!lost) {
                lost = true;
                log.atWarn()
                        .addKeyValue("error", String.valueOf(failure.getMessage()))
                        .log("events of the engine were cut, trying to reach it");
            }
        }

        @Override
        public void onComplete() {
            loop.run(
                    () -> {
                        if (!closed && stream == this) {
                            stream = null;
                            loop.after(pause, DockerWatch.this::connect);
                            Duration longer = pause.multipliedBy(2);
                            pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
                        }
                    });
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
