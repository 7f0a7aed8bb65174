package io.gantry.common.history;

import io.gantry.common.check.Check;

/**
 * One call of a client.
 *
 * @param client calls of one client follow each other
 * @param name what the call is called in an explanation, such as {@code UpdateService}
 * @param key calls of different keys have nothing to do with each other
 * @param action what was asked for
 * @param invokedNanos before the request was sent
 * @param completedNanos after the answer was there; {@link #NEVER} unless there was a clear one
 * @param <A> what the model lets one ask for
 * @param <R> what is answered
 */
public record Call<A, R>(
        int client,
        String name,
        String key,
        A action,
        long invokedNanos,
        long completedNanos,
        Outcome<R> outcome) {
    /** When a call is completed of which nobody knows whether it will have an effect. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final double NANOS_PER_SECOND = 1e9;

    public Call {
        Check.that(invokedNanos <= completedNanos, "completed before it was invoked");
        Check.that(
                !(outcome instanceof Outcome.Unknown) || completedNanos == NEVER,
                "an unknown outcome completes nothing");
    }

    /** One line, with times in seconds since {@code startNanos}. */
    String line(long startNanos) {
        String result =
                switch (outcome) {
                    case Outcome.Ok<R>(var answer) -> "-> " + answer;
                    case Outcome.Failed<R>(var reason) -> "refused: " + reason;
                    case Outcome.Unknown<R>(var reason) -> "unknown: " + reason;
                };
        return "%10.4f .. %-9s client %d  %s %s %s"
                .formatted(
                        seconds(invokedNanos, startNanos),
                        completedNanos == NEVER
                                ? "?"
                                : "%.4f".formatted(seconds(completedNanos, startNanos)),
                        client,
                        name,
                        action,
                        result);
    }

    private static double seconds(long nanos, long startNanos) {
        return (nanos - startNanos) / NANOS_PER_SECOND;
    }
}
