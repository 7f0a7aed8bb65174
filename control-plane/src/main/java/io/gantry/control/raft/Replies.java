package io.gantry.control.raft;

import io.gantry.control.core.command.Reply;
import java.util.List;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/** The replies to an entry, encoded only if they leave this process. */
record Replies(List<Reply> replies) implements Message {

    /** What a message, of this process or from another one, says. */
    static List<Reply> of(Message message) {
        return message instanceof Replies here
                ? here.replies()
                : LogCodec.decodeReplies(message.getContent().asReadOnlyByteBuffer());
    }

    @Override
    public ByteString getContent() {
        return UnsafeByteOperations.unsafeWrap(LogCodec.encodeReplies(replies));
    }
}
