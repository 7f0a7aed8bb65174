package io.gantry.control.raft;

import io.gantry.common.disk.DiskException;
import io.gantry.common.disk.WholeFile;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What a node has promised, in the file where Ratis keeps it: that it takes part in no earlier
 * term, and votes for nobody else in this one.
 *
 * @param votedFor a node's id, empty if it has not voted
 */
record VoteFile(long term, String votedFor) {
    private static final String NAME = "raft-meta";

    static Path in(Path current) {
        return current.resolve(NAME);
    }

    /**
     * Reads it from the disk.
     *
     * @throws DiskException if there is no sense in it
     */
    static VoteFile read(Path current) throws IOException {
        Path file = in(current);
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IllegalArgumentException | CharacterCodingException garbled) {
            throw LogCheck.damaged(file, "it cannot be read");
        }
        Long term = number(properties.getProperty("term"));
        String votedFor = properties.getProperty("votedFor");
        if (term == null || term < 0 || votedFor == null) {
            throw LogCheck.damaged(file, "it does not say for whom this node has voted");
        }
        return new VoteFile(term, votedFor);
    }

    /**
     * Writes a file anew in which there is no sense, on a node that has stopped. A term in which it
     * has not taken part is safe to begin with.
     *
     * @param lastTerm in which the node has taken part
     */
    static void mend(Path current, long lastTerm) throws IOException {
        try {
            read(current);
        } catch (DiskException damaged) {
            String vote = "term=%d\nvotedFor=\n".formatted(lastTerm + 1);
            WholeFile.write(in(current), vote.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static @Nullable Long number(@Nullable String text) {
        try {
            return text == null ? null : Long.valueOf(text);
        } catch (NumberFormatException garbled) {
            return null;
        }
    }
}
