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
 */
record LogTip(long term, long command) {

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
        if (last == null || last.getIndex() <= applied.getIndex()) {
            long term = last == null ? applied.getTerm() : last.getTerm();
            return new LogTip(Math.max(term, applied.getTerm()), applied.getIndex());
        }
        for (long end = last.getIndex() + 1; end > applied.getIndex() + 1; end -= WINDOW) {
            long start = Math.max(applied.getIndex() + 1, end - WINDOW);
            LogEntryHeader[] headers = log.getEntries(start, end);
            for (int i = headers.length - 1; i >= 0; i--) {
                LogEntryHeader header = headers[i];
                if (header != null
                        && header.getLogEntryBodyCase() == LogEntryBodyCase.STATEMACHINELOGENTRY) {
                    return new LogTip(last.getTerm(), header.getIndex());
                }
            }
        }
        return new LogTip(last.getTerm(), applied.getIndex());
    }

    Message toMessage() {
        ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES).putLong(term).putLong(command);
        return Message.valueOf(UnsafeByteOperations.unsafeWrap(bytes.flip()));
    }

    static LogTip of(Message message) {
        ByteBuffer bytes = message.getContent().asReadOnlyByteBuffer();
        return new LogTip(bytes.getLong(), bytes.getLong());
    }
}
