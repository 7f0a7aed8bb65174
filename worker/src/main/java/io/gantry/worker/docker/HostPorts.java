package io.gantry.worker.docker;

import com.github.dockerjava.api.model.InternetProtocol;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for rows of free ports on this machine. A row may be taken by somebody else before it is
 * used; whoever uses it must be ready to ask again.
 */
final class HostPorts {
    private static final Logger log = LoggerFactory.getLogger(HostPorts.class);
    private static final Path EPHEMERAL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int FALLBACK_FIRST = 49_153;
    private static final int FALLBACK_LAST = 65_535;

    private final int first;
    private final int last;
    private int next;

    HostPorts(int first, int last) {
        this.first = first;
        this.last = last;
        next = ThreadLocalRandom.current().nextInt(first, last + 1);
    }

    /** The ports that the kernel hands out to those who do not care. */
    static HostPorts ephemeral() {
        try {
            String[] ends = Files.readString(EPHEMERAL).strip().split("\\s+", -1);
            return new HostPorts(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
        } catch (IOException | RuntimeException unreadable) {
            log.atDebug().setCause(unreadable).log("no ephemeral port range to be read");
            return new HostPorts(FALLBACK_FIRST, FALLBACK_LAST);
        }
    }

    /**
     * The first of {@code size} neighbouring ports that nobody has now. Rows follow each other, so
     * that callers at the same time get different ones.
     *
     * @throws EngineException if there is no such row
     */
    synchronized int row(int size, InternetProtocol protocol) {
        int begin = next;
        int length = 0;
        // Once around, and a row further for one that lies across the beginning.
        for (int looked = 0; looked <= last - first + size; looked++) {
            if (begin + size - 1 > last) {
                begin = first;
                length = 0;
                if (begin + size - 1 > last) {
                    break;
                }
            }
            if (!isFree(begin + length, protocol)) {
                begin = begin + length + 1;
                length = 0;
            } else if (++length == size) {
                next = begin + size > last ? first : begin + size;
                return begin;
            }
        }
        throw new EngineException(
                "CannotCreateContainerError",
                size + " contiguous host ports unavailable between " + first + " and " + last);
    }

    private static boolean isFree(int port, InternetProtocol protocol) {
        try (AutoCloseable socket =
                protocol == InternetProtocol.UDP
                        ? new DatagramSocket(port)
                        : new ServerSocket(port)) {
            return socket != null;
        } catch (Exception taken) {
            log.atTrace().addKeyValue("port", port).log("taken");
            return false;
        }
    }
}
