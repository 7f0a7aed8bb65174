package io.gantry.control.raft;

import io.gantry.common.time.Clock;
import io.gantry.common.time.Timers;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out that this node is no member any more. The leader stops sending to a node as soon as it
 * is removed, so the node itself may not have read of it: once it hears from no leader, it asks the
 * others. Their word counts if it is committed and newer than what this node knows. A node that has
 * never been a member only waits to become one. Runs on the loop.
 */
final class Removal {
    private static final Logger log = LoggerFactory.getLogger(Removal.class);

    /** Longer than elections take. */
    private static final Duration UNLED = Duration.ofSeconds(2);

    private final Group group;
    private final GroupFiles files;
    private final RollCall rollCall;
    private final Clock clock;
    private final Timers loop;
    private final CompletableFuture<String> removed = new CompletableFuture<>();
    private boolean member;
    private boolean asking;
    private long ledNanos;

    Removal(Group group, GroupFiles files, RollCall rollCall, Clock clock, Timers loop) {
        this.group = group;
        this.files = files;
        this.rollCall = rollCall;
        this.clock = clock;
        this.loop = loop;
        this.member = files.isMember();
        this.ledNanos = clock.nanoTime();
    }

    /** Completes with a sentence once this node knows that it was removed. */
    CompletableFuture<String> removed() {
        return removed;
    }

    /**
     * Looks again.
     *
     * @param alive whether Ratis still takes part; it ends by itself when it is told to
     */
    void check(boolean alive) {
        Members members = group.members();
        RaftServer.Division division = group.division();
        boolean committed =
                members.isStable()
                        && !members.current().isEmpty()
                        && division.getRaftLog().getLastCommittedIndex() >= members.index();
        boolean contained = members.contains(group.self());
        if (committed && contained && !member) {
            becameMember();
        }
        if (committed && !contained && member) {
            wasRemoved(Members.names(members.current()));
            return;
        }
        if (alive && group.leader() != null) {
            ledNanos = clock.nanoTime();
        }
        boolean unled = clock.nanoTime() - ledNanos > UNLED.toNanos();
        if ((unled || !alive) && member && !asking) {
            ask(members.index());
        }
    }

    private void becameMember() {
        try {
            files.noteMember();
            member = true;
        } catch (IOException unwritable) {
            log.atWarn().setCause(unwritable).log("cannot note that this node is a member");
        }
    }

    private void ask(long known) {
        asking = true;
        var _ = rollCall.answers().thenAccept(all -> loop.run(() -> answered(known, all)));
    }

    private void answered(long known, Map<RaftPeerId, Standing> answers) {
        asking = false;
        ledNanos = clock.nanoTime();
        answers.values().stream()
                .filter(each -> each.changed() > known && each.excludes(group.self().toString()))
                .findFirst()
                .ifPresent(each -> wasRemoved(String.join(",", each.voters())));
    }

    private void wasRemoved(String others) {
        if (removed.isDone()) {
            return;
        }
        try {
            files.noteRemoved();
        } catch (IOException unwritable) {
            log.atWarn().setCause(unwritable).log("cannot note that this node was removed");
        }
        removed.complete(
                "%s was removed from the control plane, whose nodes are now %s"
                        .formatted(group.self(), others));
    }
}
