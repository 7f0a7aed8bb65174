package io.gantry.control.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.HostPort;
import io.gantry.common.model.Resources;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.schedule.Refusal.Reason;
import io.gantry.control.core.state.Footprint;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.PlacementConstraint;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;

class PlannerTest {
    private final Lab lab = new Lab(3);

    private Plan plan(Footprint footprint, int count, PlacementStrategy... strategies) {
        return Planner.plan(
                lab.state(),
                new Demand(Lab.CLUSTER, footprint, count, "g", List.of(), List.of(strategies)),
                lab.random);
    }

    private static PlacementStrategy strategy(String type, @Nullable String field) {
        return PlacementStrategy.builder().type(type).field(field).build();
    }

    @Test
    void byDefaultItSpreadsOverZonesThenMachines() {
        WorkerId a1 = lab.worker(4096, 4096, Map.of("ecs.availability-zone", "a"));
        WorkerId a2 = lab.worker(4096, 4096, Map.of("ecs.availability-zone", "a"));
        WorkerId b = lab.worker(4096, 4096, Map.of("ecs.availability-zone", "b"));
        List<WorkerId> places = plan(Lab.SMALL, 4).places();
        assertThat(places).filteredOn(b::equals).hasSize(2);
        assertThat(places).contains(a1, a2);
    }

    @Test
    void binpackFillsTheFullestMachineFirst() {
        lab.worker(4096, 4096, Map.of());
        WorkerId small = lab.worker(4096, 512, Map.of());
        assertThat(plan(Lab.SMALL, 4, strategy("binpack", "memory")).places()).containsOnly(small);
    }

    @Test
    void itSaysWhyNothingFits() {
        lab.worker(100, 4096, Map.of());
        assertThat(plan(Lab.SMALL, 1).closest())
                .extracting(refusal -> refusal == null ? null : refusal.reason())
                .isEqualTo(Reason.CPU);
    }

    @Test
    void portsAttributesAndDistinctInstancesCount() {
        var web = new Footprint(new Resources(1, 1), List.of(HostPort.tcp(80)), List.of("disk"));
        lab.worker(4096, 4096, Map.of());
        lab.worker(4096, 4096, Map.of("disk", "ssd"));
        Plan plan = plan(web, 2);
        assertThat(plan.places()).hasSize(1);
        assertThat(plan.refusals())
                .extracting(Refusal::reason)
                .containsExactlyInAnyOrder(Reason.ATTRIBUTE, Reason.PORTS);
        assertThat(
                        plan(new Footprint(Resources.NONE, List.of(HostPort.tcp(22)), List.of()), 1)
                                .places())
                .isEmpty();
    }

    @Test
    void distinctInstanceUsesEachMachineOnce() {
        for (int i = 0; i < 3; i++) {
            lab.worker(4096, 4096, Map.of());
        }
        var constraint = PlacementConstraint.builder().type("distinctInstance").build();
        Plan plan =
                Planner.plan(
                        lab.state(),
                        new Demand(Lab.CLUSTER, Lab.SMALL, 5, "g", List.of(constraint), List.of()),
                        lab.random);
        assertThat(plan.places()).hasSize(3).doesNotHaveDuplicates();
        assertThat(plan.unplaced()).isEqualTo(2);
    }

    @Test
    void withoutMachinesNothingIsClosest() {
        assertThat(plan(Lab.SMALL, 1).closest()).isNull();
    }

    private static Demand demand(int count, String type, @Nullable String expression) {
        var constraint = PlacementConstraint.builder().type(type).expression(expression).build();
        return new Demand(Lab.CLUSTER, Lab.SMALL, count, "g", List.of(constraint), List.of());
    }

    @Test
    void memberOfLeavesOutEverybodyElse() {
        lab.worker(4096, 4096, Map.of("disk", "hdd"));
        WorkerId ssd = lab.worker(4096, 4096, Map.of("disk", "ssd"));
        Plan plan =
                Planner.plan(
                        lab.state(), demand(3, "memberOf", "attribute:disk == ssd"), lab.random);
        assertThat(plan.places()).containsOnly(ssd).hasSize(3);
    }

    @Test
    void tasksKeepAwayFromTheirOwnGroupWithinOnePlan() {
        lab.worker(4096, 4096, Map.of());
        lab.worker(4096, 4096, Map.of());
        Plan plan =
                Planner.plan(
                        lab.state(), demand(3, "memberOf", "not(task:group == g)"), lab.random);
        assertThat(plan.places()).hasSize(2).doesNotHaveDuplicates();
        assertThat(plan.refusals())
                .extracting(Refusal::reason)
                .containsExactly(Reason.CONSTRAINT, Reason.CONSTRAINT);
    }

    @Test
    void whoHasNoValueComesLast() {
        WorkerId without = lab.worker(4096, 4096, Map.of());
        WorkerId with = lab.worker(768, 4096, Map.of("rack", "1"));
        assertThat(plan(Lab.SMALL, 4, strategy("spread", "attribute:rack")).places())
                .containsExactly(with, with, with, without);
    }

    @Test
    void eachStrategyDecidesWhatTheOnesBeforeLeaveEqual() {
        WorkerId a = lab.worker(4096, 4096, Map.of("ecs.availability-zone", "a"));
        WorkerId b1 = lab.worker(4096, 2048, Map.of("ecs.availability-zone", "b"));
        lab.worker(4096, 3072, Map.of("ecs.availability-zone", "b"));
        assertThat(
                        plan(
                                        Lab.SMALL,
                                        6,
                                        strategy("spread", "attribute:ecs.availability-zone"),
                                        strategy("binpack", "memory"))
                                .places())
                .containsOnly(a, b1)
                .filteredOn(a::equals)
                .hasSize(3);
    }

    @Test
    void randomIsEvenInTheLongRun() {
        WorkerId a = lab.worker(1 << 20, 1 << 20, Map.of());
        lab.worker(1 << 20, 1 << 20, Map.of());
        List<WorkerId> places = plan(Lab.SMALL, 2_000, strategy("random", null)).places();
        assertThat(places).filteredOn(a::equals).hasSizeBetween(900, 1_100);
        int same = 0;
        for (int i = 1; i < places.size(); i++) {
            same += places.get(i).equals(places.get(i - 1)) ? 1 : 0;
        }
        assertThat(same).as("one choice does not influence the next").isBetween(900, 1_100);
    }

    @Test
    void tasksOnFullMachinesCountWhereTasksAreSpread() {
        WorkerId full = lab.worker(512, 4096, Map.of("ecs.availability-zone", "a"));
        var definition = lab.definition("g", Lab.SMALL);
        lab.apply(lab.run(definition, full, null));
        lab.apply(lab.run(definition, full, null));
        lab.worker(4096, 4096, Map.of("ecs.availability-zone", "a"));
        WorkerId b = lab.worker(4096, 4096, Map.of("ecs.availability-zone", "b"));
        Plan plan =
                Planner.plan(
                        lab.state(),
                        new Demand(Lab.CLUSTER, Lab.SMALL, 2, "family:g", List.of(), List.of()),
                        lab.random);
        assertThat(plan.places()).containsExactly(b, b);
    }
}
