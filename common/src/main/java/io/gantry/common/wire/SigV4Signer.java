package io.gantry.common.wire;

import io.gantry.common.wire.Canonical.Scope;
import java.net.URI;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Signs requests of our own with AWS Signature Version 4. */
public final class SigV4Signer {
    // Proxies and HTTP clients change these on the way.
    private static final Set<String> UNSIGNED =
            Set.of("authorization", "connection", "expect", "user-agent", "x-amzn-trace-id");

    private SigV4Signer() {}

    /**
     * The headers to add to a request. The Host header, which is signed too, is taken from the URI
     * unless it is given.
     *
     * @param headers the request's own headers, which are all signed
     * @param token the session token of temporary credentials
     */
    public static Map<String, String> sign(
            String method,
            URI uri,
            Map<String, String> headers,
            byte[] body,
            String accessKey,
            String secret,
            @Nullable String token,
            String region,
            String service,
            Instant now) {
        String time = SigV4.TIME.format(now);
        String payloadHash = Hash.sha256(body);
        Map<String, String> added = new LinkedHashMap<>();
        added.put("X-Amz-Date", time);
        added.put("X-Amz-Content-Sha256", payloadHash);
        if (token != null) {
            added.put("X-Amz-Security-Token", token);
        }
        Map<String, String> signed = new TreeMap<>();
        signed.put("host", host(uri));
        headers.forEach((name, value) -> signed.put(name.toLowerCase(Locale.ROOT), value));
        added.forEach((name, value) -> signed.put(name.toLowerCase(Locale.ROOT), value));
        signed.keySet().removeAll(UNSIGNED);
        var scope = new Scope(time.substring(0, 8), region, service);
        String path = Objects.requireNonNullElse(uri.getRawPath(), "");
        String query = uri.getRawQuery();
        String canonical =
                service.equals("s3")
                        ? Canonical.s3Request(method, path, query, signed, payloadHash)
                        : Canonical.request(method, path, query, signed, payloadHash);
        byte[] signature = scope.signature(scope.key(secret), time, canonical);
        added.put(
                "Authorization",
                "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                        .formatted(
                                Canonical.ALGORITHM,
                                accessKey,
                                scope,
                                String.join(";", signed.keySet()),
                                HexFormat.of().formatHex(signature)));
        return added;
    }

    private static String host(URI uri) {
        int port = uri.getPort();
        boolean isUsual =
                port < 0
                        || switch (uri.getScheme()) {
                            case "http", "ws" -> port == 80;
                            case "https", "wss" -> port == 443;
                            default -> false;
                        };
        return isUsual ? uri.getHost() : uri.getHost() + ':' + port;
    }
}
