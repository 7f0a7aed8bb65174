package io.gantry.common.history;

import io.gantry.common.history.Outcome.Failed;
import io.gantry.common.history.Outcome.Ok;
import io.gantry.common.history.Outcome.Unknown;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one key, judged in the order in which they were completed: kept are all states that
 * the object can be in, each with the calls that have taken effect early. Only when a call
 * completes must it have taken effect, so what is kept stays as small as the number of calls under
 * way.
 */
final class KeyHistory<S, A, R> {
    private static final int RECENT = 12;

    private final Model<S, A, R> model;
    private final List<Call<A, R>> calls;
    private final SortedSet<Integer> underWay = new TreeSet<>();
    private final SortedSet<Integer> unknown = new TreeSet<>();

    /**
     * Where the object can be.
     *
     * @param taken calls that have taken effect but are not completed, by their place
     */
    private record Configuration<S>(S state, Set<Integer> taken) {
        Configuration<S> with(S next, int call) {
            var more = new HashSet<>(taken);
            more.add(call);
            return new Configuration<>(next, more);
        }

        Configuration<S> without(int call) {
            var less = new HashSet<>(taken);
            less.remove(call);
            return new Configuration<>(state, less);
        }
    }

    private record Event(long atNanos, boolean isCompletion, int call) {}

    KeyHistory(Model<S, A, R> model, List<Call<A, R>> calls) {
        this.model = model;
        this.calls =
                calls.stream()
                        .filter(call -> !(call.outcome() instanceof Failed))
                        .sorted(Comparator.comparingLong(Call::invokedNanos))
                        .toList();
    }

    /** Null if some order of the calls explains all answers. */
    @Nullable Violation violation() {
        Set<Configuration<S>> possible = Set.of(new Configuration<>(model.initial(), Set.of()));
        for (Event event : events()) {
            if (event.isCompletion) {
                Set<Configuration<S>> next = whereItTookEffect(event.call, possible);
                if (next.isEmpty()) {
                    return explanation(event.call, possible);
                }
                underWay.remove(event.call);
                possible = next;
            } else {
                boolean isUnknown = calls.get(event.call).outcome() instanceof Unknown;
                (isUnknown ? unknown : underWay).add(event.call);
            }
        }
        return null;
    }

    /** At the same moment, invocations come first: then the calls count as concurrent. */
    private List<Event> events() {
        var events = new ArrayList<Event>();
        for (int i = 0; i < calls.size(); i++) {
            events.add(new Event(calls.get(i).invokedNanos(), false, i));
            if (calls.get(i).outcome() instanceof Ok) {
                events.add(new Event(calls.get(i).completedNanos(), true, i));
            }
        }
        events.sort(Comparator.comparingLong(Event::atNanos).thenComparing(Event::isCompletion));
        return events;
    }

    private Set<Configuration<S>> whereItTookEffect(
            int completed, Collection<Configuration<S>> possible) {
        Set<Configuration<S>> reached = new LinkedHashSet<>();
        Set<Configuration<S>> seen = new HashSet<>(possible);
        Deque<Configuration<S>> open = new ArrayDeque<>(possible);
        while (!open.isEmpty()) {
            Configuration<S> at = open.pop();
            if (at.taken.contains(completed)) {
                reached.add(at.without(completed));
                continue;
            }
            for (Configuration<S> next : successors(at)) {
                if (seen.add(next)) {
                    open.push(next);
                }
            }
        }
        return reached;
    }

    private List<Configuration<S>> successors(Configuration<S> at) {
        var successors = new ArrayList<Configuration<S>>();
        for (int candidate : underWay) {
            Call<A, R> call = calls.get(candidate);
            if (at.taken.contains(candidate) || !(call.outcome() instanceof Ok<R>(var answer))) {
                continue;
            }
            S next = model.after(at.state, call.action(), answer);
            if (next == null) {
                successors.addAll(explained(at, call.action(), answer));
            } else if (model.isRead(call.action()) && next.equals(at.state)) {
                // Reading at the first chance bars nothing else from happening.
                return List.of(at.with(next, candidate));
            } else {
                successors.add(at.with(next, candidate));
            }
        }
        return successors;
    }

    /** Of unknown calls that asked for the same, the first stands for all. */
    private List<Configuration<S>> explained(Configuration<S> at, A action, R answer) {
        var successors = new ArrayList<Configuration<S>>();
        var tried = new HashSet<A>();
        for (int candidate : unknown) {
            A hidden = calls.get(candidate).action();
            if (at.taken.contains(candidate) || !tried.add(hidden)) {
                continue;
            }
            S next = model.explained(at.state, hidden, action, answer);
            if (next != null) {
                successors.add(at.with(next, candidate));
            }
        }
        return successors;
    }

    private Violation explanation(int failed, Collection<Configuration<S>> possible) {
        Call<A, R> call = calls.get(failed);
        List<Call<?, ?>> completed = new ArrayList<>();
        List<Call<?, ?>> pending = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            Call<A, R> other = calls.get(i);
            if (i == failed || other.invokedNanos() > call.completedNanos()) {
                continue;
            }
            boolean isPending = underWay.contains(i) || unknown.contains(i);
            (isPending ? pending : completed).add(other);
        }
        completed.sort(Comparator.comparingLong(Call::completedNanos));
        return new Violation(
                model.getClass().getSimpleName(),
                call,
                possible.stream().map(at -> String.valueOf(at.state)).distinct().toList(),
                completed.size(),
                completed.subList(Math.max(0, completed.size() - RECENT), completed.size()),
                pending,
                calls.getFirst().invokedNanos());
    }
}
