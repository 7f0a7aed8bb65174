package io.gantry.control.lead;

import io.gantry.common.model.WorkerId;
import io.gantry.common.time.Clock;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Worker;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many workers may be declared lost. When many are silent at once it is more likely that we
 * cannot hear them than that they are gone, so then only a few go at a time.
 */
final class LossBudget {
    private static final Logger log = LoggerFactory.getLogger(LossBudget.class);

    /** More silent workers than one in so many are suspicious. */
    private static final int SUSPICIOUS_SHARE = 3;

    /** Of suspiciously many silent workers one in so many, and at least one, may go a minute. */
    private static final int CAUTIOUS_SHARE = 10;

    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** So long a worker that was declared lost still counts as one of the silent ones. */
    private static final Duration REMEMBERED = Duration.ofMinutes(10);

    private final Clock clock;

    /** When workers were declared lost, oldest first. */
    private final Map<WorkerId, Long> declared = new LinkedHashMap<>();

    private int allowance = Integer.MAX_VALUE;
    private boolean cautious;

    LossBudget(Clock clock) {
        this.clock = clock;
    }

    /** Looks how many are silent, before any is declared lost. */
    void look(ClusterState state) {
        long now = clock.nanoTime();
        declared.values().removeIf(at -> now - at > REMEMBERED.toNanos());
        int silent = 0;
        int all = 0;
        for (Worker worker : state.workers().values().toList()) {
            boolean counts =
                    worker.leased()
                            && worker.status() != Worker.Status.INACTIVE
                            && worker.session() != 0
                            && (!worker.lost() || declared.containsKey(worker.id()));
            all += counts ? 1 : 0;
            silent += counts && !worker.connected() ? 1 : 0;
        }
        boolean suspicious = silent * SUSPICIOUS_SHARE > all;
        if (suspicious && !cautious && silent > 1) {
            log.atWarn()
                    .addKeyValue("silent", silent)
                    .addKeyValue("of", all)
                    .log("many workers are silent, only a few are given up at a time");
        }
        cautious = suspicious;
        long lately = declared.values().stream().filter(at -> now - at < MINUTE.toNanos()).count();
        allowance =
                suspicious
                        ? Math.max(1, all / CAUTIOUS_SHARE) - Math.toIntExact(lately)
                        : Integer.MAX_VALUE;
    }

    /** Whether the worker may be declared lost; if so, it counts as declared from now on. */
    boolean allows(Worker worker) {
        if (declared.containsKey(worker.id())) {
            return true;
        }
        if (allowance <= 0) {
            return false;
        }
        allowance--;
        declared.put(worker.id(), clock.nanoTime());
        return true;
    }
}
