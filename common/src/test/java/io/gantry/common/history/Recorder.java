package io.gantry.common.history;

import io.gantry.common.check.Check;
import io.gantry.common.history.Outcome.Failed;
import io.gantry.common.history.Outcome.Ok;
import io.gantry.common.history.Outcome.Unknown;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Keeps the calls of clients that run at the same time.
 *
 * @param <A> what the model lets one ask for
 * @param <R> what is answered
 */
public final class Recorder<A, R> {
    /** Why nobody knows what becomes of a request that the client repeated by itself. */
    public static final String SENT_AGAIN = "sent again";

    private final LongSupplier nanoTime;
    private final List<Call<A, R>> calls = new ArrayList<>();

    /**
     * Takes its times from a clock that never goes back.
     *
     * @param nanoTime {@code System::nanoTime}, or a test's own
     */
    public Recorder(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** To be called before the request is sent, and ended once with what came of it. */
    public Pending begin(int client, String name, String key, A action) {
        long now = nanoTime.getAsLong();
        var call =
                new Call<A, R>(
                        client, name, key, action, now, Call.NEVER, new Unknown<>("no answer yet"));
        return new Pending(call, keep(call));
    }

    /** All calls so far; of those under way the outcome is unknown. */
    public List<Call<A, R>> calls() {
        synchronized (calls) {
            return List.copyOf(calls);
        }
    }

    private int keep(Call<A, R> call) {
        synchronized (calls) {
            calls.add(call);
            return calls.size() - 1;
        }
    }

    /** A call that is under way. */
    public final class Pending {
        private final Call<A, R> begun;
        private final int place;
        private boolean hasEnded;

        private Pending(Call<A, R> begun, int place) {
            this.begun = begun;
            this.place = place;
        }

        public void ok(R answer) {
            end(new Ok<>(answer), nanoTime.getAsLong());
        }

        /** It was refused and has had no effect. */
        public void failed(String reason) {
            end(new Failed<>(reason), nanoTime.getAsLong());
        }

        /** It may have an effect yet. */
        public void unknown(String reason) {
            end(new Unknown<>(reason), Call.NEVER);
        }

        /**
         * To be called once before the end: the request was sent more than once, and each of those
         * may take effect.
         *
         * @param times how often in addition, from 0
         */
        public void repeated(int times) {
            var again =
                    new Call<A, R>(
                            begun.client(),
                            begun.name(),
                            begun.key(),
                            begun.action(),
                            begun.invokedNanos(),
                            Call.NEVER,
                            new Unknown<>(SENT_AGAIN));
            for (int i = 0; i < times; i++) {
                keep(again);
            }
        }

        private void end(Outcome<R> outcome, long completedNanos) {
            Check.that(!hasEnded, "a call ends once");
            hasEnded = true;
            var ended =
                    new Call<>(
                            begun.client(),
                            begun.name(),
                            begun.key(),
                            begun.action(),
                            begun.invokedNanos(),
                            completedNanos,
                            outcome);
            synchronized (calls) {
                calls.set(place, ended);
            }
        }
    }
}
