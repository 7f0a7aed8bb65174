package io.gantry.control.agent;

import java.net.URI;
import java.util.Map;

/** How an agent proves who it is. */
@FunctionalInterface
interface Signing {

    /**
     * The headers to add.
     *
     * @param headers lower-case names and values of the headers that are signed besides the usual
     */
    Map<String, String> sign(String method, URI uri, Map<String, String> headers, byte[] body);
}
