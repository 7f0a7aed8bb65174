package io.gantry.worker.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** {@link OtherEnd} that a test plays: it types, reads as fast as it likes, and leaves. */
public final class FakeEnd implements OtherEnd {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private final PipedInputStream input;
    private final PipedOutputStream keys;
    private final List<Runnable> onLeft = new ArrayList<>();
    private @Nullable Resized resized;
    private boolean reading = true;
    private boolean waited;
    private boolean left;

    public FakeEnd() {
        try {
            input = new PipedInputStream(1 << 20);
            keys = new PipedOutputStream(input);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    @Override
    public synchronized void write(Output output, byte[] bytes, int length) throws IOException {
        try {
            while (!reading && !left) {
                waited = true;
                notifyAll();
                wait();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
        if (left) {
            throw new IOException("left");
        }
        (output == Output.STDERR ? stderr : stdout).write(bytes, 0, length);
        notifyAll();
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public synchronized void onResize(Resized listener) {
        resized = listener;
        notifyAll();
    }

    @Override
    public synchronized void onLeft(Runnable task) {
        if (left) {
            Thread.startVirtualThread(task);
        } else {
            onLeft.add(task);
        }
    }

    @Override
    public synchronized boolean hasLeft() {
        return left;
    }

    public void type(String text) throws IOException {
        keys.write(text.getBytes(StandardCharsets.UTF_8));
        keys.flush();
    }

    public void typeNoMore() throws IOException {
        keys.close();
    }

    public synchronized void stopReading() {
        reading = false;
    }

    public synchronized void readOn() {
        reading = true;
        notifyAll();
    }

    public void leave() throws IOException {
        synchronized (this) {
            left = true;
            notifyAll();
            onLeft.forEach(Thread::startVirtualThread);
        }
        keys.close();
    }

    public void resize(int columns, int rows) throws InterruptedException {
        Resized listener;
        synchronized (this) {
            while (resized == null) {
                wait();
            }
            listener = resized;
        }
        listener.to(columns, rows);
    }

    public synchronized String stdout() {
        return stdout.toString(StandardCharsets.UTF_8);
    }

    public synchronized String stderr() {
        return stderr.toString(StandardCharsets.UTF_8);
    }

    /** Until the output so far is as wanted. */
    public synchronized void awaitStdout(Predicate<String> wanted) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!wanted.test(stdout())) {
            long rest = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (rest <= 0) {
                throw new AssertionError("still only: " + stdout() + stderr());
            }
            wait(rest);
        }
    }

    /** Until somebody waits for this end to read. */
    public synchronized void awaitWaiting() throws InterruptedException {
        while (!waited) {
            wait(TimeUnit.NANOSECONDS.toMillis(PATIENCE_NANOS));
        }
    }
}
