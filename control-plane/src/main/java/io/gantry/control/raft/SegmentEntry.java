package io.gantry.control.raft;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.jspecify.annotations.Nullable;

/**
 * One entry in a file of the log: its length as a varint, the entry, and a CRC-32C of both.
 *
 * @param entry null if it is not sound
 * @param end where it ends, as its length says; may lie behind the end of the file
 */
record SegmentEntry(@Nullable LogEntryProto entry, long end) {
    private static final int CHECKSUM_BYTES = Integer.BYTES;
    private static final int VARINT_BITS = 7;

    /** Field 1, a varint. */
    private static final byte TERM_TAG = 1 << 3;

    static SegmentEntry at(byte[] bytes, int at) {
        long length = 0;
        int body = at;
        boolean more = true;
        for (int shift = 0; more && shift < Integer.SIZE; shift += VARINT_BITS) {
            if (body == bytes.length) {
                return new SegmentEntry(null, body + 1L);
            }
            byte part = bytes[body++];
            length |= (long) (part & 0x7f) << shift;
            more = part < 0;
        }
        long end = body + length + CHECKSUM_BYTES;
        boolean whole = length > 0 && end <= bytes.length;
        return whole && crc(bytes, at, (int) end - CHECKSUM_BYTES) == checksum(bytes, (int) end)
                ? new SegmentEntry(parse(bytes, body, (int) length), end)
                : new SegmentEntry(null, end);
    }

    /** Whether an entry could begin there: behind its length comes its term, the first field. */
    static boolean mayBeginAt(byte[] bytes, int at) {
        int body = at;
        while (body < bytes.length && bytes[body] < 0) {
            body++;
        }
        return body + 1 < bytes.length && body - at < 4 && bytes[body + 1] == TERM_TAG;
    }

    /** Whether the bytes up to {@code end} are an entry whose length alone is wrong. */
    static boolean hasWrongLengthOnly(byte[] bytes, int at, int end) {
        for (int width = 1; width <= 4; width++) {
            int length = end - CHECKSUM_BYTES - at - width;
            if (length <= 0 || widthOf(length) != width) {
                continue;
            }
            byte[] mended = Arrays.copyOfRange(bytes, at, end);
            for (int i = 0, rest = length; i < width; i++, rest >>>= VARINT_BITS) {
                mended[i] = (byte) ((rest & 0x7f) | (i + 1 < width ? 0x80 : 0));
            }
            if (crc(mended, 0, mended.length - CHECKSUM_BYTES) == checksum(mended, mended.length)) {
                return true;
            }
        }
        return false;
    }

    private static int widthOf(int length) {
        return (Integer.SIZE - Integer.numberOfLeadingZeros(length) + VARINT_BITS - 1)
                / VARINT_BITS;
    }

    private static int crc(byte[] bytes, int from, int to) {
        var crc = new CRC32C();
        crc.update(bytes, from, to - from);
        return (int) crc.getValue();
    }

    private static int checksum(byte[] bytes, int end) {
        return ByteBuffer.wrap(bytes).getInt(end - CHECKSUM_BYTES);
    }

    private static @Nullable LogEntryProto parse(byte[] bytes, int from, int length) {
        try {
            return LogEntryProto.parseFrom(ByteBuffer.wrap(bytes, from, length));
        } catch (InvalidProtocolBufferException unreadable) {
            return null;
        }
    }
}
