package io.gantry.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.StandardOpenOption;

/** Keeps two launchers from starting or stopping the same installation at once. */
final class Exclusive implements AutoCloseable {
    private final FileChannel channel;

    private Exclusive(FileChannel channel) {
        this.channel = channel;
    }

    static Exclusive on(Layout layout) {
        layout.create();
        try {
            FileChannel channel =
                    FileChannel.open(
                            layout.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw new Failure(
                        "Another gantry command is at work on %s.".formatted(layout.home()));
            }
            return new Exclusive(channel);
        } catch (IOException refused) {
            throw new Failure("Cannot lock %s: %s".formatted(layout.lock(), refused), refused);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failure) {
            throw new Failure("Cannot unlock: " + failure, failure);
        }
    }
}
