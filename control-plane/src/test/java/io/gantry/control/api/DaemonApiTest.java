package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.core.state.ServiceKey;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.AvailabilityZoneRebalancing;
import software.amazon.awssdk.services.ecs.model.CreateServiceRequest;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.PropagateTags;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.Task;
import software.amazon.awssdk.services.ecs.model.TaskField;

/** Daemons, balance of zones and tags of tasks, as clients see them. */
@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class DaemonApiTest {
    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    private Service create(Consumer<CreateServiceRequest.Builder> change) {
        office.definition("web");
        var request =
                CreateServiceRequest.builder()
                        .cluster("demo")
                        .serviceName("s")
                        .taskDefinition("web");
        change.accept(request);
        return ecs.createService(request.build()).service();
    }

    private Service daemon() {
        return create(r -> r.schedulingStrategy("DAEMON"));
    }

    private void refused(String part, Consumer<CreateServiceRequest.Builder> change) {
        assertThatThrownBy(() -> create(change))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining(part);
    }

    private List<Task> tasks() {
        office.reconcile(new ServiceKey("demo", "s"));
        List<String> arns = ecs.listTasks(r -> r.cluster("demo").serviceName("s")).taskArns();
        return ecs.describeTasks(r -> r.cluster("demo").tasks(arns).include(TaskField.TAGS))
                .tasks();
    }

    @Test
    void aDaemonHasEcsDefaultsAndCountsMachines() {
        office.worker("demo");
        office.worker("demo");
        Service service = daemon();
        assertThat(service.schedulingStrategyAsString()).isEqualTo("DAEMON");
        assertThat(service.desiredCount()).isEqualTo(2);
        assertThat(service.deploymentConfiguration().maximumPercent()).isEqualTo(100);
        assertThat(service.deploymentConfiguration().minimumHealthyPercent()).isZero();
        assertThat(service.availabilityZoneRebalancing())
                .isEqualTo(AvailabilityZoneRebalancing.DISABLED);
        assertThat(tasks())
                .extracting(Task::containerInstanceArn)
                .doesNotHaveDuplicates()
                .hasSize(2);
        assertThat(
                        ecs.listServices(r -> r.cluster("demo").schedulingStrategy("DAEMON"))
                                .serviceArns())
                .hasSize(1);
        assertThat(ecs.deleteService(r -> r.cluster("demo").service("s")).service().status())
                .isEqualTo("DRAINING");
    }

    @Test
    void whatDaemonsDoNotHaveIsRefused() {
        refused("desired count", r -> r.schedulingStrategy("DAEMON").desiredCount(1));
        refused(
                "placement strategies",
                r -> r.schedulingStrategy("DAEMON").placementStrategy(p -> p.type("random")));
        refused(
                "maximumPercent of 100",
                r ->
                        r.schedulingStrategy("DAEMON")
                                .deploymentConfiguration(d -> d.maximumPercent(200)));
        refused("FARGATE", r -> r.schedulingStrategy("DAEMON").launchType("FARGATE"));
        refused(
                "capacity provider strategy",
                r ->
                        r.schedulingStrategy("DAEMON")
                                .capacityProviderStrategy(i -> i.capacityProvider("p").weight(1)));
        daemon();
        assertThatThrownBy(
                        () ->
                                ecs.updateService(
                                        r -> r.cluster("demo").service("s").desiredCount(3)))
                .hasMessageContaining("desired count");
    }

    @Test
    void aNewServiceBalancesItsZonesIfItCan() {
        assertThat(create(r -> r.desiredCount(0)).availabilityZoneRebalancing())
                .isEqualTo(AvailabilityZoneRebalancing.ENABLED);
        assertThat(
                        create(
                                        r ->
                                                r.serviceName("pack")
                                                        .desiredCount(0)
                                                        .placementStrategy(
                                                                p ->
                                                                        p.type("binpack")
                                                                                .field("cpu")))
                                .availabilityZoneRebalancing())
                .isEqualTo(AvailabilityZoneRebalancing.DISABLED);
        refused(
                "Availability Zone Rebalancing does not support maximumPercent <= 100%",
                r ->
                        r.serviceName("x")
                                .desiredCount(0)
                                .availabilityZoneRebalancing("ENABLED")
                                .deploymentConfiguration(
                                        d -> d.maximumPercent(100).minimumHealthyPercent(0)));
        assertThatThrownBy(
                        () ->
                                ecs.updateService(
                                        r ->
                                                r.cluster("demo")
                                                        .service("s")
                                                        .deploymentConfiguration(
                                                                d ->
                                                                        d.maximumPercent(100)
                                                                                .minimumHealthyPercent(
                                                                                        0))))
                .hasMessageContaining("maximumPercent <= 100%");
        Service off =
                ecs.updateService(
                                r ->
                                        r.cluster("demo")
                                                .service("s")
                                                .availabilityZoneRebalancing("DISABLED"))
                        .service();
        assertThat(off.availabilityZoneRebalancing())
                .isEqualTo(AvailabilityZoneRebalancing.DISABLED);
    }

    @Test
    void tasksOfAServiceHaveItsTagsAndThoseOfEcs() {
        office.worker("demo");
        Tag team = Tag.builder().key("team").value("a").build();
        create(
                r ->
                        r.desiredCount(1)
                                .tags(team)
                                .propagateTags(PropagateTags.SERVICE)
                                .enableECSManagedTags(true));
        assertThat(tasks().getFirst().tags())
                .containsExactlyInAnyOrder(
                        team,
                        Tag.builder().key("aws:ecs:clusterName").value("demo").build(),
                        Tag.builder().key("aws:ecs:serviceName").value("s").build());
    }

    @Test
    void tasksWithoutServiceHaveTheTagsOfTheirDefinition() {
        office.worker("demo");
        Tag team = Tag.builder().key("team").value("a").build();
        ecs.registerTaskDefinition(
                r ->
                        r.family("web")
                                .tags(team)
                                .containerDefinitions(Office.container("main").build()));
        Task task =
                ecs.runTask(
                                r ->
                                        r.cluster("demo")
                                                .taskDefinition("web")
                                                .propagateTags(PropagateTags.TASK_DEFINITION)
                                                .enableECSManagedTags(true))
                        .tasks()
                        .getFirst();
        assertThat(task.tags())
                .containsExactlyInAnyOrder(
                        team, Tag.builder().key("aws:ecs:clusterName").value("demo").build());
    }
}
