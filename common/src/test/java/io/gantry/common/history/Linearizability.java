package io.gantry.common.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Judges whether each call can have taken effect at one moment between its invocation and its
 * completion, such that all answers are those of the model.
 *
 * @see <a href="https://doi.org/10.1145/78969.78972">Linearizability, by Herlihy and Wing</a>
 * @see <a href="https://doi.org/10.1002/cpe.3928">Testing for linearizability, by Lowe</a>
 */
public final class Linearizability {

    private Linearizability() {}

    /** What is wrong with the calls, for each key of which something is; keys are in order. */
    public static <S, A, R> List<Violation> violations(
            Model<S, A, R> model, List<Call<A, R>> calls) {
        Map<String, List<Call<A, R>>> keys = new TreeMap<>();
        for (Call<A, R> call : calls) {
            keys.computeIfAbsent(call.key(), _ -> new ArrayList<>()).add(call);
        }
        List<Violation> violations = new ArrayList<>();
        for (List<Call<A, R>> each : keys.values()) {
            Violation found = new KeyHistory<>(model, each).violation();
            if (found != null) {
                violations.add(found);
            }
        }
        return violations;
    }
}
