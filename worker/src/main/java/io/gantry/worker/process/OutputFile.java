package io.gantry.worker.process;

import io.gantry.worker.runtime.OtherEnd;
import io.gantry.worker.runtime.OtherEnd.Output;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** One of the two files that a process writes to, with the older half of its output beside it. */
final class OutputFile {
    private static final int PART_BYTES = 32 << 10;

    private final Path file;
    private final Path older;
    private final Output output;
    private final byte[] part = new byte[PART_BYTES];
    private long position;

    OutputFile(ProcessDirectory directory, Output output) {
        String name =
                switch (output) {
                    case STDOUT -> "out";
                    case STDERR -> "err";
                };
        this.file = directory.path().resolve(name);
        this.older = directory.path().resolve(name + ".1");
        this.output = output;
    }

    /**
     * Copies what there is.
     *
     * @param tail how many of the latest lines; null for all
     */
    void begin(@Nullable Integer tail, OtherEnd other) throws IOException {
        if (tail == null) {
            copy(older, 0, other);
            position = copy(file, 0, other);
            return;
        }
        Start newer = Start.of(file, tail);
        if (newer.missing() > 0) {
            copy(older, Start.of(older, newer.missing()).position(), other);
        }
        position = copy(file, newer.position(), other);
    }

    /** Copies what came since; false if nothing did. */
    boolean copyNew(OtherEnd other) throws IOException {
        long size = Files.exists(file) ? Files.size(file) : 0;
        if (size < position) {
            // What was there has become the older half.
            position = 0;
        }
        long before = position;
        position = copy(file, position, other);
        return position > before;
    }

    /** Returns where it ended. */
    private long copy(Path from, long start, OtherEnd other) throws IOException {
        if (!Files.exists(from)) {
            return 0;
        }
        try (var reader = new RandomAccessFile(from.toFile(), "r")) {
            reader.seek(start);
            int length = reader.read(part);
            while (length > 0) {
                other.write(output, part, length);
                length = reader.read(part);
            }
            return reader.getFilePointer();
        }
    }

    /**
     * Where the latest lines of a file begin.
     *
     * @param missing how many lines fewer it has
     */
    private record Start(long position, int missing) {

        private static Start of(Path file, int lines) throws IOException {
            if (lines == 0) {
                return new Start(Files.exists(file) ? Files.size(file) : 0, 0);
            }
            if (!Files.exists(file) || Files.size(file) == 0) {
                return new Start(0, lines);
            }
            try (var reader = new RandomAccessFile(file.toFile(), "r")) {
                return within(reader, lines);
            }
        }

        /** Looks backwards for the ends of lines; the very last byte ends the last one. */
        private static Start within(RandomAccessFile reader, int lines) throws IOException {
            byte[] block = new byte[PART_BYTES];
            long size = reader.length();
            int found = 0;
            long end = size;
            while (end > 0) {
                int length = (int) Math.min(block.length, end);
                reader.seek(end - length);
                reader.readFully(block, 0, length);
                for (int i = length - 1; i >= 0; i--) {
                    boolean isLast = end - length + i == size - 1;
                    if (block[i] == '\n' && !isLast && ++found == lines) {
                        return new Start(end - length + i + 1, 0);
                    }
                }
                end -= length;
            }
            return new Start(0, lines - found - 1);
        }
    }
}
