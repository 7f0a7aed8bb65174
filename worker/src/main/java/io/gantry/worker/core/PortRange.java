package io.gantry.worker.core;

/** Neighbouring ports, both ends included. */
public record PortRange(int first, int last) {
    private static final int LARGEST = 65_535;

    /**
     * Reads {@code 8000-8010}.
     *
     * @throws IllegalArgumentException if it is no such text, or its ends are not ports in order
     */
    public static PortRange parse(String text) {
        if (text.matches("\\d{1,5}-\\d{1,5}")) {
            String[] ends = text.split("-", 2);
            PortRange range = new PortRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
            if (range.first >= 1 && range.first <= range.last && range.last <= LARGEST) {
                return range;
            }
        }
        throw new IllegalArgumentException("not a range of ports: " + text);
    }

    public int size() {
        return last - first + 1;
    }

    public boolean contains(int port) {
        return port >= first && port <= last;
    }

    /** As it is read. */
    @Override
    public String toString() {
        return first + "-" + last;
    }
}
