package io.gantry.control;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;

/** Finds out early, and says plainly, that a port is taken; the libraries would not name it. */
final class FreePorts {

    private FreePorts() {}

    static void check(ControlPlaneConfig config) throws IOException {
        Map<String, Integer> ports = new LinkedHashMap<>();
        ports.put("the API", config.self().basePort());
        ports.put("the replicated log", config.self().raftPort());
        ports.put("the live store", config.self().livePort());
        for (var port : ports.entrySet()) {
            try (var socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(config.listen(), port.getValue()));
            } catch (IOException taken) {
                throw new IOException(
                        ("cannot listen on %s:%d, which %s needs (%s); free it, or choose another"
                                        + " port for %s in the peers")
                                .formatted(
                                        config.listen(),
                                        port.getValue(),
                                        port.getKey(),
                                        taken.getMessage(),
                                        config.node()),
                        taken);
            }
        }
    }
}
