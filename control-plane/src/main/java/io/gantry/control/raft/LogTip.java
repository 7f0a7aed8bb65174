package io.gantry.control.raft;

import java.nio.ByteBuffer;
import java.util.Comparator;
import org.apache.ratis.proto.RaftProtos.LogEntryProto.LogEntryBodyCase;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.LogEntryHeader;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * The end of one node's log.
 *
 * @param term of the last entry of whatever kind
 * @param command index of the last entry with commands, committed or not; -1 if there is none
 * @param changed index of the entry that says who the members are, -1 if there is none
 * @param members fingerprint of these
 */
record LogTip(long term, long command, long changed, int members) {

    /** Of several tips, the greatest covers every entry that they know to be committed. */
    static final Comparator<LogTip> ORDER =
            Comparator.comparingLong(LogTip::term).thenComparingLong(LogTip::command);

    private static final int WINDOW = 64;

    /** The question for a tip. */
    static final Message QUESTION = Message.valueOf("tip");

    /**
     * The tip of a node.
     *
     * @param applied the last entry with commands that it has applied, or restored from a snapshot
     */
    static LogTip of(RaftServer.Division division, TermIndex applied) {
        RaftLog log = division.getRaftLog();
        TermIndex last = log.getLastEntryTermIndex();
        // Read after the end of the log: whoever has an entry has what made its quorum.
        Members members = Members.of(division.getRaftConf());
        if (last == null || last.getIndex() <= applied.getIndex()) {
            long term = last == null ? applied.getTerm() : last.getTerm();
            return of(Math.max(term, applied.getTerm()), applied.getIndex(), members);
        }
        for (long end = last.getIndex() + 1; end > applied.getIndex() + 1; end -= WINDOW) {
            long start = Math.max(applied.getIndex() + 1, end - WINDOW);
            LogEntryHeader[] headers = log.getEntries(start, end);
            for (int i = headers.length - 1; i >= 0; i--) {
                LogEntryHeader header = headers[i];
                if (header != null
                        && header.getLogEntryBodyCase() == LogEntryBodyCase.STATEMACHINELOGENTRY) {
                    return of(last.getTerm(), header.getIndex(), members);
                }
            }
        }
        return of(last.getTerm(), applied.getIndex(), members);
    }

    private static LogTip of(long term, long command, Members members) {
        return new LogTip(term, command, members.index(), members.fingerprint());
    }

    /** Whether this node knows of a change of the members that is not in {@code known}. */
    boolean knowsBetterThan(Members known) {
        return changed > known.index() && members != known.fingerprint();
    }

    Message toMessage() {
        ByteBuffer bytes =
                ByteBuffer.allocate(3 * Long.BYTES + Integer.BYTES)
                        .putLong(term)
                        .putLong(command)
                        .putLong(changed)
                        .putInt(members);
        return Message.valueOf(UnsafeByteOperations.unsafeWrap(bytes.flip()));
    }

    static LogTip of(Message message) {
        ByteBuffer bytes = message.getContent().asReadOnlyByteBuffer();
        long term = bytes.getLong();
        long command = bytes.getLong();
        // A node of an older release has never seen a change.
        return bytes.hasRemaining()
                ? new LogTip(term, command, bytes.getLong(), bytes.getInt())
                : new LogTip(term, command, -1, 0);
    }
}
