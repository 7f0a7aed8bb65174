package io.gantry.control.raft;

import io.gantry.common.model.Resources;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.log.LogUnavailable;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;

/**
 * Threads that write one command after the other through whichever node is up, and keep account.
 * Each command registers the first revision of a family of its own, so applying it twice shows.
 */
final class Load {
    final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    final AtomicInteger unknown = new AtomicInteger();

    private final Supplier<List<RaftNode>> nodes;
    private final List<Thread> threads;
    private volatile boolean stopping;

    Load(Nodes nodes, int writers) {
        this(nodes::running, writers);
    }

    /** Writes through these nodes only. */
    Load(Supplier<List<RaftNode>> nodes, int writers) {
        this.nodes = nodes;
        this.threads =
                IntStream.range(0, writers)
                        .mapToObj(i -> Thread.ofPlatform().daemon().start(() -> write(i)))
                        .toList();
    }

    private void write(int writer) {
        for (int i = 0; !stopping; i++) {
            String family = "w" + writer + '-' + i;
            List<RaftNode> up = nodes.get();
            try {
                up.get(i % up.size()).submit(register(family)).get(10, TimeUnit.SECONDS);
                acknowledged.add(family);
            } catch (ExecutionException failed) {
                if (!(failed.getCause() instanceof LogUnavailable)) {
                    throw new AssertionError(failed);
                }
                unknown.incrementAndGet();
            } catch (InterruptedException | TimeoutException failed) {
                throw new AssertionError(failed);
            }
        }
    }

    private static Command register(String family) {
        return new Command.RegisterTaskDefinition(
                TaskDefinition.builder().family(family).build(),
                List.of(),
                new Footprint(Resources.NONE, List.of(), List.of()));
    }

    /** Waits for {@code more} acknowledgements from now on. */
    void await(int more) {
        await(more, Duration.ofSeconds(15));
    }

    void await(int more, Duration bound) {
        int wanted = acknowledged.size() + more;
        Awaiting.until("writes go on", bound, () -> acknowledged.size() >= wanted);
    }

    void stop() throws InterruptedException {
        stopping = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
