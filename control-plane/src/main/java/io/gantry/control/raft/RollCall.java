package io.gantry.control.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import tools.jackson.core.JacksonException;

/** Asks all members how they stand. Needs neither a leader nor a quorum. */
final class RollCall {
    private static final long BOUND_MILLIS = 1_000;

    private final Group group;
    private final PeerLink link;
    private final Supplier<Standing> own;

    RollCall(Group group, PeerLink link, Supplier<Standing> own) {
        this.group = group;
        this.link = link;
        this.own = own;
    }

    /** Completes within a second with the answers of those that are up, this node included. */
    CompletableFuture<Map<RaftPeerId, Standing>> answers() {
        var answers = new ConcurrentHashMap<RaftPeerId, Standing>();
        noteOwn(answers);
        var calls = new ArrayList<CompletableFuture<?>>();
        for (RaftPeer other : group.members().others(group.self())) {
            calls.add(ask(other.getId(), answers));
        }
        return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
                .thenApply(all -> Map.copyOf(answers));
    }

    /** A node that was removed finds its log closed; it can still ask the others. */
    private void noteOwn(Map<RaftPeerId, Standing> answers) {
        try {
            if (group.division().getInfo().isAlive()) {
                answers.put(group.self(), own.get());
            }
        } catch (IllegalStateException closing) {
            answers.remove(group.self());
        }
    }

    private CompletableFuture<?> ask(RaftPeerId id, Map<RaftPeerId, Standing> answers) {
        return link.send(group.ask(id, Standing.QUESTION))
                .orTimeout(BOUND_MILLIS, TimeUnit.MILLISECONDS)
                .handle(
                        (reply, failure) -> {
                            if (failure != null) {
                                link.reset(id);
                            } else if (reply.isSuccess()) {
                                note(id, reply.getMessage(), answers);
                            }
                            return id;
                        });
    }

    /** A node of an older release answers something else: it is up, and that is all. */
    private static void note(RaftPeerId id, Message message, Map<RaftPeerId, Standing> answers) {
        try {
            answers.put(id, Standing.of(message));
        } catch (JacksonException older) {
            answers.put(id, new Standing("FOLLOWER", 0, -1, -1, 0, -1, -1, List.of(), false));
        }
    }
}
