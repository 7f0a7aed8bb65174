package io.gantry.worker.endpoints;

import io.gantry.common.acs.AcsJson;
import io.gantry.common.time.Clock;
import io.gantry.worker.core.ContainerKey;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The engine's statistics of containers, completed by an earlier reading: shares of processor time
 * and rates can only be told from two.
 */
final class Statistics {
    /** Two readings that are nearer say little. */
    private static final Duration LEAST_DISTANCE = Duration.ofMillis(900);

    /** An earlier reading that is older than this is not used. */
    private static final Duration MOST_DISTANCE = Duration.ofMinutes(1);

    /** Years in which nothing was read. */
    private static final String NEVER = "0001-";

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Function<ContainerKey, @Nullable String> runtime;
    private final Clock clock;
    private final Map<ContainerKey, Reading> readings = new ConcurrentHashMap<>();

    /** One reading, and the document that was made of it and the one before. */
    private record Reading(ObjectNode raw, long atNanos, ObjectNode complete) {}

    /**
     * Statistics of what {@code runtime} reads.
     *
     * @param runtime gives a reading as JSON, or null; may block for seconds
     */
    Statistics(Function<ContainerKey, @Nullable String> runtime, Clock clock) {
        this.runtime = runtime;
        this.clock = clock;
    }

    /**
     * What a container uses, compared with a while ago; null if it does not run. Blocks for a
     * second if nobody has asked for a while.
     */
    @Nullable ObjectNode of(ContainerKey key) {
        forgetOld();
        Reading before = readings.get(key);
        if (before != null && isRecent(before)) {
            return before.complete.deepCopy();
        }
        if (before == null) {
            before = read(key);
            if (before == null) {
                return null;
            }
            if (isComplete(before.raw)) {
                return remembered(key, before, before);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        Reading now = read(key);
        return now == null ? null : remembered(key, before, now);
    }

    private ObjectNode remembered(ContainerKey key, Reading before, Reading now) {
        ObjectNode complete = complete(before, now);
        readings.put(key, new Reading(now.raw, now.atNanos, complete));
        return complete.deepCopy();
    }

    /** Docker takes two readings by itself and says when the first one was. */
    private static boolean isComplete(ObjectNode reading) {
        String before = reading.path("preread").asString("");
        return !before.isEmpty() && !before.startsWith(NEVER);
    }

    private boolean isRecent(Reading reading) {
        return clock.nanoTime() - reading.atNanos < LEAST_DISTANCE.toNanos();
    }

    private void forgetOld() {
        long now = clock.nanoTime();
        readings.values().removeIf(one -> now - one.atNanos > MOST_DISTANCE.toNanos());
    }

    private @Nullable Reading read(ContainerKey key) {
        String text = runtime.apply(key);
        if (text == null) {
            return null;
        }
        try {
            return AcsJson.mapper().readTree(text) instanceof ObjectNode node
                    ? new Reading(node, clock.nanoTime(), node)
                    : null;
        } catch (JacksonException notJson) {
            return null;
        }
    }

    private static ObjectNode complete(Reading before, Reading now) {
        ObjectNode complete = now.raw.deepCopy();
        if (!isComplete(now.raw)) {
            complete.set("preread", before.raw.path("read"));
            complete.set("precpu_stats", before.raw.path("cpu_stats"));
        }
        double seconds = (now.atNanos - before.atNanos) / 1e9;
        complete.putObject("network_rate_stats")
                .put("rx_bytes_per_sec", rate(before.raw, now.raw, "rx_bytes", seconds))
                .put("tx_bytes_per_sec", rate(before.raw, now.raw, "tx_bytes", seconds));
        return complete;
    }

    /** Whole rates are written without a decimal point. */
    private static BigDecimal rate(
            ObjectNode before, ObjectNode now, String counter, double seconds) {
        long grown = total(now, counter) - total(before, counter);
        if (grown <= 0 || seconds <= 0) {
            return BigDecimal.ZERO;
        }
        BigDecimal exact = BigDecimal.valueOf(grown / seconds).setScale(3, RoundingMode.HALF_UP);
        BigDecimal plain = exact.stripTrailingZeros();
        return plain.scale() < 0 ? plain.setScale(0) : plain;
    }

    private static long total(ObjectNode reading, String counter) {
        long total = 0;
        for (JsonNode network : reading.path("networks")) {
            total += network.path(counter).asLong(0);
        }
        return total;
    }
}
