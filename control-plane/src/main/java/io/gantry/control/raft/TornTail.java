package io.gantry.control.raft;

/**
 * Tells an entry that was never wholly written from one that has changed since. The first was not
 * acknowledged, and is cut off with what follows, which was written later still. The second may
 * have been.
 */
final class TornTail {

    /** What a disk writes as a whole or not at all. */
    private static final int SECTOR_BYTES = 512;

    private final byte[] bytes;

    /** Where the last byte ends that is not zero. */
    private final int data;

    /**
     * @param bytes of the whole file
     */
    TornTail(byte[] bytes) {
        this.bytes = bytes;
        int last = bytes.length;
        while (last > 0 && bytes[last - 1] == 0) {
            last--;
        }
        this.data = last;
    }

    /** Where the file has no more than the zeros with which its space was taken. */
    int dataEnd() {
        return data;
    }

    /**
     * Whether the entry that begins at {@code from} and is not sound was cut off by a crash.
     *
     * @param to where it ends, as its length says
     */
    boolean isTorn(int from, long to) {
        if (hasHole(from, Math.min(to, data))) {
            return true;
        }
        return isCutShort(to) && !isFollowed(from) && !isWhole(from);
    }

    /** A sector that was never written, before one that was: they went in no certain order. */
    private boolean hasHole(int from, long to) {
        for (int start = from; start < to; start = nextSector(start)) {
            int end = Math.min(nextSector(start), data);
            if (isZero(start, end) && nextSector(start) <= data) {
                return true;
            }
        }
        return false;
    }

    private static int nextSector(int at) {
        return (at / SECTOR_BYTES + 1) * SECTOR_BYTES;
    }

    private boolean isZero(int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** The file, or the sectors of it that were written, end inside the entry. */
    private boolean isCutShort(long to) {
        int boundary = (data + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
        return to > bytes.length || boundary < to;
    }

    /** Sound entries behind it were forced to the disk after it; so its length has changed. */
    private boolean isFollowed(int from) {
        for (int at = from + 1; at < data; at++) {
            if (SegmentEntry.mayBeginAt(bytes, at) && SegmentEntry.at(bytes, at).entry() != null) {
                return true;
            }
        }
        return false;
    }

    /** The checksum may end in zeros. */
    private boolean isWhole(int from) {
        for (int end = data; end <= Math.min(data + Integer.BYTES - 1, bytes.length); end++) {
            if (SegmentEntry.hasWrongLengthOnly(bytes, from, end)) {
                return true;
            }
        }
        return false;
    }
}
