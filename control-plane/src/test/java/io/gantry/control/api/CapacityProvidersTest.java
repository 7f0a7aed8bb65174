package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ServiceKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.CapacityProvider;
import software.amazon.awssdk.services.ecs.model.CapacityProviderField;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;
import software.amazon.awssdk.services.ecs.model.CapacityProviderUpdateStatus;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.Cluster;
import software.amazon.awssdk.services.ecs.model.ClusterField;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.ManagedScalingStatus;
import software.amazon.awssdk.services.ecs.model.ResourceInUseException;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.Task;

@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class CapacityProvidersTest {
    private static final Tag TAG = Tag.builder().key("team").value("a").build();
    private static final String GROUP =
            "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:x:autoScalingGroupName/g";

    private final Office office = new Office();
    private final EcsClient ecs = office.ecs;

    private static CapacityProviderStrategyItem item(String provider, int base, int weight) {
        return CapacityProviderStrategyItem.builder()
                .capacityProvider(provider)
                .base(base)
                .weight(weight)
                .build();
    }

    private void pool(String... names) {
        for (String name : names) {
            ecs.createCapacityProvider(r -> r.name(name));
        }
    }

    private Cluster put(List<String> providers, CapacityProviderStrategyItem... strategy) {
        return ecs.putClusterCapacityProviders(
                        r ->
                                r.cluster("demo")
                                        .capacityProviders(providers)
                                        .defaultCapacityProviderStrategy(strategy))
                .cluster();
    }

    @Test
    void aProviderIsCreatedWithWhatEcsFillsIn() {
        CapacityProvider made =
                ecs.createCapacityProvider(
                                r ->
                                        r.name("pool")
                                                .autoScalingGroupProvider(
                                                        g ->
                                                                g.autoScalingGroupArn(GROUP)
                                                                        .managedScaling(
                                                                                s ->
                                                                                        s
                                                                                                .targetCapacity(
                                                                                                        80)))
                                                .tags(TAG))
                        .capacityProvider();
        assertThat(made.capacityProviderArn()).isEqualTo(Office.ARN + "capacity-provider/pool");
        assertThat(made.statusAsString()).isEqualTo("ACTIVE");
        assertThat(made.typeAsString()).isEqualTo("EC2_AUTOSCALING");
        assertThat(made.tags()).containsExactly(TAG);
        var group = made.autoScalingGroupProvider();
        assertThat(group.autoScalingGroupArn()).isEqualTo(GROUP);
        assertThat(group.managedScaling().status()).isEqualTo(ManagedScalingStatus.DISABLED);
        assertThat(group.managedScaling().targetCapacity()).isEqualTo(80);
        assertThat(group.managedScaling().maximumScalingStepSize()).isEqualTo(10_000);
        assertThat(ecs.listTagsForResource(r -> r.resourceArn(made.capacityProviderArn())).tags())
                .containsExactly(TAG);
    }

    @Test
    void whatWouldStartOrEndMachinesIsRefusedByName() {
        assertThatThrownBy(
                        () ->
                                ecs.createCapacityProvider(
                                        r ->
                                                r.name("p")
                                                        .autoScalingGroupProvider(
                                                                g ->
                                                                        g.autoScalingGroupArn(GROUP)
                                                                                .managedScaling(
                                                                                        s ->
                                                                                                s
                                                                                                        .status(
                                                                                                                "ENABLED")))))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("managedScaling.status' with value 'ENABLED'");
        assertThatThrownBy(() -> ecs.createCapacityProvider(r -> r.name("p").cluster("demo")))
                .hasMessageContaining("'cluster' is not supported");
    }

    @Test
    void namesAreThoseThatEcsAllows() {
        for (String name : List.of("aws-pool", "ecs1", "FargateX", "a b", "x".repeat(256))) {
            assertThatThrownBy(() -> pool(name))
                    .isInstanceOf(ClientException.class)
                    .hasMessageContaining("capacity provider name is invalid");
        }
        pool("pool");
        assertThatThrownBy(() -> pool("pool"))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("already exists");
    }

    @Test
    void anUpdateChangesWhatItNames() {
        ecs.createCapacityProvider(
                r -> r.name("pool").autoScalingGroupProvider(g -> g.autoScalingGroupArn(GROUP)));
        CapacityProvider changed =
                ecs.updateCapacityProvider(
                                r ->
                                        r.name("pool")
                                                .autoScalingGroupProvider(
                                                        g ->
                                                                g.managedScaling(
                                                                        s ->
                                                                                s
                                                                                        .instanceWarmupPeriod(
                                                                                                60))))
                        .capacityProvider();
        assertThat(changed.updateStatus()).isEqualTo(CapacityProviderUpdateStatus.UPDATE_COMPLETE);
        var group = changed.autoScalingGroupProvider();
        assertThat(group.managedScaling().instanceWarmupPeriod()).isEqualTo(60);
        assertThat(group.managedScaling().targetCapacity()).isEqualTo(100);
        assertThat(group.autoScalingGroupArn()).isEqualTo(GROUP);
        assertThatThrownBy(
                        () ->
                                ecs.updateCapacityProvider(
                                        r -> r.name("ghost").autoScalingGroupProvider(g -> {})))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("does not exist");
    }

    @Test
    void describingShowsFargateTooAndInPages() {
        pool(IntStream.range(0, 12).mapToObj(i -> "pool-" + (10 + i)).toArray(String[]::new));
        var first = ecs.describeCapacityProviders(r -> {});
        assertThat(first.capacityProviders()).hasSize(10);
        assertThat(first.capacityProviders().getFirst().name()).isEqualTo("FARGATE");
        assertThat(first.capacityProviders().getFirst().typeAsString()).isEqualTo("FARGATE");
        var second = ecs.describeCapacityProviders(r -> r.nextToken(first.nextToken()));
        assertThat(second.capacityProviders()).hasSize(4);
        assertThat(second.nextToken()).isNull();
        assertThatThrownBy(() -> ecs.describeCapacityProviders(r -> r.maxResults(11)))
                .isInstanceOf(InvalidParameterException.class);
        var some =
                ecs.describeCapacityProviders(
                        r ->
                                r.capacityProviders(
                                                "FARGATE_SPOT",
                                                Office.ARN + "capacity-provider/pool-10",
                                                "ghost")
                                        .include(CapacityProviderField.TAGS));
        assertThat(some.capacityProviders())
                .extracting(CapacityProvider::name)
                .containsExactly("FARGATE_SPOT", "pool-10");
        assertThat(some.failures().getFirst().reason()).isEqualTo("MISSING");
        assertThat(some.failures().getFirst().arn())
                .isEqualTo(Office.ARN + "capacity-provider/ghost");
    }

    @Test
    void aProviderIsDeletedOnceNoClusterHasIt() {
        office.withCluster("demo");
        pool("pool");
        put(List.of("pool"));
        assertThat(ecs.describeCapacityProviders(r -> r.cluster("demo")).capacityProviders())
                .extracting(CapacityProvider::name)
                .containsExactly("pool");
        assertThatThrownBy(() -> ecs.deleteCapacityProvider(r -> r.capacityProvider("pool")))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("associated with cluster");
        put(List.of());
        CapacityProvider deleted =
                ecs.deleteCapacityProvider(
                                r -> r.capacityProvider(Office.ARN + "capacity-provider/pool"))
                        .capacityProvider();
        assertThat(deleted.statusAsString()).isEqualTo("INACTIVE");
        assertThat(deleted.updateStatus()).isEqualTo(CapacityProviderUpdateStatus.DELETE_COMPLETE);
        assertThat(ecs.describeCapacityProviders(r -> {}).capacityProviders()).hasSize(2);
        assertThat(
                        ecs.describeCapacityProviders(r -> r.capacityProviders("pool"))
                                .capacityProviders())
                .hasSize(1);
        office.time.advance(Duration.ofHours(2));
        office.submit(new Command.Tick());
        assertThat(ecs.describeCapacityProviders(r -> r.capacityProviders("pool")).failures())
                .hasSize(1);
        assertThatThrownBy(() -> ecs.deleteCapacityProvider(r -> r.capacityProvider("FARGATE")))
                .hasMessageContaining("reserved");
    }

    @Test
    void aClusterHasProvidersAndADefaultStrategy() {
        pool("pool");
        Cluster made =
                ecs.createCluster(
                                r ->
                                        r.clusterName("demo")
                                                .capacityProviders("FARGATE", "pool")
                                                .defaultCapacityProviderStrategy(
                                                        item("FARGATE", 1, 1)))
                        .cluster();
        assertThat(made.capacityProviders()).containsExactly("FARGATE", "pool");
        assertThat(made.defaultCapacityProviderStrategy()).containsExactly(item("FARGATE", 1, 1));
        assertThat(put(List.of("pool")).defaultCapacityProviderStrategy()).isEmpty();
        Cluster described =
                ecs.describeClusters(r -> r.clusters("demo").include(ClusterField.ATTACHMENTS))
                        .clusters()
                        .getFirst();
        assertThat(described.capacityProviders()).containsExactly("pool");
        assertThat(described.attachmentsStatus()).isEqualTo("UPDATE_COMPLETE");
    }

    private void refused(String part, CapacityProviderStrategyItem... strategy) {
        assertThatThrownBy(() -> put(List.of("FARGATE", "pool"), strategy))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining(part);
    }

    @Test
    void strategiesThatCannotWorkAreRefused() {
        office.withCluster("demo");
        pool("pool", "other");
        refused("weight greater than zero", item("pool", 5, 0));
        refused(
                "only one capacity provider with a base",
                item("pool", 1, 1),
                item("FARGATE", 1, 1));
        refused("cannot contain a mix", item("pool", 0, 1), item("FARGATE", 0, 1));
        refused("duplicate", item("pool", 0, 1), item("pool", 0, 1));
        refused("not associated with the cluster", item("other", 0, 1));
        assertThatThrownBy(() -> put(List.of("ghost"))).hasMessageContaining("was not found");
        assertThatThrownBy(() -> put(List.of("pool", "pool"))).hasMessageContaining("duplicate");
    }

    private Map<String, Long> shares(List<Task> tasks) {
        return tasks.stream()
                .collect(Collectors.groupingBy(Task::capacityProviderName, Collectors.counting()));
    }

    @Test
    void tasksOfOneRequestAreSharedByWeight() {
        office.withCluster("demo");
        pool("one", "four");
        put(List.of("one", "four"));
        office.worker("demo", "gantry.capacity-provider=one");
        String worker = office.worker("demo", "gantry.capacity-provider=four");
        office.definition("web");
        var answer =
                ecs.runTask(
                        r ->
                                r.cluster("demo")
                                        .taskDefinition("web")
                                        .count(5)
                                        .capacityProviderStrategy(
                                                item("one", 0, 1), item("four", 0, 4)));
        assertThat(answer.failures()).isEmpty();
        assertThat(shares(answer.tasks())).isEqualTo(Map.of("one", 1L, "four", 4L));
        assertThat(answer.tasks()).allMatch(task -> task.launchTypeAsString().equals("EC2"));
        assertThat(
                        ecs.describeContainerInstances(
                                        r -> r.cluster("demo").containerInstances(worker))
                                .containerInstances()
                                .getFirst()
                                .capacityProviderName())
                .isEqualTo("four");
        assertThatThrownBy(() -> put(List.of("one"))).isInstanceOf(ResourceInUseException.class);
    }

    @Test
    void theClustersStrategyCountsForWhatNamesNone() {
        office.withCluster("demo");
        pool("pool");
        put(List.of("pool"), item("pool", 0, 1));
        office.worker("demo", "gantry.capacity-provider=pool");
        office.definition("web");
        Task task = ecs.runTask(r -> r.cluster("demo").taskDefinition("web")).tasks().getFirst();
        assertThat(task.capacityProviderName()).isEqualTo("pool");
        Task plain =
                ecs.runTask(r -> r.cluster("demo").taskDefinition("web").launchType("EC2"))
                        .tasks()
                        .getFirst();
        assertThat(plain.capacityProviderName()).isNull();
        Service service =
                ecs.createService(
                                r ->
                                        r.cluster("demo")
                                                .serviceName("s")
                                                .taskDefinition("web")
                                                .desiredCount(1))
                        .service();
        assertThat(service.launchType()).isNull();
        assertThat(service.capacityProviderStrategy()).containsExactly(item("pool", 0, 1));
        assertThat(service.deployments().getFirst().capacityProviderStrategy()).hasSize(1);
        assertThat(service.deployments().getFirst().launchType()).isNull();
        office.reconcile(new ServiceKey("demo", "s"));
        assertThat(
                        ecs.describeTasks(
                                        r ->
                                                r.cluster("demo")
                                                        .tasks(
                                                                ecs.listTasks(
                                                                                l ->
                                                                                        l.cluster(
                                                                                                        "demo")
                                                                                                .serviceName(
                                                                                                        "s"))
                                                                        .taskArns()))
                                .tasks())
                .extracting(Task::capacityProviderName)
                .containsExactly("pool");
    }

    @Test
    void aServiceChangesItsStrategyWithoutDeploymentAndGoesBackToALaunchType() {
        office.withCluster("demo");
        pool("pool", "other");
        put(List.of("pool", "other"));
        office.definition("web");
        ecs.createService(
                r -> r.cluster("demo").serviceName("s").taskDefinition("web").desiredCount(1));
        Service changed =
                ecs.updateService(
                                r ->
                                        r.cluster("demo")
                                                .service("s")
                                                .capacityProviderStrategy(item("other", 0, 1)))
                        .service();
        assertThat(changed.launchType()).isNull();
        assertThat(changed.capacityProviderStrategy()).containsExactly(item("other", 0, 1));
        assertThat(changed.deployments()).hasSize(1);
        Service back =
                ecs.updateService(
                                r ->
                                        r.cluster("demo")
                                                .service("s")
                                                .capacityProviderStrategy(List.of()))
                        .service();
        assertThat(back.launchTypeAsString()).isEqualTo("EC2");
        assertThat(back.hasCapacityProviderStrategy()).isFalse();
        assertThatThrownBy(
                        () ->
                                ecs.updateService(
                                        r ->
                                                r.cluster("demo")
                                                        .service("s")
                                                        .capacityProviderStrategy(
                                                                item("ghost", 0, 1))))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("not associated");
    }

    @Test
    void aProviderWithoutMachinesIsTold() {
        office.withCluster("demo");
        pool("pool", "empty");
        put(List.of("pool", "empty"));
        office.definition("web");
        assertThatThrownBy(
                        () ->
                                ecs.runTask(
                                        r ->
                                                r.cluster("demo")
                                                        .taskDefinition("web")
                                                        .capacityProviderStrategy(
                                                                item("empty", 0, 1))))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("found in your capacity provider");
        office.worker("demo", "gantry.capacity-provider=pool");
        var answer =
                ecs.runTask(
                        r ->
                                r.cluster("demo")
                                        .taskDefinition("web")
                                        .count(2)
                                        .capacityProviderStrategy(
                                                item("empty", 0, 1), item("pool", 0, 1)));
        assertThat(shares(answer.tasks())).isEqualTo(Map.of("pool", 1L));
        assertThat(answer.failures().getFirst().reason()).isEqualTo("EMPTY CAPACITY PROVIDER");
    }
}
