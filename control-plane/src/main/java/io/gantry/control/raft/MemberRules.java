package io.gantry.control.raft;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.jspecify.annotations.Nullable;

/** Which changes of the members are refused, and in which words. Pure. */
final class MemberRules {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}");
    private static final int MOST = 9;

    private final Members members;
    private final Set<RaftPeerId> up;

    /**
     * Rules for a group as it is.
     *
     * @param up those that have just answered
     */
    MemberRules(Members members, Set<RaftPeerId> up) {
        this.members = members;
        this.up = Set.copyOf(up);
    }

    /** The members with a newcomer. */
    List<RaftPeer> with(RaftPeer newcomer) {
        checkStable();
        checkNew(newcomer);
        if (members.current().size() >= MOST) {
            throw new MembershipRefused(
                    "there are %d nodes already; more make writes slower and nothing safer"
                            .formatted(MOST));
        }
        List<RaftPeer> after = plus(members.current(), newcomer);
        checkQuorum(after, newcomer);
        return after;
    }

    /** The members without one of them. */
    List<RaftPeer> without(String id) {
        checkStable();
        List<RaftPeer> after = less(id);
        if (after.isEmpty()) {
            throw new MembershipRefused(id + " is the last node; a control plane needs one");
        }
        checkQuorum(after, null);
        return after;
    }

    /** The members with a newcomer in place of one of them. */
    List<RaftPeer> replacing(String id, RaftPeer newcomer) {
        checkStable();
        checkNew(newcomer);
        List<RaftPeer> after = plus(less(id), newcomer);
        checkQuorum(after, newcomer);
        return after;
    }

    private void checkStable() {
        if (!members.isStable()) {
            throw new MembershipRefused("another change of the members is under way");
        }
    }

    private void checkNew(RaftPeer newcomer) {
        String id = newcomer.getId().toString();
        if (!ID.matcher(id).matches()) {
            throw new MembershipRefused(
                    "'%s' is no id: letters, digits, '.', '_' and '-', 63 at most".formatted(id));
        }
        for (RaftPeer member : members.current()) {
            if (member.getId().equals(newcomer.getId())) {
                throw new MembershipRefused(
                        ("%s is a member already; a node that has moved to another address gets a"
                                        + " new id and replaces the old one")
                                .formatted(id));
            }
            if (member.getAddress().equals(newcomer.getAddress())) {
                throw new MembershipRefused(
                        "%s is at that address already".formatted(member.getId()));
            }
        }
    }

    private List<RaftPeer> less(String id) {
        List<RaftPeer> rest =
                members.current().stream()
                        .filter(peer -> !peer.getId().toString().equals(id))
                        .toList();
        if (rest.size() == members.current().size()) {
            throw new MembershipRefused(
                    "there is no node %s, only %s".formatted(id, Members.names(rest)));
        }
        return rest;
    }

    private static List<RaftPeer> plus(List<RaftPeer> peers, RaftPeer newcomer) {
        return Stream.concat(peers.stream(), Stream.of(newcomer)).toList();
    }

    private void checkQuorum(List<RaftPeer> after, @Nullable RaftPeer newcomer) {
        List<RaftPeer> alive =
                after.stream()
                        .filter(peer -> peer.equals(newcomer) || up.contains(peer.getId()))
                        .toList();
        if (2 * alive.size() <= after.size()) {
            throw new MembershipRefused(
                    "of the nodes that would remain (%s) only %s would be up, which is no majority; start the others first"
                            .formatted(
                                    Members.names(after),
                                    alive.isEmpty() ? "none" : Members.names(alive)));
        }
    }
}
