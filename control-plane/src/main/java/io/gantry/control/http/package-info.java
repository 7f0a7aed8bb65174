/**
 * The node's front door: {@link io.gantry.control.http.HttpServer} takes API calls, agents' sockets
 * and operators' probes on one port.
 */
@NullMarked
package io.gantry.control.http;

import org.jspecify.annotations.NullMarked;
