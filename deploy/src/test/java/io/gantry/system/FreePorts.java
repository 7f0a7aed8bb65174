package io.gantry.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Ports that nobody listens on now. */
public final class FreePorts {
    private static final int END = 32_000;

    private FreePorts() {}

    /** The first of that many in a row. */
    public static int first(int from, int count) {
        for (int base = from; base < END; base += count) {
            int end = base + count;
            int candidate = base;
            while (candidate < end && isFree(candidate)) {
                candidate++;
            }
            if (candidate == end) {
                return base;
            }
        }
        throw new AssertionError("no %d free ports in a row".formatted(count));
    }

    private static boolean isFree(int port) {
        try (var probe = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return probe.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
