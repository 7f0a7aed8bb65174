package io.gantry.common.wire;

/**
 * Who signed a request, for which region and service.
 *
 * @param service the signing name of the service; empty if the request named none
 */
public record Identity(String accessKey, String region, String service) {

    /** Whoever sends a request that needs no signature. */
    public static final Identity ANONYMOUS = new Identity("anonymous", "us-east-1", "");
}
