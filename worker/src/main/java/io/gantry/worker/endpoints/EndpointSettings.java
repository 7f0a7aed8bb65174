package io.gantry.worker.endpoints;

import java.nio.file.Path;

/**
 * Where containers and operators are served.
 *
 * @param port for containers, on the addresses at which they reach the machine; 0 for none at all
 * @param introspectionPort for operators, on the loopback; 0 for none
 * @param linkLocal whether to serve containers at 169.254.170.2, too
 * @param directory in which the workers of a machine find each other
 */
public record EndpointSettings(
        int port, int introspectionPort, boolean linkLocal, Path directory) {}
