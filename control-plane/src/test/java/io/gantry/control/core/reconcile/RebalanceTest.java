package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Audit;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;

/** The tag {@code gantry:rebalance}. */
class RebalanceTest {
    private static final String ZONE = "ecs.availability-zone";

    private Lab lab = new Lab(6);
    private Crew crew = new Crew(lab);

    private void create(int desired, int max, String budget, PlacementStrategy... strategies) {
        TaskDefinitionKey web = lab.definition("web", Lab.SMALL);
        lab.createService(
                web,
                desired,
                spec ->
                        spec.deploymentConfiguration(c -> c.maximumPercent(max))
                                .placementStrategy(strategies),
                Lab.WEB,
                Map.of("gantry:rebalance", budget));
    }

    private static PlacementStrategy strategy(String type, String field) {
        return PlacementStrategy.builder().type(type).field(field).build();
    }

    private Map<WorkerId, Integer> counts() {
        var counts = new TreeMap<WorkerId, Integer>();
        lab.state().workers().forEach((id, _) -> counts.put(id, 0));
        crew.wanted().forEach(task -> counts.merge(task.worker(), 1, Integer::sum));
        return counts;
    }

    /** Time goes on; returns when tasks were started. */
    private List<Long> live(Duration duration) {
        var starts = new ArrayList<Long>();
        Set<TaskId> known = new HashSet<>();
        crew.wanted().forEach(task -> known.add(task.id()));
        for (long end = lab.time.nowMillis() + duration.toMillis(); lab.time.nowMillis() < end; ) {
            crew.reconcile();
            crew.obey();
            crew.wanted().stream()
                    .filter(task -> known.add(task.id()))
                    .forEach(_ -> starts.add(lab.time.nowMillis()));
            lab.pass(Duration.ofSeconds(5));
            Audit.check(lab.state());
        }
        return starts;
    }

    @Test
    void tasksMoveToNewMachinesWithinTheBudget() {
        lab.worker(8192, 8192, Map.of());
        create(6, 200, "2/10m");
        live(Duration.ofMinutes(5));
        crew.watchAnew();
        lab.worker(8192, 8192, Map.of());
        lab.worker(8192, 8192, Map.of());
        List<Long> starts = live(Duration.ofMinutes(40));
        assertThat(starts).hasSize(4);
        for (int i = 2; i < starts.size(); i++) {
            assertThat(starts.get(i) - starts.get(i - 2)).isGreaterThanOrEqualTo(600_000);
        }
        assertThat(counts().values()).containsOnly(2);
        assertThat(crew.fewestHealthy()).as("one starts before another stops").isEqualTo(6);
        assertThat(crew.mostAlive()).isEqualTo(7);
    }

    @Test
    void withoutRoomBeyondTheDesiredCountNothingMoves() {
        lab.worker(8192, 8192, Map.of());
        create(4, 100, "2/10m");
        live(Duration.ofMinutes(5));
        lab.worker(8192, 8192, Map.of());
        assertThat(live(Duration.ofMinutes(30))).isEmpty();
    }

    @Test
    void whatIsPackedIsLeftAlone() {
        lab.worker(8192, 8192, Map.of());
        create(4, 200, "2/10m", strategy("binpack", "cpu"));
        live(Duration.ofMinutes(5));
        lab.worker(8192, 8192, Map.of());
        assertThat(live(Duration.ofMinutes(30))).isEmpty();
    }

    @Test
    void protectedTasksStayAndNothingIsMovedToAndFroForThem() {
        WorkerId old = lab.worker(8192, 8192, Map.of());
        create(3, 200, "5/1m");
        live(Duration.ofMinutes(5));
        List<TaskId> busy = crew.wanted().stream().map(Task::id).toList();
        lab.apply(new Command.ProtectTasks(busy, Duration.ofHours(2).toMillis()));
        lab.worker(8192, 8192, Map.of());
        assertThat(live(Duration.ofMinutes(60))).isEmpty();
        assertThat(counts()).containsEntry(old, 3);
        lab.pass(Duration.ofHours(2));
        assertThat(live(Duration.ofMinutes(30))).hasSize(1);
    }

    /** From any state it comes to rest, evenly where strategies spread. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void itComesToAnEndFromAnyState(long seed) {
        lab = new Lab(seed);
        crew = new Crew(lab);
        boolean zones = lab.random.nextBoolean();
        boolean balanced = lab.random.nextBoolean();
        worker(zones);
        worker(zones);
        TaskDefinitionKey web = lab.definition("web", Lab.SMALL);
        lab.createService(
                web,
                2 + lab.random.nextInt(9),
                spec ->
                        spec.availabilityZoneRebalancing(balanced ? "ENABLED" : "DISABLED")
                                .placementStrategy(
                                        zones
                                                ? List.of()
                                                : List.of(strategy("spread", "instanceId"))),
                Lab.WEB,
                Map.of("gantry:rebalance", "3/1m"));
        live(Duration.ofMinutes(3));
        for (int i = 0; i < 4; i++) {
            worker(zones);
            if (lab.random.nextInt(3) == 0 && !crew.wanted().isEmpty()) {
                lab.apply(
                        new Command.StopTask(
                                crew.wanted().getFirst().id(), "UserInitiated", "enough"));
            }
            live(Duration.ofSeconds(lab.random.nextInt(200)));
        }
        live(Duration.ofMinutes(60));
        assertThat(live(Duration.ofMinutes(30))).as("at rest").isEmpty();
        if (!zones) {
            Map<WorkerId, Integer> counts = counts();
            int most = counts.values().stream().mapToInt(each -> each).max().orElse(0);
            int least = counts.values().stream().mapToInt(each -> each).min().orElse(0);
            assertThat(most - least).isLessThanOrEqualTo(1);
        }
    }

    private void worker(boolean zones) {
        lab.worker(
                8192,
                8192,
                zones ? Map.of(ZONE, "" + (char) ('a' + lab.random.nextInt(3))) : Map.of());
    }
}
