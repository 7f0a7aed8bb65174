package io.gantry.control.core.schedule;

import io.gantry.common.model.HostPort;
import io.gantry.control.core.schedule.Criterion.Avoid;
import io.gantry.control.core.schedule.Criterion.PackCpu;
import io.gantry.control.core.schedule.Criterion.PackMemory;
import io.gantry.control.core.schedule.Criterion.SpreadMachines;
import io.gantry.control.core.schedule.Criterion.SpreadOver;
import io.gantry.control.core.schedule.Refusal.Reason;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Worker;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How all machines of a cluster stand to a demand: what speaks against each, and in which order the
 * others would be chosen. It comes from the filters and criteria that plans come from.
 *
 * @param criteria what decides between machines that would do, the most important first
 * @param verdicts those that would do first, in their order; then those that come nearest
 */
public record Explanation(List<String> criteria, List<Verdict> verdicts) {
    public Explanation {
        criteria = List.copyOf(criteria);
        verdicts = List.copyOf(verdicts);
    }

    /**
     * What is said of one machine.
     *
     * @param rank from 1 on, equal for those between which chance decides; 0 if it will not do
     * @param against why it will not do; one sentence of each kind of reason
     * @param rates what each criterion says of it; empty if it will not do
     */
    public record Verdict(Worker worker, int rank, List<String> against, List<String> rates) {
        public Verdict {
            against = List.copyOf(against);
            rates = List.copyOf(rates);
        }
    }

    /** Machines that were deregistered are left out. */
    public static Explanation of(ClusterState state, Demand demand) {
        List<Criterion> criteria = Criterion.of(demand.strategies(), demand.preference().avoid());
        // Which of the equal ones chance would choose is of no interest here.
        var ranking = Ranking.forPlacing(criteria, new SplittableRandom(0));
        var filter = new Filter(demand, DaemonGate.of(state, demand.cluster()));
        var refused = new ArrayList<Worker>();
        state.eachWorkerOf(
                demand.cluster(),
                whole -> {
                    int priority = demand.preference().priority();
                    Worker worker = Claims.kept(whole, demand.group(), priority, state.nowMillis());
                    int ofGroup = worker.groups().of(demand.group());
                    if (worker.status() == Worker.Status.ACTIVE) {
                        ranking.count(worker, ofGroup);
                    }
                    if (worker.status() == Worker.Status.INACTIVE) {
                        return;
                    }
                    if (filter.refusal(worker) == null) {
                        ranking.add(new Candidate(worker, ofGroup));
                    } else {
                        refused.add(worker);
                    }
                });
        var verdicts = new ArrayList<>(ranked(criteria, ranking));
        refused.stream()
                .sorted(
                        Comparator.comparing((Worker worker) -> filter.refusals(worker).getFirst())
                                .reversed())
                .map(worker -> refused(state, worker, demand, filter))
                .forEach(verdicts::add);
        return new Explanation(criteria.stream().map(Criterion::text).toList(), verdicts);
    }

    private static List<Verdict> ranked(List<Criterion> criteria, Ranking ranking) {
        var verdicts = new ArrayList<Verdict>();
        @Nullable List<Long> before = null;
        int rank = 0;
        for (Candidate next = ranking.poll(); next != null; next = ranking.poll()) {
            Candidate candidate = next;
            List<Long> rates =
                    IntStream.range(0, criteria.size())
                            .mapToObj(i -> ranking.rate(candidate, i))
                            .toList();
            rank = rates.equals(before) ? rank : verdicts.size() + 1;
            before = rates;
            verdicts.add(
                    new Verdict(
                            candidate.worker(),
                            rank,
                            List.of(),
                            IntStream.range(0, criteria.size())
                                    .mapToObj(
                                            i ->
                                                    text(
                                                            criteria.get(i),
                                                            candidate.worker(),
                                                            Ranking.plain(rates.get(i))))
                                    .toList()));
        }
        return verdicts;
    }

    private static String text(Criterion criterion, Worker worker, long rate) {
        return switch (criterion) {
            case SpreadOver(String attribute) -> {
                String value = worker.attributes().get(attribute);
                yield value == null
                        ? "%d without it, used last".formatted(rate)
                        : "%d in %s".formatted(rate, value);
            }
            case SpreadMachines() -> rate + " here";
            case Avoid avoid ->
                    rate == 0 ? "none here" : "beside " + String.join(", ", avoid.here(worker));
            case PackCpu() -> rate + " units left";
            case PackMemory() -> rate + " MiB left";
        };
    }

    private static Verdict refused(
            ClusterState state, Worker worker, Demand demand, Filter filter) {
        Stream<String> reasons =
                filter.refusals(worker).stream().map(reason -> text(reason, worker, demand));
        int priority = demand.preference().priority();
        Stream<String> claims =
                worker.claims().stream()
                        .filter(
                                claim ->
                                        claim.holdsFrom(
                                                demand.group(), priority, state.nowMillis()))
                        .map(
                                claim ->
                                        "keeps room for %s, which is of priority %d"
                                                .formatted(claim.group(), claim.priority()));
        return new Verdict(worker, 0, Stream.concat(reasons, claims).toList(), List.of());
    }

    private static String text(Reason reason, Worker worker, Demand demand) {
        Footprint needed = demand.footprint();
        return switch (reason) {
            case INACTIVE -> "is " + worker.status();
            case AGENT -> "its agent is not connected";
            case ATTRIBUTE ->
                    "lacks the attributes "
                            + needed.attributes().stream()
                                    .filter(each -> !Fit.meets(worker, each))
                                    .collect(Collectors.joining(", "));
            case DAEMON -> "does not run all of its managed daemons yet";
            case CONSTRAINT ->
                    "is not a member of "
                            + Constraints.of(demand.constraints()).memberOf().stream()
                                    .filter(query -> !query.matches(worker))
                                    .map(query -> "\"" + query + "\"")
                                    .collect(Collectors.joining(", "));
            case DISTINCT_INSTANCE ->
                    "has %d of the group %s already, and they want machines of their own"
                            .formatted(worker.groups().of(demand.group()), demand.group());
            case PORTS ->
                    "has the ports "
                            + needed.ports().stream()
                                    .filter(worker::taken)
                                    .map(HostPort::toString)
                                    .collect(Collectors.joining(", "))
                            + " taken";
            case MEMORY ->
                    "has %d MiB of memory free, %d are needed"
                            .formatted(worker.free().memoryMib(), needed.resources().memoryMib());
            case CPU ->
                    "has %d CPU units free, %d are needed"
                            .formatted(worker.free().cpuUnits(), needed.resources().cpuUnits());
            case GPU ->
                    "has %d GPUs free, %d are needed"
                            .formatted(worker.freeGpus().size(), needed.gpus());
            default -> reason.sentence();
        };
    }
}
