package io.gantry.worker;

import io.gantry.worker.session.AccessKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An access key in a file of AWS' own form; a new file counts from the next request on. While the
 * file is away, the key that was read last remains.
 */
final class CredentialsFile implements Supplier<AccessKey> {
    private final Path file;
    private long readAtMillis = -1;
    private @Nullable AccessKey key;

    CredentialsFile(Path file) {
        this.file = file;
    }

    @Override
    public synchronized AccessKey get() {
        try {
            long changed = Files.getLastModifiedTime(file).toMillis();
            AccessKey current = key;
            if (current == null || changed != readAtMillis) {
                current = read();
                key = current;
                readAtMillis = changed;
            }
            return current;
        } catch (IOException failure) {
            AccessKey known = key;
            if (known != null) {
                return known;
            }
            throw new UncheckedIOException("cannot read credentials from " + file, failure);
        }
    }

    private AccessKey read() throws IOException {
        Map<String, String> values = new HashMap<>();
        for (String line : Files.readAllLines(file)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.putIfAbsent(
                        line.substring(0, equals).strip(), line.substring(equals + 1).strip());
            }
        }
        String id = values.get("aws_access_key_id");
        String secret = values.get("aws_secret_access_key");
        if (id == null || secret == null) {
            throw new IOException("no aws_access_key_id and aws_secret_access_key in " + file);
        }
        return new AccessKey(id, secret, values.get("aws_session_token"));
    }
}
