package io.gantry.control.raft;

import io.gantry.common.check.Check;
import io.gantry.common.time.Clock;
import io.gantry.control.core.command.Reply;
import io.gantry.control.log.CommandLog.Committed;
import io.gantry.control.log.LogUnavailable;
import io.gantry.control.raft.CommandQueue.Submitted;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes batches from the queue to the leader, one at a time, and brings the replies back. A batch
 * that got no answer is offered again under the same number, to whoever is the leader then: the
 * retry cache of Ratis and {@link Deliveries}, which all nodes keep as they apply, see to it that
 * it is applied once.
 */
final class Carrier implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Carrier.class);

    /** A node that is silent for so long is asked again; a repeated request does no harm. */
    private static final long ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(1_000);

    /** Short against an election, long against a busy loop. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Drawn anew with each start, so that batches may be numbered from one again. */
    private final ClientId id = ClientId.randomId();

    private final Group group;
    private final PeerLink link;
    private final CommandQueue queue;
    private final Clock clock;
    private final AtomicReference<@Nullable Attempt> current = new AtomicReference<>();
    private volatile boolean closed;
    private long batches;

    Carrier(Group group, PeerLink link, CommandQueue queue, Clock clock) {
        this.group = group;
        this.link = link;
        this.queue = queue;
        this.clock = clock;
    }

    private record Attempt(RaftPeerId peer, CompletableFuture<RaftClientReply> reply) {}

    /** What became of one attempt. */
    private sealed interface Answer {
        record Done(long index, Message replies) implements Answer {}

        /** The leader will never take this batch. */
        record Rejected(Throwable why) implements Answer {}

        /** Somebody else may; null if nobody knows who. */
        record Elsewhere(@Nullable RaftPeerId leader, String why) implements Answer {}
    }

    @Override
    public void run() {
        while (!closed) {
            List<Submitted> batch = List.of();
            try {
                batch = queue.take();
                carry(batch);
            } catch (InterruptedException stopping) {
                fail(batch, new LogUnavailable("this node is closing"));
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException | AssertionError bug) {
                log.atError().setCause(bug).log("a batch was given up");
                fail(batch, bug);
            }
        }
    }

    private static void fail(List<Submitted> batch, Throwable why) {
        batch.forEach(command -> command.done().completeExceptionally(why));
    }

    /** Ends after the batch under way, whose submitters learn that this node closes. */
    void close() {
        closed = true;
        Attempt attempt = current.get();
        if (attempt != null) {
            attempt.reply().completeExceptionally(new LogUnavailable("this node is closing"));
        }
    }

    /** Gives up waiting for a node that is not the leader any more. */
    void leaderIs(RaftPeerId leader) {
        Attempt attempt = current.get();
        if (attempt != null && !attempt.peer().equals(leader)) {
            attempt.reply().completeExceptionally(new LogUnavailable("leader is now " + leader));
        }
    }

    private void carry(List<Submitted> batch) throws InterruptedException {
        byte[] bytes = LogCodec.batch(batch.stream().map(Submitted::encoded).toList());
        var message = Message.valueOf(UnsafeByteOperations.unsafeWrap(bytes));
        long call = ++batches;
        long deadline = batch.getFirst().deadlineNanos();
        RaftPeerId hint = null;
        String why = "no leader is known";
        while (!closed && clock.nanoTime() - deadline < 0) {
            RaftPeerId target = hint != null ? hint : group.leader();
            if (target != null) {
                switch (attempt(target, call, message, deadline)) {
                    case Answer.Done(long index, Message replies) -> {
                        complete(batch, index, replies);
                        return;
                    }
                    case Answer.Rejected(Throwable reason) -> {
                        fail(batch, reason);
                        return;
                    }
                    case Answer.Elsewhere(RaftPeerId leader, String reason) -> {
                        hint = target.equals(leader) ? null : leader;
                        why = reason;
                    }
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        fail(
                batch,
                closed ? new LogUnavailable("this node is closing") : LogUnavailable.noQuorum(why));
    }

    private Answer attempt(RaftPeerId target, long call, Message message, long deadline)
            throws InterruptedException {
        boolean here = target.equals(group.self());
        long left = deadline - clock.nanoTime();
        var attempt = new Attempt(target, new CompletableFuture<>());
        current.set(attempt);
        try {
            var request = group.write(id, target, call, message);
            var sent = here ? group.submitHere(request) : link.send(request);
            var _ =
                    sent.whenComplete(
                            (reply, failure) -> {
                                if (failure != null) {
                                    attempt.reply().completeExceptionally(failure);
                                } else {
                                    attempt.reply().complete(reply);
                                }
                            });
            long bound = here ? left : Math.min(left, ANSWER_NANOS);
            return answer(attempt.reply().get(Math.max(bound, 1), TimeUnit.NANOSECONDS));
        } catch (ExecutionException failed) {
            return answer(target, Failures.unwrap(failed));
        } catch (TimeoutException silent) {
            if (!here) {
                link.reset(target);
            }
            return new Answer.Elsewhere(null, "no answer from " + target);
        } finally {
            current.set(null);
        }
    }

    private static Answer answer(RaftClientReply reply) {
        if (reply.isSuccess()) {
            return new Answer.Done(reply.getLogIndex(), reply.getMessage());
        }
        return answer(
                reply.getServerId(),
                Check.present(reply.getException(), "exception of a failed reply"));
    }

    private static Answer answer(RaftPeerId target, Throwable failure) {
        if (failure instanceof NotLeaderException elsewhere) {
            RaftPeer suggested = elsewhere.getSuggestedLeader();
            return new Answer.Elsewhere(
                    suggested == null ? null : suggested.getId(), target + " is not the leader");
        }
        if (failure instanceof StateMachineException refused) {
            if (refused.getCause() instanceof LogUnavailable notNow) {
                return new Answer.Elsewhere(null, String.valueOf(notNow.getMessage()));
            }
            log.atWarn().setCause(refused).log("the leader cannot read a batch");
            return new Answer.Rejected(
                    new UndecodableException("the leader cannot read a batch", refused));
        }
        return new Answer.Elsewhere(null, String.valueOf(failure.getMessage()));
    }

    private static void complete(List<Submitted> batch, long index, Message message) {
        List<Reply> replies = Replies.of(message);
        Check.that(replies.size() == batch.size(), replies.size());
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).done().complete(new Committed(index, replies.get(i)));
        }
    }
}
