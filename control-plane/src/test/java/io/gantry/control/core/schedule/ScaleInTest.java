package io.gantry.control.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.PlacementStrategy;

class ScaleInTest {
    private final Lab lab = new Lab(5);
    private final TaskDefinitionKey app = lab.definition("app", Lab.SMALL);
    private final List<Task> tasks = new ArrayList<>();

    private WorkerId worker(int memoryMib, String zone) {
        return lab.worker(4096, memoryMib, Map.of("ecs.availability-zone", zone));
    }

    private TaskId run(WorkerId worker) {
        lab.time.advance(Duration.ofMillis(1));
        TaskId id = lab.started(lab.apply(lab.run(app, worker, null)));
        tasks.add(lab.task(id));
        return id;
    }

    private List<WorkerId> order(PlacementStrategy... strategies) {
        return ScaleIn.order(
                        lab.state(),
                        tasks,
                        tasks,
                        Comparator.comparingInt(task -> 0),
                        List.of(strategies),
                        List.of(),
                        lab.random)
                .stream()
                .map(Task::worker)
                .toList();
    }

    private static PlacementStrategy strategy(String type, @Nullable String field) {
        return PlacementStrategy.builder().type(type).field(field).build();
    }

    @Test
    void byDefaultTheZoneWithMostThenTheMachineWithMostGivesUpOne() {
        WorkerId a1 = worker(4096, "a");
        WorkerId a2 = worker(4096, "a");
        WorkerId b = worker(4096, "b");
        run(a1);
        run(a1);
        run(a1);
        run(a2);
        run(b);
        assertThat(order().subList(0, 2)).containsExactly(a1, a1);
        assertThat(order()).hasSize(5);
        assertThat(order().subList(3, 5)).contains(b);
    }

    @Test
    void theNewestOfAMachineGoesFirst() {
        WorkerId only = worker(4096, "a");
        TaskId old = run(only);
        TaskId young = run(only);
        assertThat(
                        ScaleIn.order(
                                lab.state(),
                                tasks,
                                tasks,
                                Comparator.comparingInt(task -> 0),
                                List.of(),
                                List.of(),
                                lab.random))
                .extracting(Task::id)
                .containsExactly(young, old);
    }

    @Test
    void binpackGivesUpWhereMostIsFree() {
        WorkerId full = worker(256, "a");
        WorkerId empty = worker(4096, "a");
        run(full);
        run(empty);
        run(full);
        assertThat(order(strategy("binpack", "memory"))).containsExactly(empty, full, full);
    }

    @Test
    void urgencyComesBeforeLayout() {
        WorkerId crowded = worker(4096, "a");
        WorkerId lonely = worker(4096, "b");
        run(crowded);
        run(crowded);
        TaskId urgent = run(lonely);
        assertThat(
                        ScaleIn.order(
                                        lab.state(),
                                        tasks,
                                        tasks,
                                        Comparator.comparing(task -> !task.id().equals(urgent)),
                                        List.of(),
                                        List.of(),
                                        lab.random)
                                .getFirst()
                                .id())
                .isEqualTo(urgent);
    }
}
