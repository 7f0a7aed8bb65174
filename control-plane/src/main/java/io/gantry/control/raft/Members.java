package io.gantry.control.raft;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Who votes, as one node's log says. While members change, a majority of those before and one of
 * those after are needed.
 *
 * @param index of the entry that says so, -1 for what a node was configured with
 * @param current those after a change, and the only ones between changes
 * @param previous those before a change, empty between changes
 */
record Members(long index, List<RaftPeer> current, List<RaftPeer> previous) {
    Members {
        current = List.copyOf(current);
        previous = List.copyOf(previous);
    }

    static Members of(RaftConfiguration conf) {
        return new Members(
                conf.getLogEntryIndex(),
                sorted(conf.getCurrentPeers()),
                sorted(conf.getPreviousPeers()));
    }

    private static List<RaftPeer> sorted(Collection<RaftPeer> peers) {
        return peers.stream()
                .sorted(Comparator.comparing(peer -> peer.getId().toString()))
                .toList();
    }

    boolean isStable() {
        return previous.isEmpty();
    }

    /** Whether that node votes once a change that may be under way is over. */
    boolean contains(RaftPeerId id) {
        return current.stream().anyMatch(peer -> peer.getId().equals(id));
    }

    /** Everybody but {@code self} who votes now. */
    List<RaftPeer> others(RaftPeerId self) {
        return all().filter(peer -> !peer.getId().equals(self)).toList();
    }

    @Nullable RaftPeer find(RaftPeerId id) {
        return all().filter(peer -> peer.getId().equals(id)).findFirst().orElse(null);
    }

    /** Whether these may decide. */
    boolean isMajority(Set<RaftPeerId> ids) {
        return isMajority(current, ids) && (isStable() || isMajority(previous, ids));
    }

    private static boolean isMajority(List<RaftPeer> voters, Set<RaftPeerId> ids) {
        return 2 * voters.stream().filter(peer -> ids.contains(peer.getId())).count()
                > voters.size();
    }

    /** The same for the same members on any node; the entry that says so does not matter. */
    int fingerprint() {
        return (names(current) + '/' + names(previous)).hashCode();
    }

    private Stream<RaftPeer> all() {
        var ids = current.stream().map(RaftPeer::getId).collect(Collectors.toSet());
        return Stream.concat(
                current.stream(), previous.stream().filter(peer -> !ids.contains(peer.getId())));
    }

    static String names(Collection<RaftPeer> peers) {
        return peers.stream().map(peer -> peer.getId().toString()).collect(Collectors.joining(","));
    }
}
