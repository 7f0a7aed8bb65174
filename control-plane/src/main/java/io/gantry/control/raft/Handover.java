package io.gantry.control.raft;

import io.gantry.common.time.Clock;
import io.gantry.control.log.LogUnavailable;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands leadership over, so that a planned stop costs no election. Whatever is submitted meanwhile
 * waits: carriers offer it again, to the old leader or the new one, until one of them takes it.
 * Calls block, for a few seconds at most.
 */
public final class Handover {
    private static final Logger log = LoggerFactory.getLogger(Handover.class);

    /** For one attempt: short against the time that a submit may take, as writes wait for it. */
    private static final Duration BOUND = Duration.ofMillis(1_500);

    /** For all attempts together. */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

    private final Group group;
    private final RollCall rollCall;
    private final Consumer<Boolean> writes;
    private final Clock clock;

    /**
     * The handovers of a node.
     *
     * @param writes told whether this node, as the leader, shall take commands
     */
    Handover(Group group, RollCall rollCall, Consumer<Boolean> writes, Clock clock) {
        this.group = group;
        this.rollCall = rollCall;
        this.writes = writes;
        this.clock = clock;
    }

    /**
     * Makes another node the leader.
     *
     * @param successor its id; null for whichever has most of the log
     * @return the id of the node that leads now
     * @throws MembershipRefused if another node leads already, or nobody else can
     * @throws LogUnavailable if nobody leads, or not for much longer, without a majority
     */
    public String transfer(@Nullable String successor) {
        checkLeading();
        List<RaftPeer> candidates = successor == null ? others() : List.of(member(successor));
        String leader = toOneOf(candidates);
        if (leader == null) {
            checkQuorum();
            throw new MembershipRefused(
                    successor == null
                            ? "none of the other nodes took over; %s leads on"
                                    .formatted(group.self())
                            : "%s did not take over; is it up and has it caught up? %s leads on"
                                    .formatted(successor, group.self()));
        }
        return leader;
    }

    /** Hands over to whichever node can, if this one leads; it is about to stop. */
    public void leave() {
        if (group.division().getInfo().isLeader() && toOneOf(others()) == null) {
            log.atInfo().log("nobody took over leadership; the others will elect a leader");
        }
    }

    private void checkLeading() {
        if (group.division().getInfo().isLeaderReady()) {
            return;
        }
        RaftPeerId leader = group.leader();
        if (leader == null || leader.equals(group.self())) {
            throw LogUnavailable.noQuorum("no node leads");
        }
        throw new MembershipRefused(leader + " leads, not " + group.self());
    }

    /** A leader that has lost the others does not know for a while that it leads no more. */
    private void checkQuorum() {
        Members members = group.members();
        Set<RaftPeerId> up = rollCall.answers().join().keySet();
        if (!members.isMajority(up)) {
            throw LogUnavailable.noQuorum(
                    "%d of %d nodes answered".formatted(up.size(), members.current().size()));
        }
    }

    private List<RaftPeer> others() {
        return group.members().current().stream()
                .filter(peer -> !peer.getId().equals(group.self()))
                .toList();
    }

    private RaftPeer member(String id) {
        if (id.equals(group.self().toString())) {
            throw new MembershipRefused(id + " leads already");
        }
        List<RaftPeer> members = group.members().current();
        return members.stream()
                .filter(peer -> peer.getId().toString().equals(id))
                .findFirst()
                .orElseThrow(
                        () ->
                                new MembershipRefused(
                                        "%s is no member; those are %s"
                                                .formatted(id, Members.names(members))));
    }

    /**
     * Tries those that are up, the one with most of the log first, time and again: an entry that is
     * appended at the wrong moment is enough to fail an election, and this node leads on.
     *
     * @return the id of the node that leads now; null if none of them took over
     */
    @Nullable String toOneOf(Collection<RaftPeer> candidates) {
        long deadlineNanos = clock.nanoTime() + PATIENCE.toNanos();
        for (int i = 0; clock.nanoTime() - deadlineNanos < 0; i++) {
            // Asked each time anew: where all nodes are stopped together there is soon none left.
            List<RaftPeerId> best = best(candidates);
            if (best.isEmpty()) {
                return null;
            }
            RaftPeerId candidate = best.get(i % best.size());
            if (takesOver(candidate)) {
                return candidate.toString();
            }
            RaftPeerId leader = settled(deadlineNanos);
            if (leader != null && !leader.equals(group.self())) {
                return best.contains(leader) ? leader.toString() : null;
            }
        }
        return null;
    }

    private List<RaftPeerId> best(Collection<RaftPeer> candidates) {
        Map<RaftPeerId, Standing> up = rollCall.answers().join();
        return candidates.stream()
                .map(RaftPeer::getId)
                .filter(id -> up.containsKey(id) && !id.equals(group.self()))
                .sorted(Comparator.comparingLong(id -> -reach(up.get(id))))
                .toList();
    }

    /** Who leads after an attempt that failed; null if nobody does in time. */
    private @Nullable RaftPeerId settled(long deadlineNanos) {
        while (clock.nanoTime() - deadlineNanos < 0) {
            RaftPeerId leader = group.leader();
            boolean self = group.self().equals(leader);
            if (leader != null && (!self || group.division().getInfo().isLeaderReady())) {
                return leader;
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
        return null;
    }

    /**
     * Waits until all that was appended is committed. Ratis notes that with an entry of its own,
     * which the successor would lack if it came between.
     */
    private void settleLog() {
        RaftLog entries = group.division().getRaftLog();
        long deadlineNanos = clock.nanoTime() + BOUND.toNanos();
        long before = -1;
        while (clock.nanoTime() - deadlineNanos < 0) {
            TermIndex last = entries.getLastEntryTermIndex();
            long index = last == null ? 0 : last.getIndex();
            boolean committed = entries.getLastCommittedIndex() >= index;
            if (committed && index == before) {
                return;
            }
            before = committed ? index : -1;
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
    }

    private static long reach(@Nullable Standing standing) {
        return standing == null ? -1 : standing.lastIndex();
    }

    private boolean takesOver(RaftPeerId candidate) {
        String cause;
        writes.accept(false);
        try {
            settleLog();
            RaftClientReply reply = group.transfer(candidate, BOUND.toMillis()).join();
            if (reply.isSuccess()) {
                return true;
            }
            cause = String.valueOf(reply.getException());
        } catch (CompletionException failed) {
            cause = String.valueOf(failed.getCause());
        } finally {
            writes.accept(true);
        }
        log.atInfo()
                .addKeyValue("successor", candidate)
                .addKeyValue("cause", cause)
                .log("leadership was not taken over");
        return false;
    }
}
