package io.gantry.common.acs;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the text frames of the telemetry channel. What agents send is preceded by a
 * block of HTTP headers that sign it: see {@link TcsFrame}.
 */
public final class TcsCodec {
    private static final Map<String, Class<? extends TcsMessage>> TYPES =
            Envelope.byName(
                    List.of(
                            TcsMessage.PublishMetricsRequest.class,
                            TcsMessage.PublishHealthRequest.class,
                            TcsMessage.PublishInstanceStatusRequest.class,
                            TcsMessage.AckPublishMetric.class,
                            TcsMessage.AckPublishHealth.class,
                            TcsMessage.AckPublishInstanceStatus.class,
                            TcsMessage.HeartbeatMessage.class,
                            TcsMessage.StopTelemetrySessionMessage.class));

    private TcsCodec() {}

    /** The JSON part of a frame; an agent signs it and puts headers before it. */
    public static String encode(TcsMessage message) {
        return message instanceof TcsMessage.ErrorMessage(var kind, var text)
                ? Envelope.writeError(kind.wireType(), text)
                : Envelope.write(message.getClass().getSimpleName(), message);
    }

    /**
     * The message in {@code frame}, with or without headers before it, or null if its type is
     * unknown.
     *
     * @throws MalformedMessageException if it is no message at all
     */
    public static @Nullable TcsMessage decode(String frame) {
        Envelope envelope = Envelope.read(TcsFrame.split(frame).json());
        for (TcsMessage.ErrorKind kind : TcsMessage.ErrorKind.values()) {
            if (kind.wireType().equals(envelope.type())) {
                return new TcsMessage.ErrorMessage(kind, envelope.errorText());
            }
        }
        Class<? extends TcsMessage> type = TYPES.get(envelope.type());
        return type == null ? null : envelope.as(type);
    }
}
