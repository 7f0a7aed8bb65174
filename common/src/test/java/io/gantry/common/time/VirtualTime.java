package io.gantry.common.time;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * A clock that moves only when told to, and the loop that goes with it. Tasks due at the same time
 * run in the order in which they were handed over. One thread only.
 */
public final class VirtualTime implements Clock, Timers {
    private final PriorityQueue<Waiting> queue =
            new PriorityQueue<>(
                    Comparator.comparingLong(Waiting::atNanos)
                            .thenComparingLong(Waiting::sequence));
    private final long startMillis;
    private long nanos;
    private long sequence;

    private record Waiting(long atNanos, long sequence, Runnable task) {}

    public VirtualTime() {
        this(1_800_000_000_000L);
    }

    public VirtualTime(long startMillis) {
        this.startMillis = startMillis;
    }

    @Override
    public long nowMillis() {
        return startMillis + nanos / 1_000_000;
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public void run(Runnable task) {
        after(Duration.ZERO, task);
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        var waiting = new Waiting(nanos + Math.max(0, delay.toNanos()), sequence++, task);
        queue.add(waiting);
        return () -> queue.remove(waiting);
    }

    /** Runs everything that falls due within {@code step}, each task at its own time. */
    public void advance(Duration step) {
        long end = nanos + step.toNanos();
        while (runNextUntil(end)) {}
        nanos = end;
    }

    /** Runs what is due now, and what that makes due now. */
    public void settle() {
        advance(Duration.ZERO);
    }

    /** Runs the next task if it is due at {@code end} or before. */
    private boolean runNextUntil(long end) {
        Waiting next = queue.peek();
        if (next == null || next.atNanos > end) {
            return false;
        }
        queue.remove();
        nanos = Math.max(nanos, next.atNanos);
        next.task.run();
        return true;
    }
}
