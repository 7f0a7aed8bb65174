package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.core.state.ServiceKey;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.PlacementConstraint;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.Task;

@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class PlacementTest {
    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    @BeforeEach
    void register() {
        office.definition("web");
    }

    private static PlacementConstraint member(String expression) {
        return PlacementConstraint.builder().type("memberOf").expression(expression).build();
    }

    private RegisterTaskDefinitionRequest picky(String type, @Nullable String expression) {
        return RegisterTaskDefinitionRequest.builder()
                .family("picky")
                .placementConstraints(p -> p.type(type).expression(expression))
                .containerDefinitions(Office.container("main").build())
                .build();
    }

    @Test
    void listsAreFilteredAndPaged() {
        String a = office.worker("demo", "zone=a");
        String b = office.worker("demo", "zone=b");
        String c = office.worker("demo", "zone=c");
        assertThat(filtered("attribute:zone in [a, c]")).containsExactlyInAnyOrder(a, c);
        assertThat(filtered("attribute:zone != a and agentConnected == true"))
                .containsExactlyInAnyOrder(b, c);
        ecs.startTask(r -> r.cluster("demo").taskDefinition("web").containerInstances(b));
        assertThat(filtered("task:group == family:web")).containsExactly(b);
        var first =
                ecs.listContainerInstances(
                        r -> r.cluster("demo").filter("attribute:zone !~ '[ab]'").maxResults(1));
        assertThat(first.containerInstanceArns()).containsExactly(c);
        assertThat(first.nextToken()).isNull();
        assertThatThrownBy(() -> filtered("zone == a"))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("Invalid expression in 'filter': Expected a subject")
                .hasMessageContaining("position 1");
        var page = ecs.listContainerInstances(r -> r.cluster("demo").maxResults(1));
        assertThatThrownBy(
                        () ->
                                ecs.listContainerInstances(
                                        r ->
                                                r.cluster("demo")
                                                        .filter("attribute:zone exists")
                                                        .maxResults(1)
                                                        .nextToken(page.nextToken())))
                .isInstanceOf(InvalidParameterException.class);
    }

    private List<String> filtered(String filter) {
        return ecs.listContainerInstances(r -> r.cluster("demo").filter(filter))
                .containerInstanceArns();
    }

    @Test
    void aDefinitionsConstraintsAreCheckedAndDescribed() {
        var constraints =
                ecs.registerTaskDefinition(picky("memberOf", "attribute:disk == ssd"))
                        .taskDefinition()
                        .placementConstraints();
        assertThat(constraints).hasSize(1);
        assertThat(constraints.getFirst().expression()).isEqualTo("attribute:disk == ssd");
        assertThatThrownBy(() -> ecs.registerTaskDefinition(picky("memberOf", "disk == ssd")))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("Invalid expression");
        assertThatThrownBy(() -> ecs.registerTaskDefinition(picky("memberOf", "")))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("can not be blank");
        assertThatThrownBy(() -> ecs.registerTaskDefinition(picky("distinctInstance", null)))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("constraint.type 'distinctInstance' is not supported.");
    }

    @Test
    void constraintsOfDefinitionAndRequestTogetherAreAtMostTen() {
        ecs.registerTaskDefinition(picky("memberOf", "attribute:disk == ssd"));
        office.worker("demo", "disk=ssd");
        var ten = Collections.nCopies(10, member("agentConnected == true"));
        assertThatThrownBy(
                        () ->
                                ecs.runTask(
                                        r ->
                                                r.cluster("demo")
                                                        .taskDefinition("picky")
                                                        .placementConstraints(ten)))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("at most 10");
        assertThat(
                        ecs.runTask(
                                        r ->
                                                r.cluster("demo")
                                                        .taskDefinition("picky")
                                                        .placementConstraints(ten.subList(0, 9)))
                                .tasks())
                .hasSize(1);
    }

    @Test
    void aServiceKeepsToItsConstraintsAndSaysWhyItCannotStart() {
        String ssd = office.worker("demo", "disk=ssd");
        String hdd = office.worker("demo", "disk=hdd");
        ecs.createService(
                r ->
                        r.cluster("demo")
                                .serviceName("db")
                                .taskDefinition("web")
                                .desiredCount(4)
                                .placementConstraints(
                                        member("attribute:disk == ssd"),
                                        PlacementConstraint.builder()
                                                .type("distinctInstance")
                                                .build()));
        office.reconcile(new ServiceKey("demo", "db"));
        var arns = ecs.listTasks(r -> r.cluster("demo").serviceName("db")).taskArns();
        assertThat(ecs.describeTasks(r -> r.cluster("demo").tasks(arns)).tasks())
                .extracting(Task::containerInstanceArn)
                .containsExactly(ssd);
        String said =
                ecs.describeServices(r -> r.cluster("demo").services("db"))
                        .services()
                        .getFirst()
                        .events()
                        .getFirst()
                        .message();
        assertThat(said)
                .startsWith("(service db) was unable to place a task because no container instance")
                .contains("The closest matching (container-instance ")
                .doesNotContain(hdd.substring(hdd.lastIndexOf('/') + 1));
    }

    @Test
    void runTaskTellsForEachMachineWhyNot() {
        office.worker("demo", "disk=ssd");
        office.disconnect(office.worker("demo", "disk=ssd"));
        office.worker("demo", "disk=hdd");
        ecs.registerTaskDefinition(
                r ->
                        r.family("large")
                                .containerDefinitions(
                                        Office.container("main").memory(600).build()));
        var response =
                ecs.runTask(
                        r ->
                                r.cluster("demo")
                                        .taskDefinition("large")
                                        .count(2)
                                        .placementConstraints(member("attribute:disk == ssd")));
        assertThat(response.tasks()).hasSize(1);
        assertThat(response.failures())
                .extracting(Failure::reason)
                .containsExactlyInAnyOrder(
                        "RESOURCE:MEMORY", "AGENT", "MemberOf placement constraint unsatisfied.");
    }
}
