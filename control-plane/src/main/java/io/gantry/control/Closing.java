package io.gantry.control;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes what was opened, last first; trouble with one does not keep the others open. */
final class Closing implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Closing.class);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    <T extends AutoCloseable> T on(T resource) {
        open.push(resource);
        return resource;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            AutoCloseable next = open.pop();
            try {
                next.close();
            } catch (Exception trouble) {
                if (trouble instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                log.atWarn().setCause(trouble).log("something did not close cleanly");
            }
        }
    }
}
