package io.gantry.control.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.check.Check;
import io.gantry.common.model.WorkerId;
import io.gantry.control.core.Lab;
import io.gantry.control.core.capacity.Capacity;
import io.gantry.control.core.capacity.Split;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.CommitPlan;
import io.gantry.control.core.command.Reply;
import io.gantry.control.core.state.TaskDefinitionKey;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ecs.model.CapacityProvider;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;
import software.amazon.awssdk.services.ecs.model.Service;

/** Services whose tasks are shared by capacity providers. */
class StrategyTest {
    private Lab lab = new Lab(1);
    private Crew crew = new Crew(lab);

    @BeforeEach
    void begin() {
        begin(1);
    }

    private void begin(long seed) {
        lab = new Lab(seed);
        crew = new Crew(lab);
        for (String name : List.of("a", "b", "c")) {
            lab.apply(
                    new Command.CreateCapacityProvider(
                            CapacityProvider.builder().name(name).build()));
        }
        lab.apply(new Command.SetClusterCapacity(Lab.CLUSTER, List.of("a", "b", "c"), List.of()));
    }

    private WorkerId worker(String provider, int cpuUnits) {
        return lab.worker(cpuUnits, 65_536, Map.of("gantry.capacity-provider", provider));
    }

    private static CapacityProviderStrategyItem item(String provider, int base, int weight) {
        return CapacityProviderStrategyItem.builder()
                .capacityProvider(provider)
                .base(base)
                .weight(weight)
                .build();
    }

    private static Service spec(CapacityProviderStrategyItem... items) {
        return Service.builder().capacityProviderStrategy(items).build();
    }

    private TaskDefinitionKey definition() {
        return lab.definition("web", Lab.SMALL);
    }

    private TaskDefinitionKey same() {
        return lab.service().primary().taskDefinition();
    }

    /** Tasks that should run, by provider. */
    private Map<String, Long> shares() {
        return crew.wanted().stream()
                .collect(
                        Collectors.groupingBy(
                                task -> String.valueOf(task.provision().provider()),
                                TreeMap::new,
                                Collectors.counting()));
    }

    @Test
    void oneToFourOverFive() {
        worker("a", 4096);
        worker("b", 4096);
        lab.createService(spec(item("a", 0, 1), item("b", 0, 4)), definition(), 5);
        crew.converge();
        assertThat(shares()).isEqualTo(Map.of("a", 1L, "b", 4L));
        assertThat(crew.wanted())
                .allMatch(
                        task ->
                                Objects.equals(
                                        task.provision().provider(),
                                        Capacity.providerOf(lab.machine(task.worker()))));
    }

    @Test
    void scalingOutAndInKeepsBaseAndRatio() {
        worker("a", 16_384);
        worker("b", 16_384);
        lab.createService(spec(item("a", 2, 1), item("b", 0, 3)), definition(), 2);
        crew.converge();
        assertThat(shares()).isEqualTo(Map.of("a", 2L));
        lab.updateService(same(), 10, false);
        crew.converge();
        assertThat(shares()).isEqualTo(Map.of("a", 4L, "b", 6L));
        lab.updateService(same(), 6, false);
        crew.converge();
        assertThat(shares()).isEqualTo(Map.of("a", 3L, "b", 3L));
        lab.updateService(same(), 1, false);
        crew.converge();
        assertThat(shares()).isEqualTo(Map.of("a", 1L));
    }

    @Test
    void aNewDeploymentHasTheRatioByItself() {
        worker("a", 16_384);
        worker("b", 16_384);
        lab.createService(spec(item("a", 1, 0), item("b", 0, 1)), definition(), 4);
        crew.converge();
        lab.updateService(definition(), 4, true);
        crew.converge();
        assertThat(shares()).isEqualTo(Map.of("a", 1L, "b", 3L));
    }

    @Test
    void whatFindsNoRoomWaitsForItsProvider() {
        worker("a", 256);
        worker("b", 4096);
        lab.createService(spec(item("a", 0, 1), item("b", 0, 1)), definition(), 6);
        crew.converge();
        assertThat(shares()).isEqualTo(Map.of("a", 1L, "b", 3L));
        assertThat(crew.said()).contains("insufficient CPU");
        worker("a", 4096);
        crew.converge();
        assertThat(shares()).isEqualTo(Map.of("a", 3L, "b", 3L));
    }

    @Test
    void aProviderWithoutMachinesIsNamedInTheEvents() {
        worker("b", 4096);
        lab.createService(spec(item("a", 0, 1), item("b", 0, 1)), definition(), 2);
        crew.converge();
        assertThat(crew.said())
                .contains("No Container Instances were found in your capacity provider.");
    }

    @Test
    void anotherStrategyCountsForNewTasksOnly() {
        worker("a", 4096);
        worker("b", 4096);
        lab.createService(spec(item("a", 0, 1)), definition(), 3);
        crew.converge();
        var service = lab.service();
        lab.apply(
                new Command.UpdateService(
                        Lab.WEB, service.version(), spec(item("b", 0, 1)), 3, same(), 0));
        crew.converge();
        assertThat(shares()).isEqualTo(Map.of("a", 3L));
        lab.updateService(same(), 5, false);
        crew.converge();
        assertThat(shares()).isEqualTo(Map.of("a", 3L, "b", 2L));
        lab.updateService(same(), 2, false);
        crew.converge();
        assertThat(shares()).isEqualTo(Map.of("b", 2L));
    }

    @Test
    void apartFromItsShareNobodyGetsATask() {
        worker("a", 4096);
        worker("b", 4096);
        lab.createService(spec(item("a", 0, 1), item("b", 0, 1)), definition(), 2);
        CommitPlan plan =
                Check.present(
                        Reconciler.next(lab.state(), lab.service(), lab.ids, lab.random), "plan");
        var first = plan.starts().getFirst();
        var forged =
                new CommitPlan(
                        plan.service(),
                        plan.basedOn(),
                        plan.launch(),
                        List.of(
                                first,
                                new Command.Start(
                                        lab.ids.task(),
                                        first.worker(),
                                        first.containers(),
                                        first.provision())),
                        List.of(),
                        null);
        Reply reply = lab.apply(forged);
        assertThat(((Reply.Started) reply).started()).containsExactly(first.task());
    }

    @Test
    void providersInUseStayWithTheCluster() {
        worker("a", 4096);
        lab.createService(spec(item("a", 0, 1)), definition(), 1);
        Reply reply =
                lab.apply(new Command.SetClusterCapacity(Lab.CLUSTER, List.of("b"), List.of()));
        assertThat(reply).isInstanceOf(Reply.Refused.class);
        assertThat(((Reply.Refused) reply).cause()).isEqualTo(Reply.Cause.RESOURCE_IN_USE);
        assertThat(lab.apply(new Command.SetClusterCapacity(Lab.CLUSTER, List.of("a"), List.of())))
                .isInstanceOf(Reply.Done.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void howeverOftenItScalesTheSharesAreExact(long seed) {
        begin(seed);
        for (String name : List.of("a", "b", "c")) {
            worker(name, 65_536);
        }
        CapacityProviderStrategyItem[] items = {
            item("a", lab.random.nextInt(4), lab.random.nextInt(3)),
            item("b", 0, 1 + lab.random.nextInt(4)),
            item("c", 0, lab.random.nextInt(4))
        };
        lab.createService(spec(items), definition(), lab.random.nextInt(12));
        for (int i = 0; i < 8; i++) {
            crew.converge();
            int desired = lab.service().desiredCount();
            Map<String, Long> expected = new TreeMap<>();
            Split.beginning(List.of(items), List.of())
                    .next(desired)
                    .forEach((provider, tasks) -> expected.put(provider, (long) tasks));
            assertThat(shares()).as("of %d", desired).isEqualTo(expected);
            lab.updateService(
                    lab.random.nextInt(4) == 0 ? definition() : same(),
                    lab.random.nextInt(12),
                    lab.random.nextInt(4) == 0);
        }
    }
}
