package io.gantry.launcher;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The end of a log, and what is added to it. */
final class LogFile {
    private static final int TAIL_BYTES = 256 << 10;

    private final Path path;
    private long position;
    private String unfinished = "";

    private LogFile(Path path, long position) {
        this.path = path;
        this.position = position;
    }

    /** Reads on from the present end. */
    static LogFile fromEnd(Path path) {
        try {
            return new LogFile(path, Files.exists(path) ? Files.size(path) : 0);
        } catch (IOException unreadable) {
            throw unreadable(path, unreadable);
        }
    }

    /** None of a file that is not there. */
    static List<String> lastLines(Path path, int count) {
        if (!Files.exists(path)) {
            return List.of();
        }
        try (var file = new RandomAccessFile(path.toFile(), "r")) {
            long start = Math.max(0, file.length() - TAIL_BYTES);
            List<String> lines = read(file, start).lines().toList();
            // Where the reading began in the middle of a line, that one is not whole.
            int first = Math.max(start > 0 ? 1 : 0, lines.size() - count);
            return lines.subList(Math.min(first, lines.size()), lines.size());
        } catch (IOException unreadable) {
            throw unreadable(path, unreadable);
        }
    }

    /** The lines that were completed since the last call. */
    List<String> newLines() {
        if (!Files.exists(path)) {
            return List.of();
        }
        try (var file = new RandomAccessFile(path.toFile(), "r")) {
            if (file.length() < position) {
                // A new file took the place of the one that was full.
                position = 0;
            }
            String text = unfinished + read(file, position);
            position = file.getFilePointer();
            int end = text.lastIndexOf('\n') + 1;
            unfinished = text.substring(end);
            return text.substring(0, end).lines().toList();
        } catch (IOException unreadable) {
            throw unreadable(path, unreadable);
        }
    }

    private static String read(RandomAccessFile file, long start) throws IOException {
        file.seek(start);
        byte[] bytes = new byte[(int) Math.min(Integer.MAX_VALUE - 8, file.length() - start)];
        file.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static Failure unreadable(Path path, IOException cause) {
        return new Failure("Cannot read %s: %s".formatted(path, cause.getMessage()), cause);
    }
}
