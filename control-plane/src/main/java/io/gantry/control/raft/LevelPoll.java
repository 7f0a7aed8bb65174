package io.gantry.control.raft;

import io.gantry.control.log.LogUnavailable;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * Asks every node of the group, whatever its part, which feature level it knows. Nobody is left
 * out: one that does not answer may come back with an older release than it had.
 */
final class LevelPoll {
    private static final Message QUESTION = Message.valueOf("level");
    private static final long SECONDS = 3;

    private final Group group;
    private final PeerLink link;
    private final Release release;

    LevelPoll(Group group, PeerLink link, Release release) {
        this.group = group;
        this.link = link;
        this.release = release;
    }

    static boolean isAsked(Message message) {
        return message.getContent().equals(QUESTION.getContent());
    }

    static Message answer(Release release) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).putInt(release.level());
        return Message.valueOf(UnsafeByteOperations.unsafeWrap(bytes.flip()));
    }

    /** The highest level that all know; exceptionally with LogUnavailable if one is silent. */
    CompletableFuture<Integer> common() {
        var lowest = CompletableFuture.completedFuture(release.level());
        for (RaftPeerId other : others()) {
            lowest = lowest.thenCombine(levelOf(other), Math::min);
        }
        return lowest;
    }

    private Set<RaftPeerId> others() {
        RaftConfiguration members = group.division().getRaftConf();
        var ids = new HashSet<RaftPeerId>();
        members.getAllPeers().stream().map(RaftPeer::getId).forEach(ids::add);
        members.getAllPeers(RaftPeerRole.LISTENER).stream().map(RaftPeer::getId).forEach(ids::add);
        ids.remove(group.self());
        return ids;
    }

    private CompletableFuture<Integer> levelOf(RaftPeerId other) {
        return link.send(group.ask(other, QUESTION))
                .orTimeout(SECONDS, TimeUnit.SECONDS)
                .handle(
                        (RaftClientReply reply, Throwable failure) -> {
                            if (failure != null || !reply.isSuccess()) {
                                throw new LogUnavailable("node " + other + " does not answer");
                            }
                            return reply.getMessage().getContent().asReadOnlyByteBuffer().getInt();
                        });
    }
}
