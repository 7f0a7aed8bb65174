package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.wire.HttpReply;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.Attribute;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.ClusterNotFoundException;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.ContainerInstanceField;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.Resource;
import software.amazon.awssdk.services.ecs.model.ServerException;
import software.amazon.awssdk.services.ecs.model.Tag;

@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class ContainerInstancesTest {
    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    private ContainerInstance describe(String arn) {
        return ecs.describeContainerInstances(
                        r ->
                                r.cluster("demo")
                                        .containerInstances(arn)
                                        .include(ContainerInstanceField.TAGS))
                .containerInstances()
                .getFirst();
    }

    @Test
    void registeringEchoesEveryAttribute() {
        var attributes =
                List.of(
                        Attribute.builder().name("ecs.os-type").value("linux").build(),
                        Attribute.builder().name("stack").value("blue").build(),
                        Attribute.builder().name("ecs.capability.container-ordering").build());
        var tag = Tag.builder().key("k").value("v").build();
        ContainerInstance instance =
                ecs.registerContainerInstance(
                                r ->
                                        r.cluster("demo")
                                                .attributes(attributes)
                                                .tags(tag)
                                                .totalResources(Office.resources()))
                        .containerInstance();
        assertThat(instance.attributes()).containsExactlyInAnyOrderElementsOf(attributes);
        assertThat(instance.status()).isEqualTo("ACTIVE");
        assertThat(instance.agentConnected()).isFalse();
        assertThat(instance.tags()).containsExactly(tag);
        assertThat(instance.ec2InstanceId()).isNull();
        assertThat(instance.registeredAt()).isEqualTo(office.time.now());
    }

    @Test
    void resourcesShowWhatIsLeft() {
        String arn = office.worker("demo");
        ecs.registerTaskDefinition(
                r ->
                        r.family("web")
                                .containerDefinitions(
                                        Office.container("main")
                                                .cpu(100)
                                                .portMappings(
                                                        p -> p.containerPort(80).hostPort(8080))
                                                .build()));
        ecs.runTask(r -> r.cluster("demo").taskDefinition("web"));
        ContainerInstance instance = describe(arn);
        assertThat(instance.registeredResources())
                .extracting(Resource::name)
                .containsExactly("CPU", "MEMORY", "PORTS", "PORTS_UDP");
        assertThat(instance.registeredResources().get(2).stringSetValue()).containsExactly("22");
        assertThat(instance.remainingResources().get(0).integerValue()).isEqualTo(924);
        assertThat(instance.remainingResources().get(1).integerValue()).isEqualTo(896);
        assertThat(instance.remainingResources().get(2).stringSetValue())
                .containsExactly("22", "8080");
        assertThat(instance.remainingResources().get(3).stringSetValue()).containsExactly("53");
        assertThat(instance.pendingTasksCount()).isEqualTo(1);
        assertThat(instance.agentConnected()).isTrue();
        assertThat(instance.versionInfo().agentVersion()).isEqualTo("1.2.3");
        assertThat(instance.versionInfo().dockerVersion()).isEqualTo("27.0");
    }

    @Test
    void registeringAgainKeepsTheInstanceAndItsUsersAttributes() {
        String arn = office.worker("demo", "stack=blue", "ecs.os-type=linux");
        ContainerInstance again =
                ecs.registerContainerInstance(
                                r ->
                                        r.cluster("demo")
                                                .containerInstanceArn(arn)
                                                .attributes(a -> a.name("ecs.os-family").value("L"))
                                                .totalResources(Office.resources()))
                        .containerInstance();
        assertThat(again.containerInstanceArn()).isEqualTo(arn);
        assertThat(again.attributes())
                .extracting(Attribute::name)
                .containsExactly("ecs.os-family", "stack");
        assertThat(ecs.listContainerInstances(r -> r.cluster("demo")).containerInstanceArns())
                .hasSize(1);
    }

    @Test
    void anAgentWhoseAnswerWasLostIsNotRegisteredTwice() {
        String json =
                """
                {"cluster": "demo", "clientToken": "boot-1", "attributes": [{"name": "a"}],
                 "totalResources": [
                   {"name": "CPU", "type": "INTEGER", "integerValue": 1},
                   {"name": "MEMORY", "type": "INTEGER", "integerValue": 1}]}
                """;
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        String first = text(office.send("RegisterContainerInstance", body));
        assertThat(text(office.send("RegisterContainerInstance", body))).isEqualTo(first);
        assertThat(ecs.listContainerInstances(r -> r.cluster("demo")).containerInstanceArns())
                .hasSize(1);
        byte[] next = json.replace("boot-1", "boot-2").getBytes(StandardCharsets.UTF_8);
        assertThat(text(office.send("RegisterContainerInstance", next))).isNotEqualTo(first);
    }

    private static String text(HttpReply reply) {
        return new String(reply.body(), StandardCharsets.UTF_8);
    }

    @Test
    void anInstanceThatIsGoneCannotRegisterAgain() {
        String arn = office.worker("demo");
        ecs.deregisterContainerInstance(r -> r.cluster("demo").containerInstance(arn));
        assertThatThrownBy(
                        () ->
                                ecs.registerContainerInstance(
                                        r ->
                                                r.cluster("demo")
                                                        .containerInstanceArn(arn)
                                                        .totalResources(Office.resources())))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("not registered");
    }

    @Test
    void agentsLearnWhatIsWrong() {
        assertThatThrownBy(
                        () ->
                                ecs.registerContainerInstance(
                                        r -> r.cluster("x").totalResources(Office.resources())))
                .isInstanceOf(ClusterNotFoundException.class);
        assertThatThrownBy(() -> ecs.registerContainerInstance(r -> r.cluster("demo")))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("CPU");
        assertThatThrownBy(
                        () ->
                                ecs.registerContainerInstance(
                                        r ->
                                                r.cluster("demo")
                                                        .totalResources(Office.resources())
                                                        .platformDevices(
                                                                p -> p.id("g").type("GPU"),
                                                                p -> p.id("g").type("GPU"))))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("'g' more than once");
        office.log.setAvailable(false);
        assertThatThrownBy(
                        () ->
                                ecs.registerContainerInstance(
                                        r -> r.cluster("demo").totalResources(Office.resources())))
                .isInstanceOf(ServerException.class);
    }

    @Test
    void aMachineWithTasksIsDeregisteredByForceOnly() {
        String arn = office.worker("demo");
        office.definition("web");
        String task =
                ecs.runTask(r -> r.cluster("demo").taskDefinition("web"))
                        .tasks()
                        .getFirst()
                        .taskArn();
        assertThatThrownBy(
                        () ->
                                ecs.deregisterContainerInstance(
                                        r -> r.cluster("demo").containerInstance(arn)))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("Found running tasks on the instance.");
        assertThat(
                        ecs.deregisterContainerInstance(
                                        r -> r.cluster("demo").containerInstance(arn).force(true))
                                .containerInstance()
                                .status())
                .isEqualTo("INACTIVE");
        var stopped = ecs.describeTasks(r -> r.cluster("demo").tasks(task)).tasks().getFirst();
        assertThat(stopped.lastStatus()).isEqualTo("STOPPED");
        assertThat(ecs.listContainerInstances(r -> r.cluster("demo")).containerInstanceArns())
                .isEmpty();
        assertThat(describe(arn).status()).isEqualTo("INACTIVE");
    }

    @Test
    void mistakesHaveTheWordsOfEcs() {
        assertThatThrownBy(() -> ecs.describeContainerInstances(r -> r.cluster("demo")))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("Container Instances cannot be empty.");
        String id = "0123456789abcdef0123456789abcdef";
        var failure =
                ecs.describeContainerInstances(r -> r.cluster("demo").containerInstances(id))
                        .failures()
                        .getFirst();
        assertThat(failure.arn()).isEqualTo(Office.ARN + "container-instance/demo/" + id);
        assertThat(failure.reason()).isEqualTo("MISSING");
        assertThatThrownBy(
                        () -> ecs.listContainerInstances(r -> r.cluster("demo").filter("x == y")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("'filter'");
        assertThatThrownBy(
                        () ->
                                ecs.deregisterContainerInstance(
                                        r -> r.cluster("demo").containerInstance(id)))
                .isInstanceOf(InvalidParameterException.class);
    }

    @Test
    void instancesAreListedInPagesAndByStatus() {
        IntStream.range(0, 5).forEach(_ -> office.worker("demo"));
        var all =
                ecs
                        .listContainerInstancesPaginator(r -> r.cluster("demo").maxResults(2))
                        .containerInstanceArns()
                        .stream()
                        .toList();
        assertThat(all).hasSize(5).doesNotHaveDuplicates();
        assertThat(
                        ecs.listContainerInstances(r -> r.cluster("demo").status("DRAINING"))
                                .containerInstanceArns())
                .isEmpty();
    }

    @Test
    void agentsAreToldWhereToConnect() {
        var answer = ecs.discoverPollEndpoint(r -> r.cluster("demo"));
        assertThat(answer.endpoint()).isEqualTo("http://node/acs/");
        assertThat(answer.telemetryEndpoint()).isEqualTo("http://node/tcs/");
    }
}
