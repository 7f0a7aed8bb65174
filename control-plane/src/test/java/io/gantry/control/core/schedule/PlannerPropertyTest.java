package io.gantry.control.core.schedule;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingInt;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ecs.model.PlacementConstraint;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;

/** Rules that every plan has to keep, on random clusters with random demands. */
class PlannerPropertyTest {
    private static final String ZONE = "ecs.availability-zone";
    private static final List<String> FIELDS =
            List.of("instanceId", "host", "attribute:rack", "attribute:" + ZONE);
    private static final List<String> QUERIES =
            List.of(
                    "attribute:rack != r1",
                    "attribute:ecs.availability-zone in [a, b]",
                    "not(task:group == family:other)",
                    "task:group !exists or task:group == g");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void everyPlanKeepsToRoomAndConstraintsAndIsTheSameForTheSameSeed(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 60; i++) {
            Lab lab = cluster(random);
            Demand demand = demand(random);
            Plan plan = Planner.plan(lab.state(), demand, new Random(i));
            assertThat(Planner.plan(lab.state(), demand, new Random(i))).isEqualTo(plan);
            assertThat(plan.places().size() + plan.unplaced()).isEqualTo(demand.count());
            check(lab, demand, plan);
        }
    }

    private static Lab cluster(Random random) {
        var lab = new Lab(random.nextLong());
        var other = lab.definition("other", Lab.SMALL);
        int workers = random.nextInt(12);
        for (int i = 0; i < workers; i++) {
            Map<String, String> attributes = new TreeMap<>();
            if (random.nextInt(5) > 0) {
                attributes.put(ZONE, "" + (char) ('a' + random.nextInt(3)));
            }
            attributes.put("rack", "r" + random.nextInt(4));
            WorkerId worker =
                    lab.worker(
                            512 * (1 + random.nextInt(4)),
                            256 * (1 + random.nextInt(4)),
                            attributes);
            if (random.nextInt(3) == 0) {
                lab.apply(lab.run(other, worker, null));
            }
        }
        return lab;
    }

    private static Demand demand(Random random) {
        var strategies = new ArrayList<PlacementStrategy>();
        for (int i = random.nextInt(4); i > 0; i--) {
            PlacementStrategy.Builder strategy = PlacementStrategy.builder();
            switch (random.nextInt(4)) {
                case 0 -> strategy.type("random");
                case 1 -> strategy.type("binpack").field(random.nextBoolean() ? "cpu" : "MEMORY");
                default -> strategy.type("spread").field(FIELDS.get(random.nextInt(4)));
            }
            strategies.add(strategy.build());
        }
        var constraints = new ArrayList<PlacementConstraint>();
        if (random.nextInt(3) == 0) {
            constraints.add(PlacementConstraint.builder().type("distinctInstance").build());
        }
        if (random.nextInt(2) == 0) {
            String query = QUERIES.get(random.nextInt(QUERIES.size()));
            constraints.add(
                    PlacementConstraint.builder().type("memberOf").expression(query).build());
        }
        List<HostPort> ports = random.nextInt(4) == 0 ? List.of(HostPort.tcp(80)) : List.of();
        var footprint =
                new Footprint(
                        new Resources(random.nextInt(300), random.nextInt(300)), ports, List.of());
        return new Demand(
                Lab.CLUSTER, footprint, 1 + random.nextInt(20), "g", constraints, strategies);
    }

    /** Step by step: each place was allowed when it was chosen, and nothing else was left. */
    private static void check(Lab lab, Demand demand, Plan plan) {
        var filter = new Filter(demand, DaemonGate.of(lab.state(), demand.cluster()));
        Map<WorkerId, Worker> workers = new TreeMap<>();
        lab.state().workers().forEach(workers::put);
        for (WorkerId place : plan.places()) {
            Worker chosen = Check.present(workers.get(place), place);
            assertThat(filter.refusal(chosen)).isNull();
            assertSpread(demand, filter, workers, chosen);
            var candidate = new Candidate(chosen, 0);
            candidate.take(demand.footprint(), demand.group());
            assertThat(candidate.worker().used().fitsIn(chosen.total())).isTrue();
            workers.put(place, candidate.worker());
        }
        if (plan.unplaced() > 0) {
            assertThat(workers.values()).allMatch(worker -> filter.refusal(worker) != null);
            assertThat(plan.refusals()).hasSameSizeAs(workers.keySet());
        }
    }

    /** Where the first strategy spreads, no value with fewer tasks had room. */
    private static void assertSpread(
            Demand demand, Filter filter, Map<WorkerId, Worker> workers, Worker chosen) {
        List<Criterion> criteria = Criterion.of(demand.strategies());
        if (criteria.isEmpty()
                || !(criteria.getFirst() instanceof Criterion.SpreadOver(String attribute))) {
            return;
        }
        Map<String, Integer> tasks =
                workers.values().stream()
                        .collect(
                                groupingBy(
                                        each -> each.attributes().getOrDefault(attribute, ""),
                                        TreeMap::new,
                                        summingInt(each -> each.groups().of(demand.group()))));
        String value = chosen.attributes().getOrDefault(attribute, "");
        for (Worker other : workers.values()) {
            String otherValue = other.attributes().getOrDefault(attribute, "");
            if (filter.refusal(other) != null || otherValue.isEmpty()) {
                continue;
            }
            assertThat(value).as("those without a value come last").isNotEmpty();
            assertThat(tasks.get(value)).isLessThanOrEqualTo(tasks.get(otherValue));
        }
    }
}
