package io.gantry.control.raft;

import io.gantry.common.time.Timers;
import io.gantry.control.log.LogUnavailable;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;

/**
 * How far this node has applied the log, and who waits for it to get further. The thread that
 * applies only writes a number and, if somebody waits for it, hands over to the loop.
 */
final class AppliedIndex {
    private final Timers loop;
    private volatile long applied = -1;
    private volatile long nextWanted = Long.MAX_VALUE;

    /** Touched on the loop only. */
    private final PriorityQueue<Waiter> waiters =
            new PriorityQueue<>(Comparator.comparingLong(Waiter::index));

    AppliedIndex(Timers loop) {
        this.loop = loop;
    }

    private record Waiter(long index, CompletableFuture<Void> reached) {}

    long get() {
        return applied;
    }

    /** Called by the thread that applies. */
    void set(long index) {
        applied = index;
        if (index >= nextWanted) {
            loop.run(this::wake);
        }
    }

    /** Completes on the loop, or at once; exceptionally after {@code bound}. */
    CompletableFuture<Void> await(long index, Duration bound) {
        if (index <= applied) {
            return CompletableFuture.completedFuture(null);
        }
        var waiter = new Waiter(index, new CompletableFuture<>());
        loop.run(() -> add(waiter, bound));
        return waiter.reached();
    }

    private void add(Waiter waiter, Duration bound) {
        Timers.Timer timer = loop.after(bound, () -> expire(waiter, bound));
        var _ = waiter.reached().whenComplete((done, failure) -> timer.cancel());
        waiters.add(waiter);
        // First the wish, then another look: the applying thread does it the other way round.
        nextWanted = Math.min(nextWanted, waiter.index());
        wake();
    }

    private void wake() {
        long reached = applied;
        for (Waiter first = waiters.peek();
                first != null && first.index() <= reached;
                first = waiters.peek()) {
            waiters.remove();
            first.reached().complete(null);
        }
        Waiter next = waiters.peek();
        nextWanted = next == null ? Long.MAX_VALUE : next.index();
        if (next != null && next.index() <= applied) {
            loop.run(this::wake);
        }
    }

    /** Fails everybody who waits. */
    void close() {
        loop.run(
                () -> {
                    var closing = new LogUnavailable("this node is closing");
                    List.copyOf(waiters)
                            .forEach(waiter -> waiter.reached().completeExceptionally(closing));
                    waiters.clear();
                });
    }

    private void expire(Waiter waiter, Duration bound) {
        waiters.remove(waiter);
        waiter.reached()
                .completeExceptionally(
                        new LogUnavailable(
                                "entry %d not applied here within %d ms, only %d"
                                        .formatted(waiter.index(), bound.toMillis(), applied)));
    }
}
