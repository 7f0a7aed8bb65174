package io.gantry.worker.runtime;

import java.io.IOException;
import java.io.InputStream;

/** Who reads a stream's output and types its input. */
public interface OtherEnd {

    /** Where a part of the output belongs. */
    enum Output {
        STDOUT,
        STDERR
    }

    /**
     * Passes output on; blocks while the other end is slower.
     *
     * @throws IOException if the other end has left
     */
    void write(Output output, byte[] bytes, int length) throws IOException;

    /** What is typed. Ends when there is no more, or nobody any more. */
    InputStream input();

    /** Calls {@code resized} now and whenever the terminal has another size. */
    void onResize(Resized resized);

    /** Calls {@code left} once when the other end leaves; at once if it has. */
    void onLeft(Runnable left);

    boolean hasLeft();

    /** Learns of a terminal's size. */
    interface Resized {
        void to(int columns, int rows);
    }
}
