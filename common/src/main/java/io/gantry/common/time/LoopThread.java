package io.gantry.common.time;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Timers} on a thread of its own. A task that throws is logged and does not stop the loop.
 */
public final class LoopThread implements Timers, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LoopThread.class);

    private final ScheduledThreadPoolExecutor executor;

    public LoopThread(String name) {
        executor =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name(name).factory());
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void run(Runnable task) {
        try {
            executor.execute(() -> guarded(task));
        } catch (RejectedExecutionException closed) {
            log.atDebug().log("loop is closed, task dropped");
        }
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        try {
            var future =
                    executor.schedule(() -> guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException closed) {
            return () -> {};
        }
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | AssertionError failure) {
            log.atError().setCause(failure).log("task of a loop failed");
        }
    }

    /** Stops after the task that runs now; waits for it at most a second. */
    @Override
    public void close() {
        executor.shutdownNow();
        try {
            if (!executor.awaitTermination(1, TimeUnit.SECONDS)) {
                log.atWarn().log("loop did not stop within a second");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
