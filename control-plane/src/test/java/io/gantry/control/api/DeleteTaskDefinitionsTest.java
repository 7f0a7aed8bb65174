package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ServiceKey;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskDefinitionStatus;

class DeleteTaskDefinitionsTest {
    private static final ServiceKey WEB = new ServiceKey("demo", "web");

    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    private void inactive(String... names) {
        for (String name : names) {
            ecs.deregisterTaskDefinition(r -> r.taskDefinition(name));
        }
    }

    private void delete(String name) {
        assertThat(ecs.deleteTaskDefinitions(r -> r.taskDefinitions(name)).failures()).isEmpty();
    }

    private void pass(Duration duration) {
        office.time.advance(duration);
        office.submit(new Command.Tick());
    }

    private List<String> listed(String status) {
        return ecs.listTaskDefinitions(r -> r.status(status)).taskDefinitionArns().stream()
                .map(arn -> arn.substring(arn.indexOf('/') + 1))
                .toList();
    }

    @Test
    void anInactiveRevisionGoesAndItsNumberIsNotGivenOutAgain() {
        office.definition("web");
        inactive("web:1");
        TaskDefinition going =
                ecs.deleteTaskDefinitions(r -> r.taskDefinitions("web:1"))
                        .taskDefinitions()
                        .getFirst();
        assertThat(going.status()).isEqualTo(TaskDefinitionStatus.DELETE_IN_PROGRESS);
        assertThat(going.deleteRequestedAt()).isNotNull();
        assertThat(going.deregisteredAt()).isNotNull();
        assertThat(
                        ecs.describeTaskDefinition(r -> r.taskDefinition("web:1"))
                                .taskDefinition()
                                .status())
                .isEqualTo(TaskDefinitionStatus.DELETE_IN_PROGRESS);
        assertThat(listed("DELETE_IN_PROGRESS")).containsExactly("web:1");
        assertThat(listed("INACTIVE")).isEmpty();
        assertThat(ecs.listTaskDefinitionFamilies().families()).containsExactly("web");
        pass(Duration.ofMinutes(2));
        assertThatThrownBy(() -> ecs.describeTaskDefinition(r -> r.taskDefinition("web:1")))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("Unable to describe task definition.");
        assertThat(ecs.listTaskDefinitionFamilies().families()).isEmpty();
        assertThat(ecs.listTaskDefinitionFamilies(r -> r.status("INACTIVE")).families()).isEmpty();
        assertThat(office.definition("web")).endsWith("web:2");
        assertThat(ecs.listTaskDefinitionFamilies().families()).containsExactly("web");
    }

    @Test
    void whatCannotBeDeletedIsAFailureOfItsOwn() {
        office.definition("web");
        office.definition("web");
        inactive("web:1");
        var reply =
                ecs.deleteTaskDefinitions(
                        r ->
                                r.taskDefinitions(
                                        Office.ARN + "task-definition/web:1", "web:2", "web:9"));
        assertThat(reply.taskDefinitions()).hasSize(1);
        assertThat(reply.failures())
                .extracting(Failure::arn)
                .containsExactly(
                        Office.ARN + "task-definition/web:2", Office.ARN + "task-definition/web:9");
        assertThat(reply.failures())
                .extracting(Failure::reason)
                .containsExactly(
                        "The specified task definition is still in ACTIVE status. Please deregister"
                                + " the target and try again.",
                        "The specified task definition does not exist. Specify a valid account,"
                                + " family, revision and try again.");
        assertThat(listed("ACTIVE")).containsExactly("web:2");
    }

    @Test
    void deletingTwiceIsFine() {
        office.definition("web");
        inactive("web:1");
        delete("web:1");
        var first = ecs.describeTaskDefinition(r -> r.taskDefinition("web:1")).taskDefinition();
        pass(Duration.ofSeconds(5));
        assertThat(
                        ecs.deleteTaskDefinitions(r -> r.taskDefinitions("web:1", "web:1"))
                                .taskDefinitions())
                .containsExactly(first);
    }

    @Test
    void mistakesHaveTheWordsOfEcs() {
        assertThatThrownBy(() -> ecs.deleteTaskDefinitions(r -> r.taskDefinitions(List.of())))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining(
                        "size of TaskDefinition references list must be greater than 0");
        assertThatThrownBy(
                        () ->
                                ecs.deleteTaskDefinitions(
                                        r -> r.taskDefinitions(Collections.nCopies(11, "web:1"))))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("Size of TaskDefinition references list cannot exceed 10");
        assertThatThrownBy(() -> ecs.deleteTaskDefinitions(r -> r.taskDefinitions("web")))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("Revision is missing.");
    }

    @Test
    void nothingNewIsMadeOfADeletedRevision() {
        office.worker("demo");
        office.definition("web");
        inactive("web:1");
        delete("web:1");
        assertThatThrownBy(() -> ecs.runTask(r -> r.cluster("demo").taskDefinition("web:1")))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("TaskDefinition is inactive");
        assertThatThrownBy(
                        () ->
                                ecs.createService(
                                        r ->
                                                r.cluster("demo")
                                                        .serviceName("web")
                                                        .taskDefinition("web:1")
                                                        .desiredCount(1)))
                .isInstanceOf(ClientException.class);
    }

    @Test
    void aRevisionStaysAsLongAsATaskRuns() {
        office.worker("demo");
        office.definition("web");
        String task =
                ecs.runTask(r -> r.cluster("demo").taskDefinition("web:1"))
                        .tasks()
                        .getFirst()
                        .taskArn();
        inactive("web:1");
        delete("web:1");
        pass(Duration.ofMinutes(30));
        assertThat(listed("DELETE_IN_PROGRESS")).containsExactly("web:1");
        ecs.stopTask(r -> r.cluster("demo").task(task));
        office.report(task, "STOPPED");
        pass(Duration.ofMinutes(2));
        assertThat(listed("DELETE_IN_PROGRESS")).isEmpty();
        assertThat(ecs.describeTasks(r -> r.cluster("demo").tasks(task)).tasks()).hasSize(1);
    }

    @Test
    void aServiceGoesOnAndScalesUntilItIsGone() {
        office.worker("demo");
        office.definition("web");
        ecs.createService(
                r -> r.cluster("demo").serviceName("web").taskDefinition("web:1").desiredCount(0));
        inactive("web:1");
        delete("web:1");
        pass(Duration.ofMinutes(5));
        ecs.updateService(r -> r.cluster("demo").service("web").desiredCount(2));
        office.reconcile(WEB);
        assertThat(ecs.listTasks(r -> r.cluster("demo")).taskArns()).hasSize(2);
        pass(Duration.ofMinutes(5));
        assertThat(listed("DELETE_IN_PROGRESS")).containsExactly("web:1");
        ecs.deleteService(r -> r.cluster("demo").service("web").force(true));
        office.reconcile(WEB);
        ecs.listTasks(r -> r.cluster("demo").desiredStatus("STOPPED"))
                .taskArns()
                .forEach(task -> office.report(task, "STOPPED"));
        pass(Duration.ofMinutes(2));
        assertThat(listed("DELETE_IN_PROGRESS")).isEmpty();
    }

    @Test
    void theRevisionThatAServiceMayGoBackToStays() {
        office.worker("demo");
        office.definition("web");
        office.definition("web");
        ecs.createService(
                r -> r.cluster("demo").serviceName("web").taskDefinition("web:1").desiredCount(1));
        settle();
        settle();
        ecs.updateService(r -> r.cluster("demo").service("web").taskDefinition("web:2"));
        inactive("web:1");
        delete("web:1");
        pass(Duration.ofMinutes(5));
        assertThat(listed("DELETE_IN_PROGRESS")).containsExactly("web:1");
        for (int round = 0; round < 5; round++) {
            settle();
        }
        pass(Duration.ofMinutes(2));
        assertThat(listed("DELETE_IN_PROGRESS")).isEmpty();
    }

    /** Lets agents do what the service wants, and gives tasks time to prove themselves. */
    private void settle() {
        pass(Duration.ofMinutes(1));
        office.reconcile(WEB);
        office.log
                .state()
                .tasksOf(WEB)
                .toList()
                .forEach(
                        task ->
                                office.report(
                                        Office.ARN + "task/demo/" + task.id(),
                                        task.wanted() ? "RUNNING" : "STOPPED"));
    }
}
