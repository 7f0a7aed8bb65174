package io.gantry.common.wire;

import io.gantry.common.time.Clock;
import io.gantry.common.wire.Canonical.Scope;
import io.gantry.common.wire.WireException.Kind;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Verifies AWS Signature Version 4, in the Authorization header or in a presigned URL. Safe for use
 * by many threads.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">Signature
 *     Version 4</a>
 */
public final class SigV4 implements Authentication {
    static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final Duration SKEW = Duration.ofMinutes(5);
    private static final int MOST_KEYS = 10_000;

    // Rotating a secret must not leave its old keys in use, hence the secret as part of the name.
    private record KeyName(String secret, Scope scope) {}

    private final Keys secrets;
    private final Clock clock;
    private final Map<KeyName, byte[]> keys = new ConcurrentHashMap<>();

    /**
     * A verifier for whoever has a secret.
     *
     * @param secrets gives the secret for an access key and the session token sent along, or null;
     *     it may throw {@link WireException#expiredToken()}
     */
    public SigV4(BiFunction<String, @Nullable String, @Nullable String> secrets, Clock clock) {
        this(
                clock,
                (id, token) -> {
                    String secret = secrets.apply(id, token);
                    return secret == null ? null : new Key(secret, null);
                });
    }

    private SigV4(Clock clock, Keys keys) {
        this.secrets = keys;
        this.clock = clock;
    }

    /** A verifier that also learns from the keeper of keys whose they are. */
    public static SigV4 of(Keys keys, Clock clock) {
        return new SigV4(clock, keys);
    }

    /** The keeper of keys. */
    @FunctionalInterface
    public interface Keys {

        /**
         * The key, or null if there is none of that id that goes with the session token.
         *
         * @param token as sent along, if any
         * @throws WireException for a token that was good once
         */
        @Nullable Key find(String accessKeyId, @Nullable String token);
    }

    /**
     * A key that requests are signed with.
     *
     * @param role whose it is; null for a key of the account itself
     */
    public record Key(String secret, @Nullable AssumedRole role) {

        /** Without the secret: records end up in logs. */
        @Override
        public String toString() {
            return "Key[" + role + ']';
        }
    }

    /** The signer of a request. Throws a {@link WireException} unless the signature is right. */
    public Identity verify(HttpRequest request) {
        Claim claim = Claim.of(request);
        checkTime(claim);
        checkSignedHeaders(claim, request);
        Key found = secrets.find(claim.accessKey(), claim.token());
        if (found == null) {
            throw new WireException(
                    Kind.UNKNOWN_CLIENT, "The security token included in the request is invalid.");
        }
        String secret = found.secret();
        var name = new KeyName(secret, claim.scope());
        byte[] cached = keys.get(name);
        byte[] key = cached != null ? cached : claim.scope().key(secret);
        byte[] expected = claim.scope().signature(key, claim.time(), canonical(claim, request));
        if (!MessageDigest.isEqual(expected, claim.signatureBytes())) {
            throw invalid(
                    "The request signature we calculated does not match the signature you"
                            + " provided. Check your AWS Secret Access Key and signing method."
                            + " Consult the service documentation for details.");
        }
        if (cached == null) {
            remember(name, key);
        }
        return claim.identity(found.role());
    }

    @Override
    public Identity authenticate(HttpRequest request) {
        return verify(request);
    }

    /** Only keys that proved right are kept, so that nobody else can fill the memory. */
    private void remember(KeyName name, byte[] key) {
        if (keys.size() >= MOST_KEYS) {
            keys.clear();
        }
        keys.put(name, key);
    }

    private void checkTime(Claim claim) {
        Instant now = clock.now();
        Instant signed;
        try {
            signed = TIME.parse(claim.time(), Instant::from);
        } catch (DateTimeException malformed) {
            throw new WireException(
                    Kind.INCOMPLETE_SIGNATURE, "'" + claim.time() + "' is not a valid date.");
        }
        Duration validity = Objects.requireNonNullElse(claim.validity(), SKEW);
        if (now.isAfter(signed.plus(validity))) {
            throw invalid(
                    "Signature expired: %s is now earlier than %s (%s - %d min.)"
                            .formatted(
                                    claim.time(),
                                    TIME.format(now.minus(validity)),
                                    TIME.format(now),
                                    validity.toMinutes()));
        }
        if (now.isBefore(signed.minus(SKEW))) {
            throw invalid(
                    "Signature not yet current: %s is still later than %s (%s + 5 min.)"
                            .formatted(
                                    claim.time(), TIME.format(now.plus(SKEW)), TIME.format(now)));
        }
    }

    private static void checkSignedHeaders(Claim claim, HttpRequest request) {
        if (!claim.headers().contains("host")) {
            throw invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.");
        }
        if (request.header("x-amz-target") != null && !claim.headers().contains("x-amz-target")) {
            throw invalid("'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.");
        }
    }

    private static String canonical(Claim claim, HttpRequest request) {
        Map<String, String> headers = LinkedHashMap.newLinkedHashMap(claim.headers().size());
        for (String name : claim.headers()) {
            headers.put(name, Objects.requireNonNullElse(request.header(name), ""));
        }
        String body = Hash.sha256(request.body());
        String claimed = request.header("x-amz-content-sha256");
        // The claimed hash is signed in any case, so a client may choose not to cover the body.
        if (claimed != null && !claimed.equals("UNSIGNED-PAYLOAD") && !claimed.equals(body)) {
            throw invalid(
                    "The provided 'x-amz-content-sha256' header does not match what was computed.");
        }
        return Canonical.request(
                request.method(),
                request.path(),
                request.query(),
                headers,
                claimed != null ? claimed : body);
    }

    private static WireException invalid(String text) {
        return new WireException(Kind.INVALID_SIGNATURE, text);
    }
}
