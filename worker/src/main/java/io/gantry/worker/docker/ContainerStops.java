package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops containers: their own stop signal, then, after the time they are given, the end. The engine
 * is not asked to wait in between, as its own stop does, and only for a few ends at a time: Docker
 * 20.10 comes to a standstill when some hundred containers have to be killed at the same moment.
 */
final class ContainerStops {
    private static final Logger log = LoggerFactory.getLogger(ContainerStops.class);
    private static final int AT_A_TIME = 4;
    private static final String USUAL_SIGNAL = "SIGTERM";

    private final DockerClient client;
    private final RunningContainers running;
    private final Semaphore turns = new Semaphore(AT_A_TIME, true);
    private final Map<String, String> signals = new ConcurrentHashMap<>();
    private final Set<String> unwanted = ConcurrentHashMap.newKeySet();

    ContainerStops(DockerClient client, RunningContainers running) {
        this.client = client;
        this.running = running;
    }

    /**
     * Returns once the container does not run any more.
     *
     * @param patienceMillis between the signal and the end
     */
    void stop(String id, long patienceMillis) throws InterruptedException {
        CompletableFuture<Void> end = running.end(id);
        try {
            if (signal(id)) {
                end.get(patienceMillis, TimeUnit.MILLISECONDS);
            }
        } catch (TimeoutException ignoresSignals) {
            kill(id);
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } finally {
            running.forgetEnd(id);
        }
    }

    /** Remembers how a container wants to be told; to be called before it is stopped. */
    void know(InspectContainerResponse container) {
        // The library has no getter for it, and keeps what it does not know at the root only.
        if (container.getRawValues().get("Config") instanceof Map<?, ?> config
                && config.get("StopSignal") instanceof String own
                && !own.isEmpty()) {
            signals.put(container.getId(), own);
        }
    }

    void forget(String id) {
        signals.remove(id);
    }

    /** False if it does not run. */
    private boolean signal(String id) throws InterruptedException {
        turns.acquire();
        try {
            String signal = signals.getOrDefault(id, USUAL_SIGNAL);
            client.killContainerCmd(id).withSignal(signal).exec();
            return true;
        } catch (NotFoundException | ConflictException ended) {
            log.atDebug().addKeyValue("id", id).log("already stopped");
            return false;
        } finally {
            turns.release();
        }
    }

    private void kill(String id) throws InterruptedException {
        turns.acquire();
        try {
            client.killContainerCmd(id).exec();
        } catch (NotFoundException | ConflictException ended) {
            log.atDebug().addKeyValue("id", id).log("ended by itself");
        } finally {
            turns.release();
        }
    }

    /** For a container whose end nobody waits for. Asked once, however often it is seen. */
    void killUnwanted(String id) {
        if (!unwanted.add(id)) {
            return;
        }
        log.atWarn()
                .addKeyValue("id", id)
                .log("a container runs although its end was reported, stopping it");
        try {
            kill(id);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            unwanted.remove(id);
        }
    }
}
