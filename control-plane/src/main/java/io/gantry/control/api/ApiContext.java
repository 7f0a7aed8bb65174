package io.gantry.control.api;

import io.gantry.common.model.IdSource;
import io.gantry.common.time.Clock;
import io.gantry.control.live.LiveStore;
import io.gantry.control.log.CommandLog;
import io.gantry.control.log.Replica;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * What the operations work with.
 *
 * @param random breaks ties between machines; safe for use by many threads
 * @param deadline how long an operation waits for the log, in all, before it tells the client to
 *     try again
 * @param live what is nice to know of machines and tasks
 * @param clock tells whether what is known is still fresh
 */
public record ApiContext(
        CommandLog log,
        Replica replica,
        IdSource ids,
        RandomGenerator random,
        Endpoints endpoints,
        Observations observations,
        Duration deadline,
        LiveStore live,
        Clock clock) {

    /** So that also without a quorum there is an answer within 5 s, on a busy machine too. */
    public static final Duration DEFAULT_DEADLINE = Duration.ofMillis(4_500);
}
