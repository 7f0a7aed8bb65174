package io.gantry.control.raft;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The group as this node sees it: who is in it, who leads it, and how to address it. */
final class Group {
    private static final Logger log = LoggerFactory.getLogger(Group.class);

    /** What a group is called that was founded, as against one that was recovered. */
    static final RaftGroupId FOUNDED =
            RaftGroupId.valueOf(
                    UUID.nameUUIDFromBytes(
                            "gantry control plane".getBytes(StandardCharsets.UTF_8)));

    /** Drawn anew with each start, so that call numbers may begin at one again. */
    private final ClientId client = ClientId.randomId();

    private final AtomicLong calls = new AtomicLong();
    private final RaftServer server;
    private final RaftServer.Division division;
    private final RaftGroupId id;

    Group(RaftServer server, RaftGroupId id) throws IOException {
        this.server = server;
        this.id = id;
        this.division = server.getDivision(id);
    }

    RaftGroupId id() {
        return id;
    }

    /** Who is in the group at this moment, as this node's log says. */
    Members members() {
        return Members.of(division.getRaftConf());
    }

    /** Changes the members, if they are still {@code before}. Done by the leader alone. */
    CompletableFuture<RaftClientReply> configure(Members before, List<RaftPeer> after) {
        var arguments =
                SetConfigurationRequest.Arguments.newBuilder()
                        .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                        .setServersInCurrentConf(before.current())
                        .setServersInNewConf(after)
                        .build();
        try {
            return server.setConfigurationAsync(
                    new SetConfigurationRequest(client, self(), id, nextCall(), arguments));
        } catch (IOException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    static RaftPeer peer(RaftConfig.Peer peer) {
        return RaftPeer.newBuilder()
                .setId(RaftPeerId.valueOf(peer.id()))
                .setAddress(peer.address())
                .build();
    }

    /** Committed entries that each other member is not known to have; of use at the leader only. */
    Map<String, Long> lag() {
        long committed = division.getRaftLog().getLastCommittedIndex();
        var lag = new HashMap<String, Long>();
        Members members = members();
        for (CommitInfoProto info : division.getCommitInfos()) {
            RaftPeerId peer = RaftPeerId.valueOf(info.getServer().getId());
            if (!peer.equals(self()) && members.contains(peer)) {
                lag.put(peer.toString(), Math.max(0, committed - info.getCommitIndex()));
            }
        }
        return lag;
    }

    /**
     * Warns of a configuration that is out of date: it founded the group, whose log remembers the
     * members since.
     */
    void compare(RaftConfig config) {
        if (config.joins() != null) {
            return;
        }
        var configured = new HashMap<String, String>();
        config.peers().forEach(peer -> configured.put(peer.id(), peer.address()));
        var remembered = new HashMap<String, String>();
        division.getRaftConf()
                .getAllPeers()
                .forEach(peer -> remembered.put(peer.getId().toString(), peer.getAddress()));
        if (!configured.equals(remembered)) {
            log.atWarn()
                    .addKeyValue("peers", configured)
                    .addKeyValue("members", remembered)
                    .log("the setting peers is out of date; the members in the log count");
        }
    }

    RaftServer.Division division() {
        return division;
    }

    ClientId client() {
        return client;
    }

    RaftPeerId self() {
        return division.getId();
    }

    @Nullable RaftPeerId leader() {
        return division.getInfo().getLeaderId();
    }

    private long nextCall() {
        return calls.incrementAndGet();
    }

    RaftClientRequest write(ClientId from, RaftPeerId to, long call, Message message) {
        return request(from, to, call, RaftClientRequest.writeRequestType(), message);
    }

    /** A question to that node itself, whatever it knows of the others. */
    RaftClientRequest ask(RaftPeerId to, Message message) {
        // Any commit index will do, also that of a node which has not heard from a leader yet.
        return request(client, to, nextCall(), RaftClientRequest.staleReadRequestType(-1), message);
    }

    private RaftClientRequest request(
            ClientId from, RaftPeerId to, long call, RaftClientRequest.Type type, Message message) {
        return RaftClientRequest.newBuilder()
                .setClientId(from)
                .setServerId(to)
                .setGroupId(id)
                .setCallId(call)
                .setType(type)
                .setMessage(message)
                .build();
    }

    CompletableFuture<RaftClientReply> submitHere(RaftClientRequest request) {
        try {
            return server.submitClientRequestAsync(request);
        } catch (IOException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    CompletableFuture<RaftClientReply> transfer(RaftPeerId to, long boundMillis) {
        try {
            return server.transferLeadershipAsync(
                    new TransferLeadershipRequest(client, self(), id, nextCall(), to, boundMillis));
        } catch (IOException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }
}
