package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.Failure;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.PropagateTags;
import software.amazon.awssdk.services.ecs.model.StartTaskRequest;
import software.amazon.awssdk.services.ecs.model.StartTaskResponse;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.Task;

@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class StartTaskTest {
    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    @BeforeEach
    void register() {
        office.definition("web");
    }

    private StartTaskResponse start(Consumer<StartTaskRequest.Builder> change) {
        StartTaskRequest.Builder request =
                StartTaskRequest.builder().cluster("demo").taskDefinition("web");
        change.accept(request);
        return ecs.startTask(request.build());
    }

    private void refused(String part, Consumer<StartTaskRequest.Builder> change) {
        assertThatThrownBy(() -> start(change))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining(part);
    }

    @Test
    void tasksStartWhereTheCallerSays() {
        String a = office.worker("demo");
        String b = office.worker("demo");
        office.worker("demo");
        StartTaskResponse response =
                start(
                        r ->
                                r.containerInstances(b, a.substring(a.lastIndexOf('/') + 1), b)
                                        .startedBy("me")
                                        .group("mine")
                                        .overrides(o -> o.cpu("128"))
                                        .tags(Tag.builder().key("k").value("v").build())
                                        .enableECSManagedTags(true)
                                        .referenceId("x"));
        assertThat(response.failures()).isEmpty();
        assertThat(response.tasks())
                .extracting(Task::containerInstanceArn)
                .containsExactly(b, a, b);
        Task task = response.tasks().getFirst();
        assertThat(task.startedBy()).isEqualTo("me");
        assertThat(task.group()).isEqualTo("mine");
        assertThat(task.cpu()).isEqualTo("128");
        assertThat(task.lastStatus()).isEqualTo("PENDING");
        assertThat(task.tags())
                .extracting(Tag::key)
                .containsExactlyInAnyOrder("k", "aws:ecs:clusterName");
    }

    @Test
    void eachMachineThatWillNotDoIsAFailureWithItsReason() {
        String good = office.worker("demo");
        String gone = office.worker("demo");
        office.disconnect(gone);
        String draining = office.worker("demo");
        ecs.updateContainerInstancesState(
                r -> r.cluster("demo").containerInstances(draining).status("DRAINING"));
        String unknown = good.substring(0, good.length() - 4) + "0000";
        StartTaskResponse response =
                start(r -> r.containerInstances(good, gone, draining, unknown));
        assertThat(response.tasks()).hasSize(1);
        assertThat(response.failures())
                .extracting(Failure::arn, Failure::reason)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(gone, "AGENT"),
                        org.assertj.core.groups.Tuple.tuple(draining, "INACTIVE"),
                        org.assertj.core.groups.Tuple.tuple(unknown, "MISSING"));
    }

    @Test
    void whatIsFullIsAFailure() {
        String arn = office.worker("demo");
        ecs.registerTaskDefinition(
                r ->
                        r.family("large")
                                .containerDefinitions(
                                        Office.container("main").cpu(100).memory(600).build()));
        StartTaskResponse response =
                start(r -> r.taskDefinition("large").containerInstances(arn, arn));
        assertThat(response.tasks()).hasSize(1);
        assertThat(response.failures())
                .extracting(Failure::reason)
                .containsExactly("RESOURCE:MEMORY");
    }

    @Test
    void theDefinitionsConstraintsHoldHereToo() {
        String ssd = office.worker("demo", "disk=ssd");
        String hdd = office.worker("demo", "disk=hdd");
        ecs.registerTaskDefinition(
                r ->
                        r.family("picky")
                                .placementConstraints(
                                        p -> p.type("memberOf").expression("attribute:disk == ssd"))
                                .containerDefinitions(Office.container("main").build()));
        StartTaskResponse response =
                start(r -> r.taskDefinition("picky").containerInstances(ssd, hdd));
        assertThat(response.tasks()).extracting(Task::containerInstanceArn).containsExactly(ssd);
        assertThat(response.failures())
                .extracting(Failure::reason)
                .containsExactly("MemberOf placement constraint unsatisfied.");
        var run = ecs.runTask(r -> r.cluster("demo").taskDefinition("picky").count(3));
        assertThat(run.tasks()).hasSize(3).allMatch(t -> t.containerInstanceArn().equals(ssd));
    }

    @Test
    void mistakesAreRefused() {
        String arn = office.worker("demo");
        refused("Container Instances cannot be empty", r -> r.startedBy("me"));
        refused("more than 10", r -> r.containerInstances(Collections.nCopies(11, arn)));
        refused("'startedBy'", r -> r.containerInstances(arn).startedBy("a".repeat(37)));
        refused("'startedBy'", r -> r.containerInstances(arn).startedBy("a b"));
        refused("'group'", r -> r.containerInstances(arn).group("service:web"));
        refused(
                "'propagateTags'",
                r -> r.containerInstances(arn).propagateTags(PropagateTags.SERVICE));
        refused("containerInstanceId length", r -> r.containerInstances("short"));
        assertThatThrownBy(() -> start(r -> r.taskDefinition("none").containerInstances(arn)))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("TaskDefinition not found.");
        assertThat(start(r -> r.containerInstances(List.of(arn))).tasks()).hasSize(1);
    }
}
