package io.gantry.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.StandardOpenOption;

/** Keeps two launchers from starting or stopping the same installation at once. */
final class Exclusive {
    private Exclusive() {}

    static void run(Layout layout, Runnable work) {
        if (!tryRun(layout, work)) {
            throw new Failure("Another gantry command is at work on %s.".formatted(layout.home()));
        }
    }

    /** Does nothing and returns false while another launcher is at work. */
    static boolean tryRun(Layout layout, Runnable work) {
        layout.create();
        try (FileChannel channel =
                FileChannel.open(
                        layout.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                return false;
            }
            work.run();
            return true;
        } catch (IOException refused) {
            throw new Failure("Cannot lock %s: %s".formatted(layout.lock(), refused), refused);
        }
    }
}
