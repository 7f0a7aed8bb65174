package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Statistics;
import io.gantry.worker.core.ContainerKey;
import io.gantry.worker.runtime.ContainerUsage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells what containers use: as the kernel says, or else the engine, asked for all at once. */
final class DockerStats {
    private static final Logger log = LoggerFactory.getLogger(DockerStats.class);
    private static final long LIMIT_SECONDS = 5;

    private final DockerClient client;
    private final KernelUsage kernel;
    private final Map<String, Long> processes = new ConcurrentHashMap<>();

    DockerStats(DockerClient client, KernelUsage kernel) {
        this.client = client;
        this.kernel = kernel;
    }

    /** Remembers the first process of a container that runs. */
    void know(InspectContainerResponse container) {
        var state = container.getState();
        Long pid = state == null ? null : state.getPidLong();
        if (pid != null && pid > 0) {
            processes.put(container.getId(), pid);
        }
    }

    /** Containers that cannot be read are left out. */
    Map<ContainerKey, ContainerUsage> of(Map<ContainerKey, String> running) {
        processes.keySet().retainAll(running.values());
        Map<ContainerKey, ContainerUsage> usage = new ConcurrentHashMap<>();
        List<Thread> readers = new ArrayList<>();
        running.forEach(
                (key, id) -> {
                    Long pid = processes.get(id);
                    ContainerUsage seen = pid == null ? null : kernel.read(id, pid);
                    if (seen == null) {
                        readers.add(Thread.startVirtualThread(() -> read(key, id, usage)));
                    } else {
                        usage.put(key, seen);
                    }
                });
        try {
            for (Thread reader : readers) {
                reader.join();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return usage;
    }

    private void read(ContainerKey key, String id, Map<ContainerKey, ContainerUsage> usage) {
        Statistics statistics = reading(id);
        if (statistics != null) {
            usage.put(key, DockerUsage.of(statistics));
        }
    }

    /**
     * Null if the container cannot be read. The engine takes two readings, a second apart, so that
     * shares can be told.
     */
    @Nullable Statistics reading(String id) {
        try (FirstReading reading = new FirstReading()) {
            client.statsCmd(id).withNoStream(true).exec(reading);
            reading.awaitCompletion(LIMIT_SECONDS, TimeUnit.SECONDS);
            return reading.statistics;
        } catch (IOException | RuntimeException gone) {
            log.atDebug().setCause(gone).addKeyValue("id", id).log("no statistics");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return null;
    }

    /** Keeps the one reading there is. */
    private static final class FirstReading extends ResultCallback.Adapter<Statistics> {
        private volatile @Nullable Statistics statistics;

        @Override
        public void onNext(Statistics reading) {
            statistics = reading;
        }
    }
}
