package io.gantry.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.stream.IntStream;

/**
 * Ports of the loopback that nobody uses, out of the range from which the kernel hands them out.
 */
final class Ports {
    private static final int FIRST = 18_000;
    private static final int LAST = 19_000;

    private Ports() {}

    /** The first of {@code count} free ports in a row. */
    static int free(int count) {
        return IntStream.iterate(FIRST, base -> base < LAST, base -> base + count)
                .filter(base -> IntStream.range(base, base + count).allMatch(Ports::isFree))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no free ports"));
    }

    private static boolean isFree(int port) {
        try (var probe = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return probe.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
