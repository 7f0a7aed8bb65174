package io.gantry.launcher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What came of all rounds, for people or for programs. */
final class ChaosReport {
    private static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final int MILLIS_UP_TO = 10_000;
    private static final Map<String, String> TITLES =
            Map.of(
                    "detectedMillis", "detected",
                    "recoveredMillis", "recovered",
                    "writeGapMillis", "write gap",
                    "slowestMillis", "slowest call",
                    "replacedMillis", "replaced in",
                    "wellAfterMillis", "well after",
                    "failed", "calls failed",
                    "failedAfterRetry", "failed after retry",
                    "tasksReplaced", "tasks replaced");

    private static final List<String> TIMES =
            TITLES.keySet().stream().filter(name -> name.endsWith("Millis")).toList();

    private final String fault;
    private final List<String> targets;
    private final Duration duration;
    private final List<ChaosRound> rounds;

    ChaosReport(String fault, List<String> targets, Duration duration, List<ChaosRound> rounds) {
        this.fault = fault;
        this.targets = List.copyOf(targets);
        this.duration = duration;
        this.rounds = List.copyOf(rounds);
    }

    private record Json(
            String fault,
            List<String> targets,
            long forMillis,
            List<ChaosRound> rounds,
            Map<String, @Nullable Spread> summary,
            Map<String, Integer> troubles) {}

    /** One object; members that are null stand for what did not happen. */
    String json() {
        return MAPPER.writeValueAsString(
                new Json(fault, targets, duration.toMillis(), rounds, summary(), troubles()));
    }

    String text() {
        var text = new StringBuilder();
        text.append(rounds());
        var summary = new Table("", "P50", "P99", "MAX", "ROUNDS");
        summary()
                .forEach(
                        (name, spread) -> {
                            if (spread != null) {
                                boolean isTime = TIMES.contains(name);
                                summary.row(
                                        TITLES.getOrDefault(name, name),
                                        figure(spread.p50(), isTime),
                                        figure(spread.p99(), isTime),
                                        figure(spread.max(), isTime),
                                        spread.count());
                            }
                        });
        text.append(System.lineSeparator()).append(summary);
        int calls = rounds.stream().mapToInt(ChaosRound::calls).sum();
        int failed = rounds.stream().mapToInt(ChaosRound::failed).sum();
        int forGood = rounds.stream().mapToInt(ChaosRound::failedAfterRetry).sum();
        text.append(
                "%n%d of %d calls failed at the first try, %d at all three%s%n"
                        .formatted(failed, calls, forGood, reasons()));
        return text.toString();
    }

    private Table rounds() {
        var table =
                new Table(
                        "ROUND",
                        "FAULT OF",
                        "DETECTED",
                        "RECOVERED",
                        "WRITE GAP",
                        "CALLS",
                        "FAILED",
                        "AFTER RETRY",
                        "SLOWEST",
                        "REPLACED",
                        "REPLACED IN",
                        "WELL AFTER");
        for (ChaosRound round : rounds) {
            table.row(
                    round.round(),
                    names(round),
                    millis(round.detectedMillis()),
                    millis(round.recoveredMillis()),
                    millis(round.writeGapMillis()),
                    round.calls(),
                    round.failed(),
                    round.failedAfterRetry(),
                    millis(round.slowestMillis()),
                    round.tasksReplaced(),
                    millis(round.replacedMillis()),
                    round.wellAfterMillis() == null ? "never" : millis(round.wellAfterMillis()));
        }
        return table;
    }

    private static String names(ChaosRound round) {
        return Stream.concat(round.nodes().stream(), round.workers().stream())
                .map(name -> name.equals(round.leader()) ? name + " (leader)" : name)
                .collect(Collectors.joining(", "));
    }

    private Map<String, @Nullable Spread> summary() {
        Map<String, @Nullable Spread> summary = new LinkedHashMap<>();
        summary.put("detectedMillis", spread(ChaosRound::detectedMillis));
        summary.put("recoveredMillis", spread(ChaosRound::recoveredMillis));
        summary.put("writeGapMillis", spread(ChaosRound::writeGapMillis));
        summary.put("slowestMillis", spread(ChaosRound::slowestMillis));
        summary.put("failed", spread(round -> (long) round.failed()));
        summary.put("failedAfterRetry", spread(round -> (long) round.failedAfterRetry()));
        summary.put("tasksReplaced", spread(round -> (long) round.tasksReplaced()));
        summary.put("replacedMillis", spread(ChaosRound::replacedMillis));
        summary.put("wellAfterMillis", spread(ChaosRound::wellAfterMillis));
        return summary;
    }

    private @Nullable Spread spread(Function<ChaosRound, @Nullable Long> figure) {
        List<@Nullable Long> figures = new ArrayList<>();
        rounds.forEach(round -> figures.add(figure.apply(round)));
        return Spread.of(figures);
    }

    private Map<String, Integer> troubles() {
        Map<String, Integer> all = new TreeMap<>();
        rounds.forEach(
                round -> round.troubles().forEach((why, n) -> all.merge(why, n, Integer::sum)));
        return all;
    }

    private String reasons() {
        String reasons =
                troubles().entrySet().stream()
                        .map(entry -> entry.getValue() + " " + entry.getKey())
                        .collect(Collectors.joining(", "));
        return reasons.isEmpty() ? "." : ": " + reasons + ".";
    }

    private static String figure(long figure, boolean isTime) {
        return isTime ? millis(figure) : String.valueOf(figure);
    }

    /** {@code 3 s}, {@code 10 min}, and {@code 1500 ms} of what is no number of seconds. */
    static String span(Duration duration) {
        if (duration.toMillisPart() != 0) {
            return duration.toMillis() + " ms";
        }
        long seconds = duration.toSeconds();
        return seconds % 60 == 0 && seconds > 0 ? seconds / 60 + " min" : seconds + " s";
    }

    /** {@code -} of null, {@code 850 ms} below ten seconds, {@code 12.3 s} from there on. */
    static String millis(@Nullable Long millis) {
        if (millis == null) {
            return "-";
        }
        return millis < MILLIS_UP_TO
                ? millis + " ms"
                : String.format(Locale.ROOT, "%.1f s", millis / 1_000.0);
    }
}
