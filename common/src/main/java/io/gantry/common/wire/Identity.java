package io.gantry.common.wire;

import org.jspecify.annotations.Nullable;

/**
 * Who signed a request, for which region and service.
 *
 * @param service the signing name of the service; empty if the request named none
 * @param role set for temporary keys of a task; null for the keys of the account itself
 */
public record Identity(
        String accessKey, String region, String service, @Nullable AssumedRole role) {

    /** Whoever sends a request that needs no signature. */
    public static final Identity ANONYMOUS = new Identity("anonymous", "us-east-1", "");

    /** The holder of a key of the account. */
    public Identity(String accessKey, String region, String service) {
        this(accessKey, region, service, null);
    }
}
