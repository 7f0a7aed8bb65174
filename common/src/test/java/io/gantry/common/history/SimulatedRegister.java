package io.gantry.common.history;

import io.gantry.common.history.Outcome.Ok;
import io.gantry.common.history.Outcome.Unknown;
import io.gantry.common.history.Register.Action;
import io.gantry.common.history.Register.Read;
import io.gantry.common.history.Register.Write;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** A correct register with clients that call it at random, some of whose answers get lost. */
final class SimulatedRegister {
    private static final int LONGEST = 100;
    private static final int LOST_ONE_IN = 20;

    private final Random random;
    private int value;
    private int written;

    /** A call and the moment at which it takes effect; never for some that are lost. */
    private record Planned(
            int client, Action<Integer> action, long invoked, long effect, long completed) {}

    SimulatedRegister(Random random) {
        this.random = random;
    }

    /** Each value is written once. */
    List<Call<Action<Integer>, Integer>> calls(String key, int clients, int count) {
        var planned = new ArrayList<Planned>();
        for (int client = 0; client < clients; client++) {
            long now = random.nextInt(LONGEST);
            for (int i = 0; i < count / clients; i++) {
                Planned next = plan(client, now);
                planned.add(next);
                // A client that has lost an answer goes on, too.
                boolean isLost = next.completed == Call.NEVER;
                now = (isLost ? next.invoked : next.completed) + 1 + random.nextInt(LONGEST);
            }
        }
        planned.sort(Comparator.comparingLong(Planned::effect));
        return planned.stream().map(each -> take(each, key)).toList();
    }

    private Planned plan(int client, long now) {
        Action<Integer> action = random.nextBoolean() ? new Write<>(++written) : new Read<>();
        long effect = now + random.nextInt(LONGEST);
        if (random.nextInt(LOST_ONE_IN) > 0) {
            return new Planned(client, action, now, effect, effect + random.nextInt(LONGEST));
        }
        boolean isNever = random.nextBoolean();
        long late = now + random.nextInt(10 * LONGEST);
        return new Planned(client, action, now, isNever ? Call.NEVER : late, Call.NEVER);
    }

    private Call<Action<Integer>, Integer> take(Planned planned, String key) {
        if (planned.action instanceof Write<Integer>(var next)) {
            value = next;
        }
        return new Call<>(
                planned.client,
                planned.action instanceof Write ? "Write" : "Read",
                key,
                planned.action,
                planned.invoked,
                planned.completed,
                planned.completed == Call.NEVER ? new Unknown<>("lost") : new Ok<>(value));
    }
}
