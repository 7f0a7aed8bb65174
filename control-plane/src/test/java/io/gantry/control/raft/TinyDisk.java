package io.gantry.control.raft;

import io.gantry.common.disk.DiskTrouble;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of its own for a directory, small enough to be filled. Only root can have one. */
final class TinyDisk implements AutoCloseable {
    private final Path directory;

    private TinyDisk(Path directory) {
        this.directory = directory;
    }

    static TinyDisk at(Path directory, int mib) throws IOException {
        Files.createDirectories(directory);
        run(
                "mount",
                "-t",
                "tmpfs",
                "-o",
                "mode=700,size=" + mib + "m",
                "tiny",
                directory.toString());
        return new TinyDisk(directory);
    }

    /** Leaves not a byte. */
    void fill() throws IOException {
        try (OutputStream out = Files.newOutputStream(filler())) {
            byte[] block = new byte[4096];
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            if (DiskTrouble.of(full) != DiskTrouble.FULL) {
                throw full;
            }
        }
    }

    /** Takes as much as leaves {@code bytes}. */
    void leave(long bytes) throws IOException {
        Files.deleteIfExists(filler());
        long take = Files.getFileStore(directory).getUsableSpace() - bytes;
        try (OutputStream out = Files.newOutputStream(filler())) {
            out.write(new byte[(int) take]);
        }
    }

    /** Gives back what was taken. */
    void free() {
        try {
            Files.delete(filler());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private Path filler() {
        return directory.resolve("filler");
    }

    @Override
    public void close() throws IOException {
        // Lazily, as a test that has failed may have left files open.
        run("umount", "-l", directory.toString());
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(interrupted);
        }
    }
}
