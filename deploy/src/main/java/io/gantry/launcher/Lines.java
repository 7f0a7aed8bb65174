package io.gantry.launcher;

import io.gantry.common.stream.Channel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;

/** Puts a prefix before each line and hands on whole lines, so that those of several can mix. */
final class Lines implements OpenStream.Sink {
    /** A line that is longer is broken. */
    private static final int LONGEST_LINE_BYTES = 64 << 10;

    private final byte[] prefix;
    private final OpenStream.Sink next;
    private final Map<Channel, ByteArrayOutputStream> unfinished = new EnumMap<>(Channel.class);

    Lines(String prefix, OpenStream.Sink next) {
        this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
        this.next = next;
    }

    @Override
    public void put(Channel channel, byte[] bytes) throws IOException {
        ByteArrayOutputStream line =
                unfinished.computeIfAbsent(channel, _ -> new ByteArrayOutputStream());
        var whole = new ByteArrayOutputStream(bytes.length + prefix.length);
        for (byte each : bytes) {
            if (line.size() == 0) {
                line.write(prefix);
            }
            line.write(each);
            if (each == '\n' || line.size() > LONGEST_LINE_BYTES) {
                line.writeTo(whole);
                if (each != '\n') {
                    whole.write('\n');
                }
                line.reset();
            }
        }
        if (whole.size() > 0) {
            next.put(channel, whole.toByteArray());
        }
    }

    /** Hands on what was not ended by a line feed. */
    @Override
    public void end() throws IOException {
        for (Map.Entry<Channel, ByteArrayOutputStream> each : unfinished.entrySet()) {
            if (each.getValue().size() > 0) {
                each.getValue().write('\n');
                next.put(each.getKey(), each.getValue().toByteArray());
                each.getValue().reset();
            }
        }
    }
}
