package io.gantry.worker.journal;

import io.gantry.common.disk.DirectoryCheck;
import io.gantry.common.disk.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A text file that is either the old one or the new one, and says so itself. */
final class ChecksummedFile {
    private static final int CHECKSUM_DIGITS = 8;

    private ChecksummedFile() {}

    static void write(Path file, String text) throws IOException {
        WholeFile.write(file, (checksum(text) + '\n' + text).getBytes(StandardCharsets.UTF_8));
    }

    static void delete(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            DirectoryCheck.syncParent(file);
        }
    }

    /** The text, or null if the file is not what was written. */
    static @Nullable String read(Path file) throws IOException {
        String content = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        if (content.length() <= CHECKSUM_DIGITS || content.charAt(CHECKSUM_DIGITS) != '\n') {
            return null;
        }
        String text = content.substring(CHECKSUM_DIGITS + 1);
        return content.startsWith(checksum(text)) ? text : null;
    }

    private static String checksum(String text) {
        CRC32C checksum = new CRC32C();
        checksum.update(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits((int) checksum.getValue());
    }
}
