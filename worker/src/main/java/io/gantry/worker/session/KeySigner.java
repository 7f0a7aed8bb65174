package io.gantry.worker.session;

import io.gantry.common.wire.SigV4Signer;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Signs with an access key. */
public final class KeySigner implements RequestSigner {
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
        Map<String, String> covered = new TreeMap<>(headers);
        covered.put("Host", host(uri));
        Map<String, String> added =
                new TreeMap<>(
                        SigV4Signer.sign(
                                method,
                                uri,
                                covered,
                                body,
                                current.id(),
                                current.secret(),
                                current.sessionToken(),
                                region,
                                "ecs",
                                now));
        added.put("Host", host(uri));
        return added;
    }

    /** As HTTP clients send it: a scheme's own port is left out. */
    private static String host(URI uri) {
        boolean usualPort =
                uri.getPort() < 0
                        || (uri.getPort() == 80 && uri.getScheme().equals("http"))
                        || (uri.getPort() == 443 && uri.getScheme().equals("https"));
        return usualPort ? uri.getHost() : uri.getHost() + ':' + uri.getPort();
    }
}
