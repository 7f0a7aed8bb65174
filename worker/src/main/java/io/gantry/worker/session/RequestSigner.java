package io.gantry.worker.session;

import java.net.URI;
import java.time.Instant;
import java.util.Map;

/** Proves to the control plane who is calling. */
@FunctionalInterface
public interface RequestSigner {

    /**
     * The headers that prove it, {@code Host} included, to be sent besides {@code headers}.
     *
     * @param headers to be covered by the signature
     */
    Map<String, String> sign(
            String method, URI uri, Map<String, String> headers, byte[] body, Instant now);
}
