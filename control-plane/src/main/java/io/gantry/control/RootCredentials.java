package io.gantry.control;

import io.gantry.control.core.state.Realm.AccessKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The root key pair as a file in the format of the AWS tools, readable by its owner only. */
final class RootCredentials {
    private static final String ID = "aws_access_key_id";
    private static final String SECRET = "aws_secret_access_key";
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int ID_LETTERS = 16;
    private static final int SECRET_BYTES = 30;

    private final Path file;

    RootCredentials(Path file) {
        this.file = file;
    }

    /** The key pair in the file, or a new one if there is no file. */
    AccessKey readOrGenerate() {
        AccessKey known = read();
        return known != null ? known : generate();
    }

    private @Nullable AccessKey read() {
        try {
            Map<String, String> values = new HashMap<>();
            for (String line : Files.readAllLines(file)) {
                String[] pair = line.split("=", 2);
                if (pair.length == 2) {
                    values.put(pair[0].strip(), pair[1].strip());
                }
            }
            String id = values.get(ID);
            String secret = values.get(SECRET);
            if (id == null || secret == null) {
                throw new IllegalStateException(
                        file
                                + " holds no "
                                + ID
                                + " or no "
                                + SECRET
                                + "; remove it or complete it");
            }
            return new AccessKey(id, secret);
        } catch (NoSuchFileException absent) {
            return null;
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read " + file, unreadable);
        }
    }

    private static AccessKey generate() {
        var random = new SecureRandom();
        var id = new StringBuilder("AKIA");
        for (int i = 0; i < ID_LETTERS; i++) {
            id.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return new AccessKey(
                id.toString(), Base64.getEncoder().withoutPadding().encodeToString(secret));
    }

    /** Makes the file hold {@code key}; nothing happens if it does. */
    void write(AccessKey key) {
        if (Files.exists(file) && key.equals(read())) {
            return;
        }
        String text =
                "[default]\n" + ID + " = " + key.id() + "\n" + SECRET + " = " + key.secret() + "\n";
        try {
            Path directory = file.toAbsolutePath().getParent();
            Path fresh =
                    Files.createTempFile(
                            directory,
                            "root-credentials",
                            ".new",
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")));
            Files.writeString(fresh, text);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException unwritable) {
            throw new UncheckedIOException("cannot write " + file, unwritable);
        }
    }
}
