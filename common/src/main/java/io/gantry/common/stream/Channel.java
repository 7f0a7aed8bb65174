package io.gantry.common.stream;

import org.jspecify.annotations.Nullable;

/** Which of a command's three standard streams some bytes belong to. */
public enum Channel {
    STDIN(0),
    STDOUT(1),
    STDERR(2);

    /** Bytes of a message beside the channel, at most; senders split what is larger. */
    public static final int LARGEST_PART_BYTES = 32 << 10;

    private final byte first;

    Channel(int first) {
        this.first = (byte) first;
    }

    /** The channel that the first byte of a message names, or null if it names none. */
    public static @Nullable Channel of(byte begin) {
        return switch (begin) {
            case 0 -> STDIN;
            case 1 -> STDOUT;
            case 2 -> STDERR;
            default -> null;
        };
    }

    /** A message of this channel with a part of {@code bytes}. */
    public byte[] message(byte[] bytes, int offset, int length) {
        byte[] message = new byte[length + 1];
        message[0] = first;
        System.arraycopy(bytes, offset, message, 1, length);
        return message;
    }
}
