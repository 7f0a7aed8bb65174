package io.gantry.launcher;

import java.util.Arrays;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * How figures are spread; percentiles are figures that really occurred (nearest rank).
 *
 * @param count of how many figures
 */
record Spread(int count, long p50, long p99, long max) {
    private static final int HUNDRED = 100;

    /** Null of no figures; null ones among them do not count. */
    static @Nullable Spread of(Collection<@Nullable Long> figures) {
        long[] sorted = new long[figures.size()];
        int count = 0;
        for (Long figure : figures) {
            if (figure != null) {
                sorted[count++] = figure;
            }
        }
        if (count == 0) {
            return null;
        }
        Arrays.sort(sorted, 0, count);
        return new Spread(
                count, sorted[rank(count, 50)], sorted[rank(count, 99)], sorted[count - 1]);
    }

    private static int rank(int count, int percent) {
        return (count * percent + HUNDRED - 1) / HUNDRED - 1;
    }
}
