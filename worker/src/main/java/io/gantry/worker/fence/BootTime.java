package io.gantry.worker.fence;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How long the machine has been up. */
public interface BootTime {

    /** Hundredths of a second since the machine began to run; goes on while it is suspended. */
    long centis();

    /** Tells this run of the machine from others. */
    String boot();

    /** The machine's own, as its guard reads it too. */
    static BootTime ofMachine() {
        return new BootTime() {
            @Override
            public long centis() {
                String text = read(Path.of("/proc/uptime"));
                return Long.parseLong(text.substring(0, text.indexOf(' ')).replace(".", ""));
            }

            @Override
            public String boot() {
                return read(Path.of("/proc/sys/kernel/random/boot_id")).strip();
            }

            private static String read(Path file) {
                try {
                    return Files.readString(file);
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            }
        };
    }
}
