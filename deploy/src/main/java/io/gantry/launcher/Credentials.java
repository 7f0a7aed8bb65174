package io.gantry.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A key pair of an installation. */
record Credentials(String accessKey, String secret) {

    /** Reads a file as the AWS tools have it; null as long as it is not there. */
    static @Nullable Credentials read(Path file) {
        if (!Files.exists(file)) {
            return null;
        }
        Map<String, String> values = new HashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                String[] pair = line.split("=", 2);
                if (pair.length == 2) {
                    values.put(pair[0].strip(), pair[1].strip());
                }
            }
        } catch (IOException unreadable) {
            throw new Failure("Cannot read %s: %s".formatted(file, unreadable), unreadable);
        }
        String accessKey = values.get("aws_access_key_id");
        String secret = values.get("aws_secret_access_key");
        return accessKey == null || secret == null ? null : new Credentials(accessKey, secret);
    }

    /** Secrets do not belong into logs. */
    @Override
    public String toString() {
        return accessKey;
    }
}
