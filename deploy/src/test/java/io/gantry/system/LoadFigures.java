package io.gantry.system;

import io.gantry.common.history.Call;
import io.gantry.common.history.Outcome.Failed;
import io.gantry.common.history.Outcome.Ok;
import io.gantry.common.history.Outcome.Unknown;
import io.gantry.common.history.Recorder;
import io.gantry.common.history.Register;
import io.gantry.common.history.Sequence;
import io.gantry.common.history.TokenSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a load went.
 *
 * @param writes acknowledged ones
 * @param reads acknowledged ones
 * @param unknown calls without a clear answer
 * @param repeated requests that the SDK sent again by itself, and of which it got an answer or not
 * @param refused how often each reason was given
 * @param gaps longest times without an acknowledged write, longest first
 * @param medianWrite time from the invocation of an acknowledged write to its answer
 * @param slowestWrite the same of the slowest
 */
record LoadFigures(
        int writes,
        int reads,
        int unknown,
        int repeated,
        SortedMap<String, Integer> refused,
        List<Gap> gaps,
        Duration medianWrite,
        Duration slowestWrite) {
    private static final int GAPS_KEPT = 5;

    /**
     * A time without an acknowledged write of anybody.
     *
     * @param after since the load began
     */
    record Gap(Duration after, Duration length) {
        @Override
        public String toString() {
            return "%.1f s after %.1f s".formatted(length.toMillis() / 1e3, after.toMillis() / 1e3);
        }
    }

    /** Of all calls between the beginning and the end of a load. */
    static LoadFigures of(List<Call<?, ?>> calls, long beginNanos, long endNanos) {
        List<Call<?, ?>> written =
                calls.stream()
                        .filter(call -> call.outcome() instanceof Ok && isWrite(call.action()))
                        .sorted(Comparator.comparingLong(Call::completedNanos))
                        .toList();
        List<Long> times =
                written.stream()
                        .map(call -> call.completedNanos() - call.invokedNanos())
                        .sorted()
                        .toList();
        long answered = calls.stream().filter(call -> call.outcome() instanceof Ok).count();
        long again = calls.stream().filter(LoadFigures::isRepetition).count();
        long lost = calls.stream().filter(call -> call.outcome() instanceof Unknown).count();
        return new LoadFigures(
                written.size(),
                (int) answered - written.size(),
                (int) (lost - again),
                (int) again,
                refusals(calls),
                gaps(written, beginNanos, endNanos),
                Duration.ofNanos(times.isEmpty() ? 0 : times.get(times.size() / 2)),
                Duration.ofNanos(times.isEmpty() ? 0 : times.getLast()));
    }

    private static boolean isWrite(Object action) {
        return action instanceof Register.Write
                || action == Sequence.Action.NEXT
                || action instanceof TokenSet.Add;
    }

    private static boolean isRepetition(Call<?, ?> call) {
        return call.outcome() instanceof Unknown<?>(var reason)
                && reason.equals(Recorder.SENT_AGAIN);
    }

    private static SortedMap<String, Integer> refusals(List<Call<?, ?>> calls) {
        SortedMap<String, Integer> refusals = new TreeMap<>();
        for (Call<?, ?> call : calls) {
            if (call.outcome() instanceof Failed<?>(var reason)) {
                refusals.merge(call.name().split(" ", 2)[0] + ": " + reason, 1, Integer::sum);
            }
        }
        return refusals;
    }

    private static List<Gap> gaps(List<Call<?, ?>> written, long beginNanos, long endNanos) {
        var gaps = new ArrayList<Gap>();
        long last = beginNanos;
        for (Call<?, ?> call : written) {
            gaps.add(gap(beginNanos, last, call.completedNanos()));
            last = Math.max(last, call.completedNanos());
        }
        gaps.add(gap(beginNanos, last, Math.max(last, endNanos)));
        return gaps.stream()
                .sorted(Comparator.comparing(Gap::length).reversed())
                .limit(GAPS_KEPT)
                .toList();
    }

    private static Gap gap(long beginNanos, long from, long to) {
        return new Gap(Duration.ofNanos(from - beginNanos), Duration.ofNanos(to - from));
    }

    Duration longestGap() {
        return gaps.getFirst().length();
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        text.append(
                "%d writes and %d reads acknowledged, %d of unknown outcome, %d sent again by the SDK%n"
                        .formatted(writes, reads, unknown, repeated));
        text.append(
                "a write takes %d ms (median), %d ms at most%n"
                        .formatted(medianWrite.toMillis(), slowestWrite.toMillis()));
        text.append("without an acknowledged write: %s%n".formatted(gaps));
        for (Map.Entry<String, Integer> each : refused.entrySet()) {
            text.append("refused %d times: %s%n".formatted(each.getValue(), each.getKey()));
        }
        return text.toString();
    }
}
