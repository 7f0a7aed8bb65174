/**
 * Tests of the front door over real sockets. {@link io.gantry.control.http.HttpServerTest} writes
 * what clients should not, byte by byte. Nothing here needs the rest of the control plane.
 */
@NullMarked
package io.gantry.control.http;

import org.jspecify.annotations.NullMarked;
