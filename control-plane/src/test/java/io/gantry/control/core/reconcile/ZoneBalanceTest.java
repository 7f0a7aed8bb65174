package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.model.Resources;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Footprint;
import io.gantry.control.core.state.Service.Event;
import io.gantry.control.core.state.Task;
import io.gantry.control.core.state.TaskDefinitionKey;
import io.gantry.control.core.state.Worker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ecs.model.AvailabilityZoneRebalancing;
import software.amazon.awssdk.services.ecs.model.CapacityProvider;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;
import software.amazon.awssdk.services.ecs.model.DeploymentConfiguration;
import software.amazon.awssdk.services.ecs.model.Service;

/** Services that keep their zones even. */
class ZoneBalanceTest {
    private final Lab lab = new Lab(9);
    private final Crew crew = new Crew(lab);
    private final TaskDefinitionKey web = lab.definition("web", Lab.SMALL);

    private WorkerId worker(String zone) {
        return worker(zone, Map.of());
    }

    private WorkerId worker(String zone, Map<String, String> more) {
        var attributes = new TreeMap<>(more);
        attributes.put("ecs.availability-zone", zone);
        return lab.worker(8192, 8192, attributes);
    }

    private static Service.Builder spec(int maximum) {
        return Service.builder()
                .availabilityZoneRebalancing(AvailabilityZoneRebalancing.ENABLED)
                .deploymentConfiguration(
                        DeploymentConfiguration.builder()
                                .maximumPercent(maximum)
                                .minimumHealthyPercent(100)
                                .build());
    }

    private String zone(Task task) {
        return lab.machine(task.worker()).attributes().getOrDefault("ecs.availability-zone", "");
    }

    private Map<String, Long> zones() {
        return crew.wanted().stream()
                .collect(Collectors.groupingBy(this::zone, TreeMap::new, Collectors.counting()));
    }

    private long imbalance() {
        Map<String, Long> zones = zones();
        return Math.abs(zones.getOrDefault("a", 0L) - zones.getOrDefault("b", 0L));
    }

    private List<String> events() {
        return lab.service().events().reversed().stream().map(Event::message).toList();
    }

    @ParameterizedTest
    @CsvSource({"6,200", "6,117", "5,150", "2,200", "9,200"})
    void aZoneThatReturnsGetsItsShareBackWithoutEverTooFewOrTooMany(int desired, int maximum) {
        worker("a");
        lab.createService(spec(maximum).build(), web, desired);
        crew.converge();
        assertThat(zones()).isEqualTo(Map.of("a", (long) desired));
        worker("b");
        crew.watchAnew();
        crew.converge();
        assertThat(imbalance()).isLessThanOrEqualTo(1);
        assertThat(crew.wanted()).hasSize(desired);
        assertThat(crew.fewestHealthy()).isGreaterThanOrEqualTo(desired);
        assertThat(crew.mostAlive()).isLessThanOrEqualTo(lab.service().maximum());
        assertThat(lab.service().deployments()).hasSize(1);
        assertThat(crew.said()).contains("has reached a steady state");
    }

    @Test
    void whatHappensIsToldInTheWordsOfEcs() {
        worker("a");
        lab.createService(spec(200).build(), web, 2);
        crew.converge();
        worker("b");
        crew.converge();
        List<String> said = events();
        assertThat(said)
                .anyMatch(
                        text ->
                                text.equals(
                                        "service (web) is not AZ balanced with 2 tasks in a, 0"
                                                + " tasks in b. AZ Rebalancing in progress."))
                .anyMatch(text -> text.startsWith("service (web) has started 1 tasks in b to AZ"))
                .anyMatch(text -> text.startsWith("service (web) has stopped 1 running tasks in a"))
                .anyMatch(
                        text ->
                                text.equals(
                                        "service (web) is AZ balanced with 1 tasks in a, 1 tasks"
                                                + " in b."));
    }

    @Test
    void threeZonesComeWithinOneTask() {
        worker("a");
        lab.createService(spec(200).build(), web, 10);
        crew.converge();
        worker("b");
        worker("c");
        crew.converge();
        assertThat(zones().values()).allMatch(count -> count == 3 || count == 4);
    }

    @Test
    void aZoneThatIsLostAndComesBackIsUsedAgain() {
        worker("a");
        WorkerId gone = worker("b");
        lab.createService(spec(200).build(), web, 4);
        crew.converge();
        assertThat(zones()).isEqualTo(Map.of("a", 2L, "b", 2L));
        lab.apply(new Command.DeregisterWorker(gone, true));
        crew.converge();
        assertThat(zones()).isEqualTo(Map.of("a", 4L));
        worker("b");
        crew.converge();
        assertThat(zones()).isEqualTo(Map.of("a", 2L, "b", 2L));
    }

    @Test
    void drainingAndComingBackIsBalancedToo() {
        worker("a");
        WorkerId b = worker("b");
        lab.createService(spec(200).build(), web, 4);
        crew.converge();
        lab.apply(new Command.SetWorkerStatus(List.of(b), Worker.Status.DRAINING));
        crew.converge();
        assertThat(zones()).isEqualTo(Map.of("a", 4L));
        lab.apply(new Command.SetWorkerStatus(List.of(b), Worker.Status.ACTIVE));
        lab.pass(Duration.ofSeconds(30));
        crew.converge();
        assertThat(zones()).isEqualTo(Map.of("a", 2L, "b", 2L));
    }

    @Test
    void withoutAskingNothingMoves() {
        worker("a");
        lab.createService(web, 4, 100, 200);
        crew.converge();
        worker("b");
        crew.converge();
        assertThat(zones()).isEqualTo(Map.of("a", 4L));
    }

    @Test
    void protectedTasksStayAndTheOthersBalanceWhatTheyCan() {
        worker("a");
        lab.createService(spec(200).build(), web, 4);
        crew.converge();
        List<Task> all = crew.wanted();
        lab.apply(
                new Command.ProtectTasks(all.stream().map(Task::id).limit(2).toList(), 7_200_000));
        worker("b");
        crew.converge();
        assertThat(crew.wanted()).contains(lab.task(all.getFirst().id()));
        assertThat(zones()).isEqualTo(Map.of("a", 2L, "b", 2L));
    }

    @Test
    void aZoneWithoutRoomIsComplainedOfOnce() {
        worker("a");
        var big = new Footprint(new Resources(1024, 128), List.of(), List.of());
        lab.createService(spec(200).build(), lab.definition("big", big), 4);
        crew.converge();
        lab.worker(512, 8192, Map.of("ecs.availability-zone", "b"));
        crew.converge();
        assertThat(zones()).isEqualTo(Map.of("a", 4L));
        assertThat(events()).filteredOn(text -> text.contains("unable to place")).hasSize(1);
    }

    @Test
    void scalingInDuringBalanceEndsEven() {
        worker("a");
        lab.createService(spec(200).build(), web, 6);
        crew.converge();
        worker("b");
        lab.pass(Duration.ofSeconds(10));
        crew.reconcile();
        crew.obey();
        lab.updateService(web, 3, false);
        crew.converge();
        assertThat(crew.wanted()).hasSize(3);
        assertThat(imbalance()).isLessThanOrEqualTo(1);
    }

    @Test
    void tasksOfEachProviderAreBalancedByThemselves() {
        for (String name : List.of("p", "q")) {
            lab.apply(
                    new Command.CreateCapacityProvider(
                            CapacityProvider.builder().name(name).build()));
        }
        lab.apply(new Command.SetClusterCapacity(Lab.CLUSTER, List.of("p", "q"), List.of()));
        worker("a", Map.of("gantry.capacity-provider", "p"));
        worker("b", Map.of("gantry.capacity-provider", "q"));
        lab.createService(
                spec(200)
                        .capacityProviderStrategy(
                                CapacityProviderStrategyItem.builder()
                                        .capacityProvider("p")
                                        .weight(1)
                                        .build(),
                                CapacityProviderStrategyItem.builder()
                                        .capacityProvider("q")
                                        .weight(4)
                                        .build())
                        .build(),
                web,
                5);
        crew.converge();
        assertThat(zones()).as("nowhere else to go").isEqualTo(Map.of("a", 1L, "b", 4L));
        worker("a", Map.of("gantry.capacity-provider", "q"));
        crew.converge();
        assertThat(zones()).isEqualTo(Map.of("a", 3L, "b", 2L));
    }
}
