package io.gantry.control.agent;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs as the agent does: with a session token, with the length of the body, without a header for
 * its hash, and with spaces of a query as {@code %20} that are sent as plus.
 */
record AgentSigning(String accessKey, String secret, String token) implements Signing {
    private static final String TOKEN = "sess-token-example";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    AgentSigning(String accessKey, String secret) {
        this(accessKey, secret, TOKEN);
    }

    /** Signatures of another time with another key, for a server that does not look at them. */
    static Signing stale() {
        return (_, _, _, _) ->
                Map.of(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1/ecs/aws4_request,"
                                + " SignedHeaders=host;x-amz-date;x-amz-security-token, Signature="
                                + "33fdf7f718d9f32bf865e7dc82a4ca9ac17d6c7ae99325c977b8300d3a1d9a8d",
                        "X-Amz-Date",
                        "20261122T070057Z",
                        "X-Amz-Security-Token",
                        TOKEN);
    }

    @Override
    public Map<String, String> sign(
            String method, URI uri, Map<String, String> headers, byte[] body) {
        String time = TIME.format(Instant.now());
        var signed = new TreeMap<>(headers);
        signed.put("host", uri.getAuthority());
        signed.put("x-amz-date", time);
        signed.put("x-amz-security-token", token);
        String names = String.join(";", signed.keySet());
        String lines =
                signed.entrySet().stream()
                        .map(header -> header.getKey() + ':' + header.getValue() + '\n')
                        .collect(Collectors.joining());
        String canonical =
                String.join("\n", method, path(uri), query(uri), lines, names, sha256(body));
        String scope = time.substring(0, 8) + "/us-east-1/ecs/aws4_request";
        String toSign =
                String.join("\n", "AWS4-HMAC-SHA256", time, scope, sha256(bytes(canonical)));
        byte[] key = bytes("AWS4" + secret);
        for (String part : List.of(time.substring(0, 8), "us-east-1", "ecs", "aws4_request")) {
            key = hmac(key, part);
        }
        var added = new LinkedHashMap<String, String>();
        added.put(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                        .formatted(
                                accessKey,
                                scope,
                                names,
                                HexFormat.of().formatHex(hmac(key, toSign))));
        added.put("X-Amz-Date", time);
        added.put("X-Amz-Security-Token", token);
        return added;
    }

    private static String path(URI uri) {
        return uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    }

    private static String query(URI uri) {
        String query = uri.getRawQuery();
        return query == null
                ? ""
                : Stream.of(query.split("&", -1))
                        .sorted()
                        .collect(Collectors.joining("&"))
                        .replace("+", "%20");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(bytes(text));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
