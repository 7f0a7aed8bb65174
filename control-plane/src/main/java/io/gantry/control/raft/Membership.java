package io.gantry.control.raft;

import io.gantry.control.log.LogUnavailable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ReconfigurationInProgressException;
import org.apache.ratis.protocol.exceptions.ReconfigurationTimeoutException;
import org.apache.ratis.protocol.exceptions.SetConfigurationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is in the group, and how that is changed while it works. Changes are made where the leader
 * is, one at a time, by joint consensus. A newcomer is sent the state and the log first and counts
 * only when it has nearly caught up; until then nothing of it is in the log, so that a change which
 * is interrupted leaves nothing behind. Calls block, for a second or so.
 */
public final class Membership {
    private static final Logger log = LoggerFactory.getLogger(Membership.class);

    private final Group group;
    private final RollCall rollCall;
    private final Handover handover;
    private final AtomicReference<@Nullable Change> latest = new AtomicReference<>();

    Membership(Group group, RollCall rollCall, Handover handover) {
        this.group = group;
        this.rollCall = rollCall;
        this.handover = handover;
    }

    /**
     * A member.
     *
     * @param peer its id and where its log listens
     * @param role leader, follower or candidate; empty of a node that is down
     * @param applied last entry that it has applied, -1 if it is down
     * @param behind entries that are committed and that it has not applied, -1 if it is down
     */
    public record Node(RaftConfig.Peer peer, boolean up, String role, long applied, long behind) {}

    /** How far a change has got. */
    public enum Progress {
        RUNNING,
        DONE,
        FAILED
    }

    /**
     * The latest change that was begun on this node.
     *
     * @param what such as {@code add n4}
     * @param newcomer whoever is to become a member by it
     * @param text why it failed, else empty
     */
    public record Change(
            String what, RaftConfig.@Nullable Peer newcomer, Progress progress, String text) {}

    /**
     * The members at one moment.
     *
     * @param leader its id, empty while there is none
     * @param change null if none was begun here
     */
    public record View(
            String group,
            List<Node> nodes,
            String leader,
            long committed,
            @Nullable Change change) {
        public View {
            nodes = List.copyOf(nodes);
        }
    }

    /** The group itself. One that was recovered is another one. */
    public String groupId() {
        return group.id().getUuid().toString();
    }

    /** Those who vote, as far as this node knows. Does not block. */
    public List<RaftConfig.Peer> peers() {
        return group.members().current().stream().map(Membership::peer).toList();
    }

    /** Asks everybody. */
    public View view() {
        Map<RaftPeerId, Standing> answers = rollCall.answers().join();
        long committed = answers.values().stream().mapToLong(Standing::committed).max().orElse(-1);
        var nodes = new ArrayList<Node>();
        for (RaftPeer member : group.members().current()) {
            Standing standing = answers.get(member.getId());
            nodes.add(
                    standing == null
                            ? new Node(peer(member), false, "", -1, -1)
                            : new Node(
                                    peer(member),
                                    true,
                                    standing.role(),
                                    standing.applied(),
                                    Math.max(0, committed - standing.applied())));
        }
        RaftPeerId leader = group.leader();
        return new View(
                groupId(), nodes, leader == null ? "" : leader.toString(), committed, latest.get());
    }

    /**
     * Begins to make a node a member; {@link #view} tells what becomes of it.
     *
     * @throws MembershipRefused if that cannot be
     * @throws LogUnavailable if this node does not lead
     */
    public void add(RaftConfig.Peer newcomer) {
        checkLeading();
        Members before = group.members();
        List<RaftPeer> after = rules(before).with(Group.peer(newcomer));
        begin("add " + newcomer.id(), newcomer, before, after);
    }

    /**
     * Begins to remove a node. Hands leadership over first if that node leads.
     *
     * @return the id of the node that leads now, where the call has to be repeated; null if the
     *     change has begun
     * @throws MembershipRefused if that cannot be
     * @throws LogUnavailable if this node does not lead
     */
    public @Nullable String remove(String id) {
        checkLeading();
        Members before = group.members();
        List<RaftPeer> after = rules(before).without(id);
        String successor = stepAside(id, after);
        if (successor == null) {
            begin("remove " + id, null, before, after);
        }
        return successor;
    }

    /**
     * Begins to put a node in place of another, which may be down, in one step. It takes a group of
     * at least three.
     *
     * @return as {@link #remove} does
     * @throws MembershipRefused if that cannot be
     * @throws LogUnavailable if this node does not lead
     */
    public @Nullable String replace(String id, RaftConfig.Peer newcomer) {
        checkLeading();
        Members before = group.members();
        List<RaftPeer> after = rules(before).replacing(id, Group.peer(newcomer));
        String what = "replace %s by %s".formatted(id, newcomer.id());
        if (before.current().size() < 3) {
            // Raft cannot tell such a group from another one that was started by mistake.
            throw new MembershipRefused(
                    "of fewer than three nodes none can be replaced at once: add %s first, then remove %s"
                            .formatted(newcomer.id(), id));
        }
        String successor = stepAside(id, after);
        if (successor == null) {
            begin(what, newcomer, before, after);
        }
        return successor;
    }

    private void checkLeading() {
        if (!group.division().getInfo().isLeaderReady()) {
            RaftPeerId leader = group.leader();
            throw leader == null || leader.equals(group.self())
                    ? LogUnavailable.noQuorum("no node leads")
                    : new LogUnavailable(leader + " leads; ask it");
        }
        Change change = latest.get();
        if (change != null && change.progress() == Progress.RUNNING) {
            throw new MembershipRefused("another change is under way: %s".formatted(change.what()));
        }
    }

    private MemberRules rules(Members members) {
        Map<RaftPeerId, Standing> answers = rollCall.answers().join();
        return new MemberRules(members, Set.copyOf(answers.keySet()));
    }

    /** The new leader if this node is the one to go. */
    private @Nullable String stepAside(String id, List<RaftPeer> after) {
        if (!id.equals(group.self().toString())) {
            return null;
        }
        String successor = handover.toOneOf(after);
        if (successor == null) {
            throw new MembershipRefused(
                    id + " leads, and none of the others took over leadership; try again");
        }
        return successor;
    }

    private void begin(
            String what, RaftConfig.@Nullable Peer newcomer, Members before, List<RaftPeer> after) {
        var running = new Change(what, newcomer, Progress.RUNNING, "");
        Change known = latest.get();
        if ((known != null && known.progress() == Progress.RUNNING)
                || !latest.compareAndSet(known, running)) {
            throw new MembershipRefused("another change is under way");
        }
        log.atInfo()
                .addKeyValue("change", what)
                .addKeyValue("before", Members.names(before.current()))
                .addKeyValue("after", Members.names(after))
                .log("members change");
        var _ =
                group.configure(before, after)
                        .whenComplete(
                                (reply, failure) -> latest.set(ended(running, reply, failure)));
    }

    private static Change ended(
            Change running, @Nullable RaftClientReply reply, @Nullable Throwable failure) {
        Throwable cause = failure;
        if (reply != null && !reply.isSuccess()) {
            cause = reply.getException();
        }
        if (cause == null) {
            log.atInfo().addKeyValue("change", running.what()).log("members changed");
            return new Change(running.what(), running.newcomer(), Progress.DONE, "");
        }
        String text = explain(Failures.unwrap(cause));
        log.atWarn()
                .addKeyValue("change", running.what())
                .addKeyValue("cause", text)
                .log("members did not change");
        return new Change(running.what(), running.newcomer(), Progress.FAILED, text);
    }

    private static String explain(Throwable cause) {
        return switch (cause) {
            case ReconfigurationTimeoutException _ ->
                    "the newcomer did not answer for too long while it was sent the log; is its"
                            + " log's port reachable from the leader?";
            case ReconfigurationInProgressException _ -> "another change was under way";
            case SetConfigurationException _ -> "the members have changed meanwhile";
            case NotLeaderException _ -> "leadership has changed meanwhile; ask again";
            default -> String.valueOf(cause.getMessage());
        };
    }

    private static RaftConfig.Peer peer(RaftPeer peer) {
        String address = peer.getAddress();
        int colon = address.lastIndexOf(':');
        return new RaftConfig.Peer(
                peer.getId().toString(),
                address.substring(0, colon),
                Integer.parseInt(address.substring(colon + 1)));
    }
}
