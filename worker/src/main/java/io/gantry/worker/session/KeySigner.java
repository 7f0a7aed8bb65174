package io.gantry.worker.session;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs with an access key, by version 4 of AWS' signature.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">Create
 *     a signed request</a>
 */
public final class KeySigner implements RequestSigner {
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final String SERVICE = "ecs";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final Supplier<AccessKey> key;
    private final String region;

    /**
     * Signs for {@code region}.
     *
     * @param key asked for each signature, since keys may be exchanged
     */
    public KeySigner(Supplier<AccessKey> key, String region) {
        this.key = key;
        this.region = region;
    }

    @Override
    public Map<String, String> sign(
            String method, URI uri, Map<String, String> headers, byte[] body, Instant now) {
        AccessKey current = key.get();
        String time = TIME.format(now);
        String scope = time.substring(0, 8) + '/' + region + '/' + SERVICE + "/aws4_request";
        SortedMap<String, String> signed = new TreeMap<>();
        headers.forEach((name, value) -> signed.put(name.toLowerCase(Locale.ROOT), value.strip()));
        Map<String, String> added = new TreeMap<>();
        added.put("host", host(uri));
        added.put("x-amz-date", time);
        if (current.sessionToken() != null) {
            added.put("x-amz-security-token", current.sessionToken());
        }
        signed.putAll(added);
        String names = String.join(";", signed.keySet());
        String request =
                String.join(
                        "\n",
                        method,
                        uri.getRawPath().isEmpty() ? "/" : uri.getRawPath(),
                        sortedQuery(uri),
                        signed.entrySet().stream()
                                .map(entry -> entry.getKey() + ':' + entry.getValue() + '\n')
                                .collect(Collectors.joining()),
                        names,
                        hex(sha256(body)));
        String text = String.join("\n", ALGORITHM, time, scope, hex(sha256(bytes(request))));
        byte[] signature = hmac(signingKey(current, scope), text);
        added.put(
                "authorization",
                "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                        .formatted(ALGORITHM, current.id(), scope, names, hex(signature)));
        return added;
    }

    /** As HTTP clients send it: a scheme's own port is left out. */
    private static String host(URI uri) {
        boolean usualPort =
                uri.getPort() < 0
                        || (uri.getPort() == 80 && uri.getScheme().matches("http|ws"))
                        || (uri.getPort() == 443 && uri.getScheme().matches("https|wss"));
        return usualPort ? uri.getHost() : uri.getHost() + ':' + uri.getPort();
    }

    private static String sortedQuery(URI uri) {
        String query = uri.getRawQuery();
        if (query == null || query.isEmpty()) {
            return "";
        }
        String[] parameters = query.split("&", -1);
        Arrays.sort(parameters);
        return String.join("&", parameters);
    }

    private static byte[] signingKey(AccessKey key, String scope) {
        byte[] current = bytes("AWS4" + key.secret());
        for (String part : scope.split("/", -1)) {
            current = hmac(current, part);
        }
        return current;
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(bytes(text));
        } catch (NoSuchAlgorithmException | InvalidKeyException missing) {
            throw new AssertionError("every JDK has HmacSHA256", missing);
        }
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException missing) {
            throw new AssertionError("every JDK has SHA-256", missing);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(byte[] content) {
        return HexFormat.of().formatHex(content);
    }
}
