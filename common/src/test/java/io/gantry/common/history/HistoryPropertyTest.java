package io.gantry.common.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.history.Outcome.Ok;
import io.gantry.common.history.Outcome.Unknown;
import io.gantry.common.history.Register.Action;
import io.gantry.common.history.Register.Read;
import io.gantry.common.history.Register.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The judge against registers that are right, registers that are not, and a judge of brute force.
 */
final class HistoryPropertyTest {
    private static final int HISTORIES = 300;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatACorrectRegisterAnswersIsAccepted(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < HISTORIES; i++) {
            var calls = new SimulatedRegister(random).calls("k", 5, 60);
            assertThat(violations(calls)).as("seed %d, history %d", seed, i).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aReadOfWhatWasOverwrittenIsRefused(long seed) {
        var random = new Random(seed);
        int mutated = 0;
        for (int i = 0; i < HISTORIES; i++) {
            var calls = new SimulatedRegister(random).calls("k", 3, 40);
            var stale = withStaleRead(calls, random);
            if (stale != null) {
                mutated++;
                assertThat(violations(stale)).as("seed %d, history %d", seed, i).hasSize(1);
            }
        }
        assertThat(mutated).isGreaterThan(HISTORIES / 2);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void theVerdictIsThatOfTryingEverything(long seed) {
        var random = new Random(seed);
        int accepted = 0;
        for (int i = 0; i < 10 * HISTORIES; i++) {
            var calls = anyCalls(random);
            boolean isExplained = isExplained(0, new ArrayList<>(calls));
            assertThat(violations(calls).isEmpty())
                    .as("seed %d, history %d: %s", seed, i, calls)
                    .isEqualTo(isExplained);
            accepted += isExplained ? 1 : 0;
        }
        assertThat(accepted).isBetween(HISTORIES, 9 * HISTORIES);
    }

    @Test
    void longHistoriesAreJudgedAtAll() {
        var random = new Random(7);
        var calls = new ArrayList<Call<Action<Integer>, Integer>>();
        for (int key = 0; key < 36; key++) {
            calls.addAll(new SimulatedRegister(random).calls("k" + key, 8, 1_500));
        }
        // A search that tries everything would not come to an end.
        assertThat(violations(calls)).isEmpty();
    }

    private static List<Violation> violations(List<Call<Action<Integer>, Integer>> calls) {
        return Linearizability.violations(new Register<>(0), calls);
    }

    /** Null if there is no read that begins after two writes that follow each other. */
    private static @Nullable List<Call<Action<Integer>, Integer>> withStaleRead(
            List<Call<Action<Integer>, Integer>> calls, Random random) {
        var mutants = new ArrayList<List<Call<Action<Integer>, Integer>>>();
        for (int read = 0; read < calls.size(); read++) {
            Call<Action<Integer>, Integer> later = calls.get(read);
            if (!(later.action() instanceof Read && later.outcome() instanceof Ok)) {
                continue;
            }
            for (Call<Action<Integer>, Integer> old : calls) {
                if (old.action() instanceof Write<Integer>(var value)
                        && calls.stream().anyMatch(w -> isBetween(old, w, later))) {
                    var mutant = new ArrayList<>(calls);
                    mutant.set(read, answering(later, value));
                    mutants.add(mutant);
                }
            }
        }
        return mutants.isEmpty() ? null : mutants.get(random.nextInt(mutants.size()));
    }

    private static boolean isBetween(
            Call<Action<Integer>, Integer> first,
            Call<Action<Integer>, Integer> write,
            Call<Action<Integer>, Integer> last) {
        return write.action() instanceof Write
                && write.outcome() instanceof Ok
                && first.completedNanos() < write.invokedNanos()
                && write.completedNanos() < last.invokedNanos();
    }

    private static Call<Action<Integer>, Integer> answering(
            Call<Action<Integer>, Integer> call, int answer) {
        return new Call<>(
                call.client(),
                call.name(),
                call.key(),
                call.action(),
                call.invokedNanos(),
                call.completedNanos(),
                new Ok<>(answer));
    }

    /** A few calls with answers that may be right by chance. */
    private static List<Call<Action<Integer>, Integer>> anyCalls(Random random) {
        var calls = new ArrayList<Call<Action<Integer>, Integer>>();
        int count = 2 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            int value = random.nextInt(3);
            Action<Integer> action = random.nextInt(5) < 2 ? new Write<>(value) : new Read<>();
            long invoked = random.nextInt(12);
            boolean isUnknown = random.nextInt(4) == 0;
            calls.add(
                    new Call<>(
                            i,
                            "Call",
                            "k",
                            action,
                            invoked,
                            isUnknown ? Call.NEVER : invoked + random.nextInt(6),
                            isUnknown ? new Unknown<>("lost") : new Ok<>(value)));
        }
        return calls;
    }

    /** Whether some order of these calls, or without some unknown ones, explains all answers. */
    private static boolean isExplained(int state, List<Call<Action<Integer>, Integer>> left) {
        if (left.stream().noneMatch(call -> call.outcome() instanceof Ok)) {
            return true;
        }
        for (Call<Action<Integer>, Integer> next : left) {
            boolean isDue =
                    left.stream().allMatch(call -> next.invokedNanos() <= call.completedNanos());
            boolean isRead = next.action() instanceof Read;
            boolean fits =
                    !isRead
                            || !(next.outcome() instanceof Ok<Integer>(var answer))
                            || answer == state;
            if (isDue && fits) {
                var rest = new ArrayList<>(left);
                rest.remove(next);
                int after =
                        next.action() instanceof Write<Integer>(var value)
                                ? Objects.requireNonNull(value)
                                : state;
                if (isExplained(after, rest)) {
                    return true;
                }
            }
        }
        return false;
    }
}
