package io.gantry.control.roles;

import io.gantry.common.acs.AcsTask.RoleCredentials;
import io.gantry.common.wire.AssumedRole;
import io.gantry.common.wire.SigV4;
import io.gantry.common.wire.WireException;
import io.gantry.control.core.state.Realm;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes and checks the keys of one installation. A session token is what the key is good for in
 * JSON, after a code that only holders of the root secret can compute; the key's id and secret are
 * derived from the same text.
 */
public final class RoleKeys {
    /** As long as those that Amazon ECS hands to tasks. */
    public static final Duration LIFETIME = Duration.ofHours(6);

    /** What the ids of temporary keys begin with. */
    public static final String PREFIX = "ASIA";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String HMAC = "HmacSHA256";
    private static final int CODE_BYTES = 32;
    private static final int SECRET_BYTES = 30;
    private static final int ID_LETTERS = 16;
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private final byte[] root;

    private RoleKeys(byte[] root) {
        this.root = root;
    }

    public static RoleKeys of(Realm realm) {
        return new RoleKeys(realm.rootKey().secret().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What a token says.
     *
     * @param issued seconds since the epoch
     * @param expires seconds since the epoch
     */
    private record Claims(
            String role, String task, boolean application, long issued, long expires) {}

    /** Keys for a role, good from {@code now} for {@link #LIFETIME}. */
    public RoleCredentials issue(AssumedRole role, Instant now) {
        Instant issued = now.truncatedTo(ChronoUnit.SECONDS);
        Instant expires = issued.plus(LIFETIME);
        var claims =
                new Claims(
                        role.roleArn(),
                        role.taskArn(),
                        role.application(),
                        issued.getEpochSecond(),
                        expires.getEpochSecond());
        byte[] text = JSON.writeValueAsBytes(claims);
        byte[] token =
                ByteBuffer.allocate(CODE_BYTES + text.length)
                        .put(code("session token", text))
                        .put(text)
                        .array();
        return new RoleCredentials(
                credentialsId(role),
                role.roleArn(),
                keyId(text),
                secret(text),
                Base64.getEncoder().encodeToString(token),
                expires.toString(),
                null);
    }

    /**
     * The id under which a task asks for its credentials: the same for all its life, and nothing
     * that others could guess.
     */
    private String credentialsId(AssumedRole role) {
        String name = role.taskArn() + (role.application() ? " application" : " execution");
        ByteBuffer code =
                ByteBuffer.wrap(code("credentials id", name.getBytes(StandardCharsets.UTF_8)));
        long high = (code.getLong() & ~0xF000L) | 0x4000L;
        long low = (code.getLong() >>> 2) | Long.MIN_VALUE;
        return new UUID(high, low).toString();
    }

    /**
     * The key of that id; null if it does not belong to the token, or the token is not ours.
     *
     * @throws WireException if both are good, but too old
     */
    public SigV4.@Nullable Key find(String accessKeyId, @Nullable String token, Instant now) {
        byte[] text = token == null ? null : verified(token);
        if (text == null || !keyId(text).equals(accessKeyId)) {
            return null;
        }
        Claims claims;
        try {
            claims = JSON.readValue(text, Claims.class);
        } catch (JacksonException otherVersion) {
            return null;
        }
        if (now.getEpochSecond() >= claims.expires()) {
            throw WireException.expiredToken();
        }
        return new SigV4.Key(
                secret(text), new AssumedRole(claims.role(), claims.task(), claims.application()));
    }

    /** What a token says; null if it was not made here. */
    private byte @Nullable [] verified(String token) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(token);
        } catch (IllegalArgumentException foreign) {
            return null;
        }
        if (bytes.length <= CODE_BYTES) {
            return null;
        }
        byte[] text = Arrays.copyOfRange(bytes, CODE_BYTES, bytes.length);
        byte[] given = Arrays.copyOf(bytes, CODE_BYTES);
        return MessageDigest.isEqual(code("session token", text), given) ? text : null;
    }

    private String keyId(byte[] text) {
        byte[] code = code("access key id", text);
        var id = new StringBuilder(PREFIX);
        for (int i = 0; i < ID_LETTERS; i++) {
            id.append(LETTERS.charAt(code[i] & 31));
        }
        return id.toString();
    }

    private String secret(byte[] text) {
        byte[] code = code("secret access key", text);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(code, SECRET_BYTES));
    }

    /** A code of {@code text} that differs for each purpose. */
    private byte[] code(String purpose, byte[] text) {
        byte[] key = hmac(root, ("Gantry role " + purpose).getBytes(StandardCharsets.UTF_8));
        return hmac(key, text);
    }

    private static byte[] hmac(byte[] key, byte[] data) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac.doFinal(data);
        } catch (GeneralSecurityException everyPlatformHasIt) {
            throw new AssertionError(everyPlatformHasIt);
        }
    }
}
