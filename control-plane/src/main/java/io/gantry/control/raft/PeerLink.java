package io.gantry.control.raft;

import io.gantry.control.log.LogUnavailable;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.netty.NettyFactory;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to each of the other nodes, made when it is first used and made anew after a
 * failure.
 *
 * <p>The server end of the Netty transport handles the requests of a connection one after the other
 * and blocks on each until it is answered. So whoever wants two requests under way needs two links.
 */
final class PeerLink implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PeerLink.class);

    /** Connecting blocks, for long if the other machine is down. */
    private static final Executor CONNECTING = Executors.newVirtualThreadPerTaskExecutor();

    private final RaftClientRpc rpc;
    private final Group group;

    PeerLink(Group group, RaftProperties properties) {
        this.group = group;
        this.rpc = new NettyFactory(new Parameters()).newRaftClientRpc(group.client(), properties);
    }

    /** The answer of {@code request.getServerId()}, or whatever went wrong on the way. */
    CompletableFuture<RaftClientReply> send(RaftClientRequest request) {
        RaftPeer peer = group.members().find(request.getServerId());
        if (peer == null) {
            return CompletableFuture.failedFuture(
                    new LogUnavailable(request.getServerId() + " is no member of the group"));
        }
        // Does nothing if the peer is known.
        rpc.addRaftPeers(List.of(peer));
        return CompletableFuture.completedFuture(request)
                .thenComposeAsync(rpc::sendRequestAsync, CONNECTING)
                .whenComplete(
                        (reply, failure) -> {
                            if (failure != null) {
                                forget(request.getServerId(), failure);
                            }
                        });
    }

    /** Closes the connection to a node that did not answer; requests on it fail. */
    void reset(RaftPeerId peer) {
        CONNECTING.execute(() -> rpc.handleException(peer, new NoAnswer(), true));
    }

    private void forget(RaftPeerId peer, Throwable failure) {
        Throwable cause = Failures.unwrap(failure);
        CONNECTING.execute(() -> rpc.handleException(peer, cause, Failures.ofConnection(cause)));
    }

    @Override
    public void close() {
        try {
            rpc.close();
        } catch (IOException broken) {
            // A connection that fails to close is gone as well.
            log.atDebug().setCause(broken).log("connections did not close cleanly");
        }
    }

    private static final class NoAnswer extends IOException {
        private static final long serialVersionUID = 1;

        NoAnswer() {
            super("no answer in time");
        }
    }
}
