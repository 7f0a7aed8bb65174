package io.gantry.control.raft;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Map;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import tools.jackson.core.JacksonException;

/**
 * What a node says of itself to others that want to found a group with it.
 *
 * @param incarnation drawn when its directory was made; another one means that the directory has
 *     been emptied
 * @param blank whether it has nothing of a group yet
 * @param founders with which incarnations of the others it has founded its group, by their ids;
 *     empty if it has not, or an older release did
 */
record Founder(String incarnation, boolean blank, Map<String, String> founders) {

    /** The question for it. */
    static final Message QUESTION = Message.valueOf("founder");

    @JsonCreator
    Founder {
        founders = Map.copyOf(founders);
    }

    /** Whether that node is in a group that does not know this incarnation of {@code id}. */
    boolean hasForgotten(String id, String itsIncarnation) {
        boolean founded = !blank || !founders.isEmpty();
        return founded && !itsIncarnation.equals(founders.get(id));
    }

    Message toMessage() {
        return Message.valueOf(
                UnsafeByteOperations.unsafeWrap(Records.CBOR.writeValueAsBytes(this)));
    }

    /** The answer of a node; one of an older release does not know the question. */
    static Founder of(Message message) {
        try {
            return Records.CBOR.readValue(message.getContent().toByteArray(), Founder.class);
        } catch (JacksonException older) {
            return new Founder("", false, Map.of());
        }
    }
}
