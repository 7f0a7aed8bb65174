package io.gantry.worker.core;

/**
 * Where a port of a container shows on this machine.
 *
 * @param protocol tcp or udp
 */
public record PortBinding(String bindIP, int containerPort, int hostPort, String protocol) {}
