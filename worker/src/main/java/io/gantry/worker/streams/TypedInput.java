package io.gantry.worker.streams;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What arrives for a command's standard input, until it is read. Asks the sender to pause while
 * there is much of it.
 */
final class TypedInput extends InputStream {
    private static final int MUCH_BYTES = 256 << 10;

    private final Consumer<Boolean> pause;
    private final Deque<byte[]> parts = new ArrayDeque<>();
    private int offset;
    private long waiting;
    private boolean paused;
    private boolean ended;

    /**
     * Nothing yet.
     *
     * @param pause told true when the sender should pause and false when it may go on
     */
    TypedInput(Consumer<Boolean> pause) {
        this.pause = pause;
    }

    synchronized void add(byte[] part) {
        if (ended || part.length == 0) {
            return;
        }
        parts.add(part);
        waiting += part.length;
        if (waiting > MUCH_BYTES && !paused) {
            paused = true;
            pause.accept(true);
        }
        notifyAll();
    }

    synchronized void end() {
        ended = true;
        notifyAll();
    }

    synchronized boolean paused() {
        return paused;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public synchronized int read(byte[] into, int start, int length) throws IOException {
        Objects.checkFromIndexSize(start, length, into.length);
        if (length == 0) {
            return 0;
        }
        byte[] part = first();
        if (part == null) {
            return -1;
        }
        int count = Math.min(length, part.length - offset);
        System.arraycopy(part, offset, into, start, count);
        offset += count;
        waiting -= count;
        if (offset == part.length) {
            parts.remove();
            offset = 0;
        }
        if (paused && waiting <= MUCH_BYTES / 2) {
            paused = false;
            pause.accept(false);
        }
        return count;
    }

    /** Null at the end. */
    private byte @Nullable [] first() throws IOException {
        try {
            while (parts.isEmpty() && !ended) {
                wait();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
        return parts.peek();
    }
}
