package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.model.CapacityProvider;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;

/** The tag {@code gantry:capacity-fallback}. */
class FallbackTest {
    private final Lab lab = new Lab(1);
    private final Crew crew = new Crew(lab);

    @BeforeEach
    void begin() {
        for (String name : List.of("a", "b", "c")) {
            lab.apply(
                    new Command.CreateCapacityProvider(
                            CapacityProvider.builder().name(name).build()));
        }
        lab.apply(new Command.SetClusterCapacity(Lab.CLUSTER, List.of("a", "b", "c"), List.of()));
    }

    private void worker(String provider, int tasks) {
        lab.worker(256 * tasks, 65_536, Map.of("gantry.capacity-provider", provider));
    }

    private void create(int desired, String fallback) {
        lab.createService(
                lab.definition("web", Lab.SMALL),
                desired,
                spec ->
                        spec.capacityProviderStrategy(
                                CapacityProviderStrategyItem.builder()
                                        .capacityProvider("a")
                                        .base(0)
                                        .weight(1)
                                        .build()),
                Lab.WEB,
                Map.of("gantry:capacity-fallback", fallback));
    }

    private Map<String, Long> shares() {
        return crew.wanted().stream()
                .collect(
                        Collectors.groupingBy(
                                task -> String.valueOf(task.provision().provider()),
                                TreeMap::new,
                                Collectors.counting()));
    }

    @Test
    void providersAreTriedInTheirOrderOneAfterTheOther() {
        worker("a", 2);
        worker("b", 9);
        worker("c", 1);
        create(5, "c+b");
        crew.converge();
        assertThat(shares()).isEqualTo(Map.of("a", 2L, "b", 2L, "c", 1L));
    }

    @Test
    void withRoomAtTheFirstOneNobodyGoesElsewhereAndOnScaleInTheOthersGoFirst() {
        worker("a", 2);
        worker("b", 9);
        create(4, "b");
        crew.converge();
        assertThat(shares()).isEqualTo(Map.of("a", 2L, "b", 2L));
        worker("a", 9);
        lab.updateService(lab.service().primary().taskDefinition(), 6, false);
        crew.converge();
        assertThat(shares()).isEqualTo(Map.of("a", 4L, "b", 2L));
        lab.updateService(lab.service().primary().taskDefinition(), 4, false);
        crew.converge();
        assertThat(shares()).isEqualTo(Map.of("a", 4L));
    }

    @Test
    void providersThatTheClusterHasNoLongerAreLeftOut() {
        worker("b", 9);
        lab.apply(new Command.SetClusterCapacity(Lab.CLUSTER, List.of("a"), List.of()));
        create(1, "b");
        crew.converge();
        assertThat(crew.wanted()).isEmpty();
        assertThat(crew.said()).contains("No Container Instances were found in your capacity");
    }
}
