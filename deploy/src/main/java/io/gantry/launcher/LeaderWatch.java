package io.gantry.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Asks every node all the time whom it takes for the leader. */
final class LeaderWatch implements AutoCloseable {
    private static final long STEP_MILLIS = 40;

    private final StatusPages pages;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ConcurrentLinkedQueue<Sighting> sightings = new ConcurrentLinkedQueue<>();
    private volatile boolean running = true;

    LeaderWatch(StatusPages pages) {
        this.pages = pages;
    }

    /**
     * What a node said when it was asked.
     *
     * @param nanos when it had answered, by {@link System#nanoTime}
     * @param leader null while the node knows none
     */
    record Sighting(long nanos, String node, @Nullable String leader, long term) {}

    void start(List<Member> nodes) {
        nodes.forEach(node -> threads.execute(() -> keepAsking(node)));
    }

    private void keepAsking(Member node) {
        Sighting last = null;
        while (running) {
            NodeStatus status = pages.status(node);
            if (status != null) {
                var seen =
                        new Sighting(
                                System.nanoTime(), node.name(), status.leader(), status.term());
                if (last == null || !sameOpinion(last, seen)) {
                    sightings.add(seen);
                    last = seen;
                }
            }
            Patience.rest(STEP_MILLIS);
        }
    }

    private static boolean sameOpinion(Sighting one, Sighting other) {
        return one.term() == other.term()
                && String.valueOf(one.leader()).equals(String.valueOf(other.leader()));
    }

    /** Changes of opinion in the order in which they were seen. */
    List<Sighting> sightings() {
        return new ArrayList<>(sightings);
    }

    @Override
    public void close() {
        running = false;
        threads.close();
    }

    /** Who leads by the latest term that any node tells of; null if none tells of a leader. */
    static @Nullable String leader(StatusPages pages, List<Member> nodes) {
        NodeStatus latest = null;
        for (Member node : nodes) {
            NodeStatus status = pages.status(node);
            boolean isLater =
                    status != null
                            && status.leader() != null
                            && (latest == null || status.term() > latest.term());
            latest = isLater ? status : latest;
        }
        return latest == null ? null : latest.leader();
    }
}
