package io.gantry.launcher;

import java.net.URI;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A process of an installation.
 *
 * @param name n1, n2 ... of nodes, w1, w2 ... of workers
 * @param port the first of the ports that belong to it
 */
record Member(String name, Kind kind, int port) {
    static final String HOST = "127.0.0.1";

    /** The kinds of processes, and the ports they need. */
    enum Kind {
        /** API, Raft and Hazelcast. */
        CONTROL_PLANE("control-plane", 3),
        /** Task metadata. */
        WORKER("worker", 1);

        private final String command;
        private final int ports;

        Kind(String command, int ports) {
            this.command = command;
            this.ports = ports;
        }

        String command() {
            return command;
        }
    }

    List<Integer> ports() {
        return IntStream.range(port, port + kind.ports).boxed().toList();
    }

    boolean isNode() {
        return kind == Kind.CONTROL_PLANE;
    }

    /** Where a node answers. */
    URI url() {
        return URI.create("http://" + HOST + ":" + port);
    }
}
