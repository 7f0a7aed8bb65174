package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Service;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;

/** How tasks of a service lie while it grows and shrinks. */
class ScalingTest {
    private static final String ZONE = "ecs.availability-zone";

    private void scale(
            Lab lab, TaskDefinitionKey app, int desired, PlacementStrategy... strategies) {
        if (lab.state().services().get(Lab.WEB) == null) {
            lab.createService(app, 0, 100, 200);
        }
        Service service = lab.service();
        lab.apply(
                new Command.UpdateService(
                        Lab.WEB,
                        service.version(),
                        service.spec().toBuilder().placementStrategy(strategies).build(),
                        desired,
                        app,
                        0));
        new Crew(lab).converge();
        assertThat(new Crew(lab).wanted()).hasSize(desired);
    }

    private static Map<String, Long> zones(Lab lab) {
        return new Crew(lab)
                .wanted().stream()
                        .collect(
                                Collectors.groupingBy(
                                        task ->
                                                lab.machine(task.worker())
                                                        .attributes()
                                                        .getOrDefault(ZONE, "-"),
                                        TreeMap::new,
                                        Collectors.counting()));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void zonesStayWithinOneOfEachOtherWhereThereIsRoom(long seed) {
        var lab = new Lab(seed);
        TaskDefinitionKey app = lab.definition("app", Lab.SMALL);
        for (int i = 0; i < 7; i++) {
            lab.worker(1 << 16, 1 << 16, Map.of(ZONE, i < 4 ? "a" : i < 6 ? "b" : "c"));
        }
        for (int i = 0; i < 6; i++) {
            scale(lab, app, lab.random.nextInt(20));
            Map<String, Long> zones = zones(lab);
            long most = zones.values().stream().mapToLong(each -> each).max().orElse(0);
            long fewest =
                    zones.size() < 3
                            ? 0
                            : zones.values().stream().mapToLong(each -> each).min().orElse(0);
            assertThat(most - fewest).as("%s", zones).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void binpackEmptiesTheMachineThatHasMostFree() {
        var lab = new Lab(1);
        TaskDefinitionKey app = lab.definition("app", Lab.SMALL);
        WorkerId small = lab.worker(4096, 256, Map.of());
        WorkerId large = lab.worker(4096, 4096, Map.of());
        var binpack = PlacementStrategy.builder().type("binpack").field("memory").build();
        scale(lab, app, 4, binpack);
        assertThat(lab.state().aliveOn(small)).hasSize(2);
        scale(lab, app, 2, binpack);
        assertThat(lab.state().aliveOn(small)).hasSize(2);
        assertThat(lab.state().aliveOn(large)).isEmpty();
    }

    @Test
    void tasksWithoutAZoneGoFirst() {
        var lab = new Lab(1);
        TaskDefinitionKey app = lab.definition("app", Lab.SMALL);
        lab.worker(512, 4096, Map.of(ZONE, "a"));
        lab.worker(4096, 4096, Map.of());
        scale(lab, app, 4);
        assertThat(zones(lab)).isEqualTo(Map.of("a", 2L, "-", 2L));
        scale(lab, app, 2);
        assertThat(zones(lab)).isEqualTo(Map.of("a", 2L));
    }
}
