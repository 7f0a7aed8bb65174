package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.ServiceKey;
import io.gantry.control.live.LiveStore.MachineHealth;
import io.gantry.control.live.LiveStore.PartHealth;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.ContainerInstanceField;
import software.amazon.awssdk.services.ecs.model.ContainerInstanceHealthStatus;
import software.amazon.awssdk.services.ecs.model.EcsException;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.InstanceHealthCheckResult;
import software.amazon.awssdk.services.ecs.model.InstanceHealthCheckState;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.UpdateContainerInstancesStateRequest;
import software.amazon.awssdk.services.ecs.model.UpdateContainerInstancesStateResponse;

class InstanceStateTest {
    private static final ServiceKey WEB = new ServiceKey("demo", "web");

    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    private UpdateContainerInstancesStateResponse update(String status, String... instances) {
        return ecs.updateContainerInstancesState(
                r -> r.cluster("demo").containerInstances(instances).status(status));
    }

    private void refused(
            Class<? extends EcsException> type,
            String part,
            Consumer<UpdateContainerInstancesStateRequest.Builder> change) {
        var request = UpdateContainerInstancesStateRequest.builder().cluster("demo");
        change.accept(request);
        assertThatThrownBy(() -> ecs.updateContainerInstancesState(request.build()))
                .isInstanceOf(type)
                .hasMessageContaining(part);
    }

    private ContainerInstance describe(String arn, ContainerInstanceField... include) {
        return ecs.describeContainerInstances(
                        r -> r.cluster("demo").containerInstances(arn).include(include))
                .containerInstances()
                .getFirst();
    }

    private List<String> listed(String status) {
        return ecs.listContainerInstances(r -> r.cluster("demo").status(status))
                .containerInstanceArns();
    }

    @Test
    void machinesAreDrainedAndTakenBack() {
        String one = office.worker("demo");
        String two = office.worker("demo");
        long version = describe(one).version();
        ContainerInstance drained = update("DRAINING", one).containerInstances().getFirst();
        assertThat(drained.containerInstanceArn()).isEqualTo(one);
        assertThat(drained.status()).isEqualTo("DRAINING");
        assertThat(drained.version()).isEqualTo(version + 1);
        assertThat(drained.agentConnected()).isTrue();
        assertThat(drained.agentUpdateStatus()).isNull();
        assertThat(listed("DRAINING")).containsExactly(one);
        assertThat(listed("ACTIVE")).containsExactly(two);
        assertThat(ecs.listContainerInstances(r -> r.cluster("demo")).containerInstanceArns())
                .containsExactlyInAnyOrder(one, two);
        assertThat(
                        ecs.describeClusters(r -> r.clusters("demo"))
                                .clusters()
                                .getFirst()
                                .registeredContainerInstancesCount())
                .isEqualTo(2);
        assertThat(update("ACTIVE", one).containerInstances().getFirst().status())
                .isEqualTo("ACTIVE");
        assertThat(listed("ACTIVE")).hasSize(2);
    }

    @Test
    void nothingIsPlacedOnADrainingMachineAndAnAgentThatRegistersAgainChangesNothing() {
        office.definition("web");
        String arn = office.worker("demo");
        update("DRAINING", arn);
        ecs.registerContainerInstance(
                r ->
                        r.cluster("demo")
                                .containerInstanceArn(arn)
                                .totalResources(Office.resources()));
        office.connect(arn);
        assertThat(describe(arn).status()).isEqualTo("DRAINING");
        assertThatThrownBy(() -> ecs.runTask(r -> r.cluster("demo").taskDefinition("web")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("No Container Instances were found in your cluster.");
        office.worker("demo");
        var response = ecs.runTask(r -> r.cluster("demo").taskDefinition("web"));
        assertThat(response.tasks().getFirst().containerInstanceArn()).isNotEqualTo(arn);
    }

    @Test
    void tasksOfServicesMoveAndTheMachineCanThenBeDeregistered() {
        office.definition("web");
        String old = office.worker("demo");
        ecs.createService(
                r -> r.cluster("demo").serviceName("web").taskDefinition("web").desiredCount(2));
        settle();
        assertThat(describe(old).runningTasksCount()).isEqualTo(2);
        String spare = office.worker("demo");
        update("DRAINING", old);
        settle();
        settle();
        assertThat(describe(old).runningTasksCount()).as("asked to stop").isZero();
        assertThat(describe(old).remainingResources().getFirst().integerValue()).isEqualTo(824);
        ecs.listTasks(r -> r.cluster("demo").desiredStatus("STOPPED").containerInstance(old))
                .taskArns()
                .forEach(task -> office.report(task, "STOPPED"));
        assertThat(describe(old).remainingResources().getFirst().integerValue()).isEqualTo(1024);
        assertThat(describe(spare).runningTasksCount()).isEqualTo(2);
        assertThat(
                        ecs.deregisterContainerInstance(
                                        r -> r.cluster("demo").containerInstance(old))
                                .containerInstance()
                                .status())
                .isEqualTo("INACTIVE");
    }

    private void settle() {
        office.reconcile(WEB);
        ecs.listTasks(r -> r.cluster("demo").serviceName("web"))
                .taskArns()
                .forEach(task -> office.report(task, "RUNNING"));
        office.time.advance(Duration.ofSeconds(41));
        office.submit(new Command.Tick());
        office.reconcile(WEB);
    }

    @Test
    void whatCannotBeChangedIsAFailure() {
        String good = office.worker("demo");
        String gone = office.worker("demo");
        ecs.deregisterContainerInstance(r -> r.cluster("demo").containerInstance(gone));
        String unknown = Office.ARN + "container-instance/demo/0123456789abcdef0123456789abcdef";
        var response = update("DRAINING", unknown, gone, good);
        assertThat(response.containerInstances())
                .extracting(ContainerInstance::containerInstanceArn)
                .containsExactly(good);
        assertThat(response.failures()).extracting(Failure::arn).containsExactly(unknown, gone);
        assertThat(response.failures())
                .extracting(Failure::reason)
                .containsExactly("MISSING", "INACTIVE");
    }

    @Test
    void mistakesHaveTheWordsOfEcs() {
        String arn = office.worker("demo");
        for (String status : new String[] {null, "REGISTERING", "INACTIVE", "draining", ""}) {
            refused(
                    InvalidParameterException.class,
                    "Container instance status should be one of [ACTIVE, DRAINING]",
                    r -> r.containerInstances(arn).status(status));
        }
        refused(
                ClientException.class,
                "Container Instances cannot be empty.",
                r -> r.status("ACTIVE"));
        refused(
                InvalidParameterException.class,
                "more than 10",
                r -> r.status("ACTIVE").containerInstances(Collections.nCopies(11, arn)));
    }

    private ContainerInstanceHealthStatus health(String arn) {
        return describe(arn, ContainerInstanceField.CONTAINER_INSTANCE_HEALTH).healthStatus();
    }

    private void feels(String arn, String type, String status) {
        long now = office.time.nowMillis();
        var part = new PartHealth(type, status, null, now, now - 60_000);
        var id = WorkerId.parse(arn.substring(arn.lastIndexOf('/') + 1));
        office.live.health(id, new MachineHealth(List.of(part), now));
    }

    @Test
    void healthIsShownToThoseWhoAskForIt() {
        String arn = office.worker("demo");
        assertThat(describe(arn).healthStatus()).isNull();
        assertThat(health(arn).overallStatus()).isEqualTo(InstanceHealthCheckState.INITIALIZING);
        office.time.advance(Duration.ofMinutes(2));
        feels(arn, "CONTAINER_RUNTIME", "OK");
        ContainerInstanceHealthStatus well = health(arn);
        assertThat(well.overallStatus()).isEqualTo(InstanceHealthCheckState.OK);
        assertThat(well.details())
                .extracting(InstanceHealthCheckResult::typeAsString)
                .containsExactly("CONTAINER_RUNTIME", "AGENT_CONNECTIVITY");
        InstanceHealthCheckResult runtime = well.details().getFirst();
        assertThat(runtime.lastUpdated()).isEqualTo(office.time.now());
        assertThat(runtime.lastStatusChange()).isEqualTo(office.time.now().minusSeconds(60));
        InstanceHealthCheckResult agent = well.details().getLast();
        assertThat(agent.status()).isEqualTo(InstanceHealthCheckState.OK);
        assertThat(agent.lastStatusChange())
                .isEqualTo(office.time.now().minus(Duration.ofMinutes(2)));
    }

    @Test
    void theWorstOfAllPartsIsTheHealthOfTheWhole() {
        String arn = office.worker("demo");
        feels(arn, "CONTAINER_RUNTIME", "IMPAIRED");
        assertThat(health(arn).overallStatus()).isEqualTo(InstanceHealthCheckState.IMPAIRED);
        feels(arn, "ACCELERATED_COMPUTE", "INITIALIZING");
        assertThat(health(arn).overallStatus()).isEqualTo(InstanceHealthCheckState.INITIALIZING);
        office.time.advance(Duration.ofMinutes(10));
        assertThat(health(arn).overallStatus())
                .isEqualTo(InstanceHealthCheckState.INSUFFICIENT_DATA);
        feels(arn, "CONTAINER_RUNTIME", "OK");
        office.disconnect(arn);
        ContainerInstanceHealthStatus cut = health(arn);
        assertThat(cut.overallStatus()).isEqualTo(InstanceHealthCheckState.IMPAIRED);
        assertThat(cut.details().getLast().statusReason()).contains("disconnected");
        assertThat(cut.details().getLast().lastStatusChange()).isEqualTo(office.time.now());
    }
}
