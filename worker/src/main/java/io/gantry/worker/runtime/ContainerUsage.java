package io.gantry.worker.runtime;

/**
 * Readings of a container. All but the memory are counters that grow while it runs.
 *
 * @param cpuNanos processor time
 */
public record ContainerUsage(
        long cpuNanos,
        long memoryBytes,
        long receivedBytes,
        long sentBytes,
        long readBytes,
        long writtenBytes) {}
