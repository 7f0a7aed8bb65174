package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.SortOrder;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.TaskDefinition;
import software.amazon.awssdk.services.ecs.model.TaskDefinitionFamilyStatus;
import software.amazon.awssdk.services.ecs.model.TaskDefinitionField;
import software.amazon.awssdk.services.ecs.model.TaskDefinitionStatus;

@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class TaskDefinitionsTest {
    private final Office office = new Office();
    private final EcsClient ecs = office.ecs;

    @Test
    void revisionsCountUpAndAreDescribed() {
        assertThat(office.definition("web")).isEqualTo(Office.ARN + "task-definition/web:1");
        assertThat(office.definition("web")).isEqualTo(Office.ARN + "task-definition/web:2");
        TaskDefinition latest =
                ecs.describeTaskDefinition(r -> r.taskDefinition("web")).taskDefinition();
        assertThat(latest.revision()).isEqualTo(2);
        assertThat(latest.status()).isEqualTo(TaskDefinitionStatus.ACTIVE);
        assertThat(latest.registeredAt()).isEqualTo(office.time.now());
        assertThat(latest.registeredBy()).isEqualTo("arn:aws:iam::" + Office.ACCOUNT + ":root");
        assertThat(
                        ecs.describeTaskDefinition(
                                        r -> r.taskDefinition(Office.ARN + "task-definition/web:1"))
                                .taskDefinition()
                                .revision())
                .isEqualTo(1);
    }

    @Test
    void tagsStandBesideTheDefinition() {
        var tag = Tag.builder().key("k").value("v").build();
        var registered =
                ecs.registerTaskDefinition(
                        r ->
                                r.family("web")
                                        .containerDefinitions(Office.container("m").build())
                                        .tags(tag));
        assertThat(registered.tags()).containsExactly(tag);
        assertThat(ecs.describeTaskDefinition(r -> r.taskDefinition("web")).hasTags()).isFalse();
        assertThat(
                        ecs.describeTaskDefinition(
                                        r ->
                                                r.taskDefinition("web")
                                                        .include(TaskDefinitionField.TAGS))
                                .tags())
                .containsExactly(tag);
    }

    @Test
    void deregisteringMakesInactive() {
        office.definition("web");
        office.definition("web");
        TaskDefinition gone =
                ecs.deregisterTaskDefinition(r -> r.taskDefinition("web:2")).taskDefinition();
        assertThat(gone.status()).isEqualTo(TaskDefinitionStatus.INACTIVE);
        assertThat(gone.deregisteredAt()).isNotNull();
        assertThat(
                        ecs.describeTaskDefinition(r -> r.taskDefinition("web"))
                                .taskDefinition()
                                .revision())
                .isEqualTo(1);
        ecs.deregisterTaskDefinition(r -> r.taskDefinition("web:1"));
        assertClient(
                "Unable to describe task definition.",
                () -> ecs.describeTaskDefinition(r -> r.taskDefinition("web")));
        assertThat(
                        ecs.describeTaskDefinition(r -> r.taskDefinition("web:1"))
                                .taskDefinition()
                                .statusAsString())
                .isEqualTo("INACTIVE");
        assertThat(office.definition("web")).endsWith("web:3");
    }

    @Test
    void mistakesHaveTheWordsOfEcs() {
        office.definition("web");
        assertClient(
                "Unable to describe task definition.",
                () -> ecs.describeTaskDefinition(r -> r.taskDefinition("ghost")));
        assertClient(
                "Revision is missing.",
                () -> ecs.deregisterTaskDefinition(r -> r.taskDefinition("web")));
        assertClient(
                "does not exist",
                () -> ecs.deregisterTaskDefinition(r -> r.taskDefinition("web:9")));
        assertClient(
                "Container list cannot be empty",
                () -> ecs.registerTaskDefinition(r -> r.family("web")));
    }

    private static void assertClient(String part, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(ClientException.class)
                .hasMessageContaining(part);
    }

    @Test
    void definitionsAreListedInOrderAndInPages() {
        for (int i = 0; i < 11; i++) {
            office.definition("web");
        }
        office.definition("api");
        ecs.deregisterTaskDefinition(r -> r.taskDefinition("web:5"));
        var all =
                ecs.listTaskDefinitionsPaginator(r -> r.maxResults(4)).taskDefinitionArns().stream()
                        .map(arn -> arn.substring(arn.indexOf('/') + 1))
                        .toList();
        assertThat(all)
                .containsExactly(
                        "api:1", "web:1", "web:2", "web:3", "web:4", "web:6", "web:7", "web:8",
                        "web:9", "web:10", "web:11");
        var descending =
                ecs
                        .listTaskDefinitionsPaginator(r -> r.maxResults(4).sort(SortOrder.DESC))
                        .taskDefinitionArns()
                        .stream()
                        .map(arn -> arn.substring(arn.indexOf('/') + 1))
                        .toList();
        assertThat(descending).isEqualTo(all.reversed());
        assertThat(
                        ecs.listTaskDefinitions(r -> r.familyPrefix("web").status("INACTIVE"))
                                .taskDefinitionArns())
                .containsExactly(Office.ARN + "task-definition/web:5");
        assertThat(ecs.listTaskDefinitions(r -> r.familyPrefix("we")).taskDefinitionArns())
                .isEmpty();
        String token = ecs.listTaskDefinitions(r -> r.maxResults(1)).nextToken();
        assertThatThrownBy(
                        () -> ecs.listTaskDefinitions(r -> r.nextToken(token).familyPrefix("web")))
                .isInstanceOf(InvalidParameterException.class);
    }

    @Test
    void familiesAreListedByPrefixAndStatus() {
        office.definition("api");
        office.definition("web");
        office.definition("worker");
        ecs.deregisterTaskDefinition(r -> r.taskDefinition("web:1"));
        assertThat(
                        ecs
                                .listTaskDefinitionFamiliesPaginator(r -> r.maxResults(1))
                                .families()
                                .stream()
                                .toList())
                .containsExactly("api", "web", "worker");
        assertThat(ecs.listTaskDefinitionFamilies(r -> r.familyPrefix("w")).families())
                .containsExactly("web", "worker");
        assertThat(
                        ecs.listTaskDefinitionFamilies(
                                        r -> r.status(TaskDefinitionFamilyStatus.ACTIVE))
                                .families())
                .containsExactly("api", "worker");
        assertThat(
                        ecs.listTaskDefinitionFamilies(
                                        r -> r.status(TaskDefinitionFamilyStatus.INACTIVE))
                                .families())
                .containsExactly("web");
    }
}
