package io.gantry.control.raft;

import io.gantry.control.log.LogUnavailable;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.protocol.RaftPeerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands leadership over, so that a planned stop costs no election. */
final class Handover {
    private static final Logger log = LoggerFactory.getLogger(Handover.class);
    private static final Duration BOUND = Duration.ofMillis(500);

    private final Group group;

    Handover(Group group) {
        this.group = group;
    }

    /**
     * Completes once {@code nodeId} leads; exceptionally with {@link LogUnavailable} if it does not
     * within half a second, or this node does not lead.
     */
    CompletableFuture<Void> to(String nodeId) {
        return group.transfer(RaftPeerId.valueOf(nodeId), BOUND.toMillis())
                .thenAccept(
                        reply -> {
                            if (!reply.isSuccess()) {
                                throw new LogUnavailable(
                                        "leadership was not taken over by " + nodeId,
                                        reply.getException());
                            }
                        });
    }

    /** Hands over to whoever lags least, if this node leads; blocks for a second at most. */
    void toLeastLagging() {
        if (!group.division().getInfo().isLeader()) {
            return;
        }
        var successor = group.lag().entrySet().stream().min(Map.Entry.comparingByValue());
        if (successor.isEmpty()) {
            return;
        }
        try {
            to(successor.get().getKey()).get(2 * BOUND.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException failed) {
            log.atInfo()
                    .addKeyValue("successor", successor.get().getKey())
                    .log("nobody took over leadership; the others will elect a leader");
        }
    }
}
