package io.gantry.common.acs;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes and reads the text frames of the agent communication channel. */
public final class AcsCodec {
    private static final Map<String, Class<? extends AcsMessage>> TYPES =
            Envelope.byName(
                    List.of(
                            AcsMessage.HeartbeatMessage.class,
                            AcsMessage.HeartbeatAckRequest.class,
                            AcsMessage.PayloadMessage.class,
                            AcsMessage.TaskManifestMessage.class,
                            AcsMessage.TaskStopVerificationMessage.class,
                            AcsMessage.TaskStopVerificationAck.class,
                            AcsMessage.AckRequest.class,
                            AcsMessage.NackRequest.class,
                            AcsMessage.IAMRoleCredentialsMessage.class,
                            AcsMessage.IAMRoleCredentialsAckRequest.class,
                            AcsMessage.AttachTaskNetworkInterfacesMessage.class,
                            AcsMessage.AttachInstanceNetworkInterfacesMessage.class,
                            AcsMessage.ConfirmAttachmentMessage.class,
                            AcsMessage.StageUpdateMessage.class,
                            AcsMessage.PerformUpdateMessage.class,
                            AcsMessage.GantryInventoryMessage.class,
                            AcsMessage.GantryStreamMessage.class,
                            AcsMessage.GantryHeartbeatMessage.class,
                            AcsMessage.GantryLeaseMessage.class));

    private AcsCodec() {}

    public static String encode(AcsMessage message) {
        return message instanceof AcsMessage.ErrorMessage(var kind, var text)
                ? Envelope.writeError(kind.wireType(), text)
                : Envelope.write(message.getClass().getSimpleName(), message);
    }

    /**
     * The message in {@code frame}, or null if its type is unknown.
     *
     * @throws MalformedMessageException if it is no message at all
     */
    public static @Nullable AcsMessage decode(String frame) {
        Envelope envelope = Envelope.read(frame);
        for (AcsMessage.ErrorKind kind : AcsMessage.ErrorKind.values()) {
            if (kind.wireType().equals(envelope.type())) {
                return new AcsMessage.ErrorMessage(kind, envelope.errorText());
            }
        }
        Class<? extends AcsMessage> type = TYPES.get(envelope.type());
        return type == null ? null : envelope.as(type);
    }
}
