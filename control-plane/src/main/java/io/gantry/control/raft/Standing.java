package io.gantry.control.raft;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * What a node answers when the members are called.
 *
 * @param role in Ratis' words
 * @param committed last entry that it knows to be committed
 * @param applied last entry that it has applied
 * @param lastTerm term of the last entry in its log, or of its snapshot
 * @param lastIndex index of that entry
 * @param changed index of the entry that says who the members are
 * @param voters ids of those who vote, after a change that may be under way
 * @param changing whether a change is under way
 */
record Standing(
        String role,
        long term,
        long committed,
        long applied,
        long lastTerm,
        long lastIndex,
        long changed,
        List<String> voters,
        boolean changing) {

    /** The question for it. */
    static final Message QUESTION = Message.valueOf("standing");

    @JsonCreator
    Standing {
        voters = List.copyOf(voters);
    }

    /** That of a node which has applied {@code applied}. */
    static Standing of(RaftServer.Division division, TermIndex applied) {
        DivisionInfo info = division.getInfo();
        TermIndex last = division.getRaftLog().getLastEntryTermIndex();
        TermIndex end = last == null || last.getIndex() < applied.getIndex() ? applied : last;
        Members members = Members.of(division.getRaftConf());
        return new Standing(
                info.getCurrentRole().name(),
                info.getCurrentTerm(),
                division.getRaftLog().getLastCommittedIndex(),
                applied.getIndex(),
                end.getTerm(),
                end.getIndex(),
                members.index(),
                members.current().stream().map(RaftPeer::getId).map(Object::toString).toList(),
                !members.isStable());
    }

    /** Whether that node knows for certain that {@code id} is no member any more. */
    boolean excludes(String id) {
        return !changing && !voters.isEmpty() && committed >= changed && !voters.contains(id);
    }

    Message toMessage() {
        return Message.valueOf(
                UnsafeByteOperations.unsafeWrap(Records.CBOR.writeValueAsBytes(this)));
    }

    static Standing of(Message message) {
        return Records.CBOR.readValue(message.getContent().toByteArray(), Standing.class);
    }
}
