package io.gantry.launcher;

import io.gantry.common.config.Amount;
import io.gantry.launcher.ChaosExperiment.Plan;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** What all faults have in common. */
final class ChaosOptions {
    private static final int WELL = 0;
    private static final int NOT_WELL = 1;

    @Mixin private final HomeOption home = new HomeOption();

    @Parameters(
            arity = "1..*",
            paramLabel = "NODE",
            description =
                    "n1, w2 ..., leader, any-node (of the control plane) or any-worker, drawn anew"
                            + " in each round; several are hit at the same time")
    private List<String> words = new ArrayList<>();

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = Span.class,
            defaultValue = "30s",
            description = "after which the fault is undone (default: ${DEFAULT-VALUE})")
    private Duration duration = Duration.ofSeconds(30);

    @Option(
            names = "--times",
            paramLabel = "N",
            defaultValue = "1",
            description = "how many rounds, up to 1000 (default: ${DEFAULT-VALUE})")
    private int times = 1;

    @Option(
            names = "--every",
            paramLabel = "DURATION",
            converter = Span.class,
            description =
                    "from one fault to the next, or later if not all is well by then (default: as"
                            + " soon as all is well)")
    private @Nullable Duration every;

    @Option(names = "--json", description = "print the report as JSON; progress goes to stderr")
    private boolean json;

    /** Reads 500ms, 10s, 5m, 2h; also with a sign. */
    static final class Span implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            boolean isNegative = text.startsWith("-");
            boolean isSigned = isNegative || text.startsWith("+");
            Duration amount = Amount.duration(isSigned ? text.substring(1) : text);
            if (amount == null) {
                throw new TypeConversionException(
                        "'%s' is not a duration like 500ms, 10s, 5m or 2h".formatted(text));
            }
            return isNegative ? amount.negated() : amount;
        }
    }

    static Duration inRange(String option, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new Failure(
                    "%s must be from %s to %s."
                            .formatted(option, Times.text(min), Times.text(max)));
        }
        return value;
    }

    Layout layout() {
        return home.layout();
    }

    /** The members of these names, which are not drawn. */
    List<Member> members(List<String> names) {
        Installation installation = Installation.open(layout());
        return names.stream().map(installation::member).toList();
    }

    /** Runs the experiment and prints its report; 1 if the installation did not get well again. */
    int run(Fault fault) {
        Duration shortest = Duration.ofMillis(100);
        inRange("--for", duration, shortest, Duration.ofDays(1));
        if (every != null) {
            inRange("--every", every, shortest, Duration.ofDays(1));
        }
        if (times < 1 || times > 1_000) {
            throw new Failure("--times must be from 1 to 1000.");
        }
        PrintStream out = json ? System.err : System.out;
        Session session = Session.open(layout());
        List<ChaosRound> rounds = new ArrayList<>();
        Exclusive.run(
                layout(),
                () -> {
                    new Healing(session).run(true).forEach(out::println);
                    var plan = new Plan(fault, List.copyOf(words), duration, times, every);
                    rounds.addAll(
                            new ChaosExperiment(session, plan, out)
                                    .run(some -> print(fault, some)));
                });
        print(fault, rounds);
        return rounds.getLast().wellAfterMillis() == null ? NOT_WELL : WELL;
    }

    private void print(Fault fault, List<ChaosRound> rounds) {
        var report = new ChaosReport(fault.text(), words, duration, rounds);
        if (json) {
            System.out.println(report.json());
        } else if (!rounds.isEmpty()) {
            System.out.println();
            System.out.print(report.text());
        }
        System.out.flush();
    }
}
