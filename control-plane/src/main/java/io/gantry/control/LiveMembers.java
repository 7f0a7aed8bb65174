package io.gantry.control;

import io.gantry.control.raft.RaftConfig;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Where the nodes listen that share the live store. */
final class LiveMembers {

    private LiveMembers() {}

    /**
     * The members; of a control plane that this node knows nothing of yet, those it was told of.
     *
     * @param members as the log says, with the ports of the log
     */
    static List<String> of(ControlPlaneConfig config, List<RaftConfig.Peer> members) {
        Set<String> addresses = new LinkedHashSet<>();
        members.forEach(peer -> addresses.add(peer.host() + ':' + (peer.port() + 1)));
        if (members.isEmpty()) {
            config.peers().forEach(peer -> addresses.add(peer.host() + ':' + peer.livePort()));
            for (String address : config.join()) {
                ControlPlaneConfig.Peer peer = ControlPlaneConfig.Peer.parse("member=" + address);
                addresses.add(peer.host() + ':' + peer.livePort());
            }
        }
        return List.copyOf(addresses);
    }
}
