package io.gantry.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where containers on the engine's default network reach the machine. */
final class BridgeAddress {
    private static final Logger log = LoggerFactory.getLogger(BridgeAddress.class);
    private static final String INTERFACE = "com.docker.network.bridge.name";

    private BridgeAddress() {}

    /** An IPv4 address, or the empty string if there is none. */
    static String of(DockerClient client) {
        for (String name : List.of("bridge", "podman")) {
            try {
                String address = of(client.inspectNetworkCmd().withNetworkId(name).exec());
                if (address != null) {
                    return address;
                }
            } catch (NotFoundException otherEngine) {
                log.atDebug().addKeyValue("network", name).log("no such network");
            }
        }
        return "";
    }

    private static @Nullable String of(Network network) {
        for (Network.Ipam.Config config : network.getIpam().getConfig()) {
            String gateway = config.getGateway();
            if (gateway != null && !gateway.contains(":")) {
                return gateway;
            }
        }
        // Some engines tell no gateway until a container has used the network.
        String name = network.getOptions().get(INTERFACE);
        return name == null ? null : addressOf(name);
    }

    private static @Nullable String addressOf(String interfaceName) {
        try {
            NetworkInterface bridge = NetworkInterface.getByName(interfaceName);
            return bridge == null
                    ? null
                    : bridge.inetAddresses()
                            .filter(Inet4Address.class::isInstance)
                            .map(InetAddress::getHostAddress)
                            .findFirst()
                            .orElse(null);
        } catch (SocketException unreadable) {
            log.atDebug().setCause(unreadable).log("cannot read the network interfaces");
            return null;
        }
    }
}
