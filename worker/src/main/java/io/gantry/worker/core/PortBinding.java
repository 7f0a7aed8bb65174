package io.gantry.worker.core;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a port of a container, or a range of them, shows on this machine.
 *
 * @param containerPort 0 for a range
 * @param hostPort 0 for a range
 * @param protocol tcp or udp
 * @param containerPortRange such as {@code 8000-8010}; null for a single port
 * @param hostPortRange of the same size; null for a single port
 */
public record PortBinding(
        String bindIP,
        int containerPort,
        int hostPort,
        String protocol,
        @Nullable String containerPortRange,
        @Nullable String hostPortRange) {

    /** A single port. */
    public PortBinding(String bindIP, int containerPort, int hostPort, String protocol) {
        this(bindIP, containerPort, hostPort, protocol, null, null);
    }

    public static PortBinding range(
            String bindIP, PortRange container, PortRange host, String protocol) {
        return new PortBinding(bindIP, 0, 0, protocol, container.toString(), host.toString());
    }

    /** The same port by port. */
    public Stream<PortBinding> single() {
        if (containerPortRange == null || hostPortRange == null) {
            return Stream.of(this);
        }
        PortRange inside = PortRange.parse(containerPortRange);
        int shift = PortRange.parse(hostPortRange).first() - inside.first();
        return IntStream.rangeClosed(inside.first(), inside.last())
                .mapToObj(port -> new PortBinding(bindIP, port, port + shift, protocol));
    }
}
