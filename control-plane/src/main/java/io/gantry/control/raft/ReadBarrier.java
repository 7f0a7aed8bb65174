package io.gantry.control.raft;

import io.gantry.common.time.Clock;
import io.gantry.common.time.Timers;
import io.gantry.control.log.LogUnavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.ratis.protocol.RaftPeerId;
import org.jspecify.annotations.Nullable;

/**
 * Finds out how far this node must have applied the log for its state to be linearizable: it asks
 * all nodes for the tip of their logs, takes the greatest of a majority's, and waits for that
 * entry.
 *
 * <p>Why this is enough: what was acknowledged before the question is in the logs of a majority,
 * hence in one of those that answered. If the tip with the highest term is of a later term than the
 * entry, the log that it belongs to holds the entry, since leaders have all that was committed
 * before them; if it is of the entry's own term, the longest such log reaches at least as far. No
 * leader is asked, so there is none to be mistaken about being one.
 *
 * <p>A majority of whom? Of the members in this node's log, unless one that answers knows of a
 * later change: a change is in the logs of a majority of those before it when it begins to count,
 * hence in one of those that answer. Then this node must read of it before it asks again.
 *
 * <p>Everything happens on the loop. One round is under way at a time; those who come meanwhile
 * share the next.
 */
final class ReadBarrier {

    /**
     * After that long the question is put again: an answer was lost, or a log has been cut since.
     */
    private static final Duration AGAIN = Duration.ofMillis(250);

    /** Questions on their way to a node; more would only queue behind a connection that hangs. */
    private static final int MAX_ASKED = 32;

    private static final LogTip NOTHING = new LogTip(-1, -1, -1, 0);

    private final Timers loop;
    private final Clock clock;
    private final Group group;
    private final PeerLink link;
    private final Supplier<LogTip> ownTip;
    private final AppliedIndex applied;
    private final Duration bound;
    private final Map<RaftPeerId, AtomicInteger> asked = new ConcurrentHashMap<>();

    private List<Waiter> waiting = new ArrayList<>();
    private @Nullable Round running;

    private record Waiter(CompletableFuture<Void> passed, long deadlineNanos) {

        void fail(LogUnavailable why) {
            passed.completeExceptionally(why);
        }
    }

    ReadBarrier(
            Timers loop,
            Clock clock,
            Group group,
            PeerLink link,
            Supplier<LogTip> ownTip,
            AppliedIndex applied,
            Duration bound) {
        this.loop = loop;
        this.clock = clock;
        this.group = group;
        this.link = link;
        this.ownTip = ownTip;
        this.applied = applied;
        this.bound = bound;
    }

    CompletableFuture<Void> pass() {
        var waiter = new Waiter(new CompletableFuture<>(), clock.nanoTime() + bound.toNanos());
        loop.run(
                () -> {
                    waiting.add(waiter);
                    next();
                });
        return waiter.passed();
    }

    private void next() {
        if (running != null || waiting.isEmpty()) {
            return;
        }
        var round = new Round(waiting);
        waiting = new ArrayList<>();
        running = round;
        round.ask();
    }

    /** Those who may wait on; the others are told why that was in vain. */
    private List<Waiter> inTime(List<Waiter> waiters, LogUnavailable why) {
        long now = clock.nanoTime();
        var rest = new ArrayList<Waiter>();
        for (Waiter waiter : waiters) {
            if (waiter.deadlineNanos() - now > 0) {
                rest.add(waiter);
            } else {
                waiter.fail(why);
            }
        }
        return rest;
    }

    /** Fails everybody who waits. */
    void close() {
        loop.run(
                () -> {
                    var closing = new LogUnavailable("this node is closing");
                    waiting.forEach(waiter -> waiter.fail(closing));
                    waiting.clear();
                    if (running != null) {
                        running.fail(closing);
                    }
                });
    }

    /** The greatest tip of those that have answered so far. */
    private final class Round {
        private List<Waiter> passing;
        private int attempt;
        private Members members = group.members();
        private Set<RaftPeerId> answered = new HashSet<>();
        private boolean decided;
        private LogTip greatest = NOTHING;
        private Timers.Timer patience = () -> {};

        Round(List<Waiter> passing) {
            this.passing = passing;
        }

        void ask() {
            attempt++;
            members = group.members();
            answered = new HashSet<>();
            decided = false;
            greatest = NOTHING;
            int asking = attempt;
            patience = loop.after(AGAIN, () -> askAgain(asking));
            members.others(group.self()).forEach(other -> tipOf(other.getId(), asking));
            answered(asking, group.self(), ownTip.get());
        }

        private void tipOf(RaftPeerId other, int asking) {
            AtomicInteger onTheWay = asked.computeIfAbsent(other, key -> new AtomicInteger());
            if (onTheWay.get() >= MAX_ASKED) {
                return;
            }
            onTheWay.incrementAndGet();
            var _ =
                    link.send(group.ask(other, LogTip.QUESTION))
                            .whenComplete(
                                    (reply, failure) -> {
                                        onTheWay.decrementAndGet();
                                        if (failure == null && reply.isSuccess()) {
                                            LogTip tip = LogTip.of(reply.getMessage());
                                            loop.run(() -> answered(asking, other, tip));
                                        }
                                    });
        }

        private void answered(int asking, RaftPeerId from, LogTip tip) {
            if (asking != attempt || decided || tip.knowsBetterThan(members)) {
                return;
            }
            greatest = LogTip.ORDER.compare(tip, greatest) > 0 ? tip : greatest;
            answered.add(from);
            if (members.isMajority(answered)) {
                decided = true;
                var _ =
                        applied.await(greatest.command(), AGAIN)
                                .thenRun(() -> loop.run(() -> end(asking)));
            }
        }

        private void end(int asking) {
            if (asking != attempt) {
                return;
            }
            over();
            passing.forEach(waiter -> waiter.passed().complete(null));
            next();
        }

        private void over() {
            attempt = Integer.MAX_VALUE;
            patience.cancel();
            running = null;
        }

        private void fail(LogUnavailable why) {
            over();
            passing.forEach(waiter -> waiter.fail(why));
        }

        private void askAgain(int asking) {
            if (asking != attempt) {
                return;
            }
            LogUnavailable why = trouble();
            passing = inTime(passing, why);
            waiting = inTime(waiting, why);
            if (passing.isEmpty()) {
                over();
                next();
            } else {
                ask();
            }
        }

        private LogUnavailable trouble() {
            // Also for a moment while the state that another node has sent takes its place.
            if (members.current().isEmpty()) {
                return new LogUnavailable("this node has not been added to the control plane yet");
            }
            return decided
                    ? new LogUnavailable(
                            "this node is behind: entry %d has not been applied here yet"
                                    .formatted(greatest.command()))
                    : LogUnavailable.noQuorum(
                            "%d of %d nodes answered"
                                    .formatted(answered.size(), members.current().size()));
        }
    }
}
