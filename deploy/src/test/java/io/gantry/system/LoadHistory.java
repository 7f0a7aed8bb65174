package io.gantry.system;

import io.gantry.common.history.Call;
import io.gantry.common.history.Linearizability;
import io.gantry.common.history.Recorder;
import io.gantry.common.history.Register;
import io.gantry.common.history.Sequence;
import io.gantry.common.history.TokenSet;
import io.gantry.common.history.Violation;
import java.util.ArrayList;
import java.util.List;

/** Everything that the clients of a load did and saw. */
final class LoadHistory {
    /** Desired counts of services, by service. */
    final Recorder<Register.Action<Integer>, Integer> counts = new Recorder<>(System::nanoTime);

    /** Revisions of task definitions, by family. */
    final Recorder<Sequence.Action, Integer> revisions = new Recorder<>(System::nanoTime);

    /** Tasks, by the token that they were asked for with. */
    final Recorder<TokenSet.Action, List<TokenSet.Item>> tasks = new Recorder<>(System::nanoTime);

    /** All services of a load begin with no task desired. */
    List<Violation> violations() {
        List<Violation> all = new ArrayList<>();
        all.addAll(Linearizability.violations(new Register<>(0), counts.calls()));
        all.addAll(Linearizability.violations(new Sequence(), revisions.calls()));
        all.addAll(Linearizability.violations(new TokenSet(), tasks.calls()));
        return all;
    }

    List<Call<?, ?>> calls() {
        List<Call<?, ?>> all = new ArrayList<>();
        all.addAll(counts.calls());
        all.addAll(revisions.calls());
        all.addAll(tasks.calls());
        return all;
    }
}
