package io.gantry.launcher;

import io.gantry.launcher.ClusterWatch.SeenTask;
import io.gantry.launcher.ClusterWatch.View;
import io.gantry.launcher.LeaderWatch.Sighting;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Concludes from what was seen of a round how the installation coped. */
final class ChaosFigures {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ChaosRecording seen;
    private final List<View> after;

    private ChaosFigures(ChaosRecording seen) {
        this.seen = seen;
        after = seen.views().stream().filter(view -> isAfterFault(view.nanos())).toList();
    }

    static ChaosRound of(int number, ChaosRecording seen) {
        return new ChaosFigures(seen).round(number);
    }

    private ChaosRound round(int number) {
        List<ChaosCall> calls =
                seen.calls().stream()
                        .filter(call -> call.endNanos() - seen.faultNanos() >= 0)
                        .toList();
        Map<String, Integer> troubles = new TreeMap<>();
        calls.stream()
                .map(ChaosCall::trouble)
                .filter(Objects::nonNull)
                .forEach(trouble -> troubles.merge(trouble, 1, Integer::sum));
        Long replaced = replacedNanos();
        return new ChaosRound(
                number,
                seen.nodes().stream().sorted().collect(Collectors.toList()),
                seen.workers().stream().sorted().collect(Collectors.toList()),
                seen.leader(),
                sinceFault(detectedNanos()),
                sinceFault(recoveredNanos(replaced)),
                writeGapNanos() / NANOS_PER_MILLI,
                calls.size(),
                (int) calls.stream().filter(ChaosCall::failedAtFirst).count(),
                (int) calls.stream().filter(ChaosCall::failed).count(),
                calls.stream().mapToLong(ChaosCall::nanos).max().orElse(0) / NANOS_PER_MILLI,
                troubles,
                leaderChanges(),
                newTasks().size(),
                sinceFault(replaced),
                seen.wellNanos() == null
                        ? null
                        : (seen.wellNanos() - seen.healNanos()) / NANOS_PER_MILLI);
    }

    private boolean isAfterFault(long nanos) {
        return nanos - seen.faultNanos() >= 0;
    }

    private @Nullable Long sinceFault(@Nullable Long nanos) {
        return nanos == null ? null : (nanos - seen.faultNanos()) / NANOS_PER_MILLI;
    }

    /** Once all that could be noticed was; null if something never was. */
    private @Nullable Long detectedNanos() {
        Long latest = null;
        if (seen.nodes().contains(seen.leader())) {
            latest = otherLeaderNanos();
            if (latest == null) {
                return null;
            }
        }
        for (String worker : seen.workers()) {
            Long gone = disconnectedNanos(worker);
            if (gone == null) {
                return null;
            }
            latest = latest == null ? gone : Long.valueOf(Math.max(latest, gone));
        }
        return latest;
    }

    private @Nullable Long otherLeaderNanos() {
        return seen.sightings().stream()
                .filter(sighting -> isAfterFault(sighting.nanos()))
                .filter(sighting -> !seen.nodes().contains(sighting.node()))
                .filter(sighting -> isOther(sighting.leader()))
                .map(Sighting::nanos)
                .min(Long::compare)
                .orElse(null);
    }

    private boolean isOther(@Nullable String leader) {
        return leader != null && !leader.equals(seen.leader());
    }

    private @Nullable Long disconnectedNanos(String worker) {
        return after.stream()
                .filter(view -> Boolean.FALSE.equals(view.connected().get(worker)))
                .map(View::nanos)
                .findFirst()
                .orElse(null);
    }

    /** Writes succeed, and what workers were lost for is made up for; null if it never was. */
    private @Nullable Long recoveredNanos(@Nullable Long replaced) {
        Long writes = seen.nodes().isEmpty() ? null : firstWriteNanos();
        if (seen.workers().isEmpty() || (!seen.nodes().isEmpty() && writes == null)) {
            return writes;
        }
        if (writes != null && after.stream().allMatch(this::isUndisturbed)) {
            return writes;
        }
        Long served = replaced != null ? replaced : reconnectedNanos();
        return served == null || writes == null ? served : Long.valueOf(Math.max(served, writes));
    }

    private @Nullable Long firstWriteNanos() {
        return seen.calls().stream()
                .filter(call -> call.write() && isAfterFault(call.startNanos()))
                .map(ChaosCall::acknowledgedNanos)
                .filter(Objects::nonNull)
                .min(Long::compare)
                .orElse(null);
    }

    /** When all is as it was after it was not; null if nothing was noticed. */
    private @Nullable Long reconnectedNanos() {
        boolean wasDisturbed = false;
        for (View view : after) {
            boolean isWell = isUndisturbed(view);
            if (isWell && wasDisturbed) {
                return view.nanos();
            }
            wasDisturbed |= !isWell;
        }
        return null;
    }

    private boolean isUndisturbed(View view) {
        return view.isServedWithout(Set.of())
                && seen.workers().stream()
                        .allMatch(worker -> Boolean.TRUE.equals(view.connected().get(worker)));
    }

    /** The longest time between two acknowledged writes, as far as it touches this round. */
    private long writeGapNanos() {
        long end = seen.wellNanos() == null ? seen.endNanos() : seen.wellNanos();
        long[] acknowledged =
                LongStream.concat(
                                seen.calls().stream()
                                        .filter(ChaosCall::write)
                                        .map(ChaosCall::acknowledgedNanos)
                                        .filter(Objects::nonNull)
                                        .mapToLong(Long::longValue),
                                LongStream.of(seen.endNanos()))
                        .map(nanos -> nanos - seen.faultNanos())
                        .sorted()
                        .toArray();
        long longest = 0;
        long before = 0;
        boolean isFirst = true;
        for (long now : acknowledged) {
            boolean touches = now >= 0 && before <= end - seen.faultNanos();
            if (touches) {
                longest = Math.max(longest, isFirst ? now : now - before);
            }
            before = now;
            isFirst = false;
        }
        return longest;
    }

    private int leaderChanges() {
        String before = seen.leader();
        int changes = 0;
        for (String leader :
                seen.sightings().stream()
                        .filter(sighting -> isAfterFault(sighting.nanos()))
                        .filter(sighting -> sighting.leader() != null)
                        .collect(
                                Collectors.toMap(
                                        Sighting::term,
                                        sighting -> String.valueOf(sighting.leader()),
                                        (first, _) -> first,
                                        TreeMap::new))
                        .values()) {
            changes += leader.equals(before) ? 0 : 1;
            before = leader;
        }
        return changes;
    }

    private Set<String> newTasks() {
        Set<String> known =
                seen.views().stream()
                        .filter(view -> !isAfterFault(view.nanos()))
                        .flatMap(view -> view.tasks().stream())
                        .map(SeenTask::id)
                        .collect(Collectors.toSet());
        Set<String> fresh = new HashSet<>();
        after.stream()
                .flatMap(view -> view.tasks().stream())
                .map(SeenTask::id)
                .filter(id -> !known.contains(id))
                .forEach(fresh::add);
        return fresh;
    }

    /** When new tasks make up for all that were lost; null if there are none or not enough. */
    private @Nullable Long replacedNanos() {
        Set<String> fresh = newTasks();
        return after.stream()
                .filter(view -> view.tasks().stream().anyMatch(t -> fresh.contains(t.id())))
                .filter(view -> view.isServedWithout(seen.workers()))
                .map(View::nanos)
                .findFirst()
                .orElse(null);
    }
}
