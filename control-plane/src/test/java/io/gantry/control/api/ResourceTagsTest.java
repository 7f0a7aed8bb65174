package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.control.core.state.Loss;
import io.gantry.control.core.state.ServiceKey;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ClusterNotFoundException;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.LimitExceededException;
import software.amazon.awssdk.services.ecs.model.ResourceNotFoundException;
import software.amazon.awssdk.services.ecs.model.Tag;

@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class ResourceTagsTest {
    private static final ServiceKey WEB = new ServiceKey("demo", "web");
    private static final String CLUSTER = Office.ARN + "cluster/demo";
    private static final String SERVICE = Office.ARN + "service/demo/web";

    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;
    private final String worker = office.worker("demo", "gantry.capability.lease");
    private final String definition = office.definition("web");

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    private List<Tag> tags(String arn) {
        return ecs.listTagsForResource(r -> r.resourceArn(arn)).tags();
    }

    private String task() {
        return ecs.runTask(r -> r.cluster("demo").taskDefinition("web").tags(tag("born", "so")))
                .tasks()
                .getFirst()
                .taskArn();
    }

    private void service() {
        ecs.createService(
                r ->
                        r.cluster("demo")
                                .serviceName("web")
                                .taskDefinition("web")
                                .desiredCount(1)
                                .propagateTags("SERVICE"));
    }

    @Test
    void eachKindOfResourceCanBeTaggedAndUntagged() {
        service();
        ecs.createCapacityProvider(r -> r.name("pool"));
        for (String arn :
                List.of(
                        CLUSTER,
                        SERVICE,
                        task(),
                        definition,
                        worker,
                        Office.ARN + "capacity-provider/pool")) {
            List<Tag> before = tags(arn);
            ecs.tagResource(r -> r.resourceArn(arn).tags(tag("team", "a"), tag("k", "1")));
            ecs.tagResource(r -> r.resourceArn(arn).tags(tag("k", "2")));
            assertThat(tags(arn)).as(arn).contains(tag("team", "a"), tag("k", "2"));
            assertThat(tags(arn)).hasSize(before.size() + 2);
            ecs.untagResource(r -> r.resourceArn(arn).tagKeys("team", "k", "unknown"));
            assertThat(tags(arn)).isEqualTo(before);
        }
    }

    @Test
    void tagsAreShownWithTheResource() {
        ecs.tagResource(r -> r.resourceArn(worker).tags(tag("rack", "7")));
        ecs.tagResource(r -> r.resourceArn(definition).tags(tag("app", "web")));
        assertThat(
                        ecs.describeContainerInstances(
                                        r ->
                                                r.cluster("demo")
                                                        .containerInstances(worker)
                                                        .includeWithStrings("TAGS"))
                                .containerInstances()
                                .getFirst()
                                .tags())
                .containsExactly(tag("rack", "7"));
        assertThat(
                        ecs.describeTaskDefinition(
                                        r -> r.taskDefinition("web").includeWithStrings("TAGS"))
                                .tags())
                .containsExactly(tag("app", "web"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"aws:x", "AWS:x", "aWs:"})
    void keysOfAwsAreReserved(String key) {
        assertInvalid(
                "reserved", () -> ecs.tagResource(r -> r.resourceArn(CLUSTER).tags(tag(key, "v"))));
        assertInvalid(
                "reserved", () -> ecs.untagResource(r -> r.resourceArn(CLUSTER).tagKeys(key)));
    }

    @Test
    void aResourceHasFiftyTagsAtTheMostAndThoseOfEcsDoNotCount() {
        ecs.createService(
                r ->
                        r.cluster("demo")
                                .serviceName("web")
                                .taskDefinition("web")
                                .desiredCount(1)
                                .enableECSManagedTags(true));
        office.reconcile(WEB);
        String task = ecs.listTasks(r -> r.cluster("demo")).taskArns().getFirst();
        assertThat(tags(task)).hasSize(2);
        ecs.tagResource(r -> r.resourceArn(task).tags(numbered(50)));
        assertThat(tags(task)).hasSize(52);
        assertThatThrownBy(() -> ecs.tagResource(r -> r.resourceArn(task).tags(tag("more", ""))))
                .isInstanceOf(LimitExceededException.class);
        assertThat(tags(task)).hasSize(52);
        ecs.tagResource(r -> r.resourceArn(task).tags(tag("k7", "other")));
        assertThat(tags(task)).hasSize(52).contains(tag("k7", "other"));
        assertInvalid("50", () -> ecs.tagResource(r -> r.resourceArn(CLUSTER).tags(numbered(51))));
    }

    private static List<Tag> numbered(int count) {
        return IntStream.range(0, count).mapToObj(i -> tag("k" + i, "v")).toList();
    }

    @Test
    void keysAreGivenOnce() {
        assertInvalid(
                "Duplicate tag key",
                () ->
                        ecs.tagResource(
                                r -> r.resourceArn(CLUSTER).tags(tag("a", "1"), tag("a", ""))));
        assertInvalid(
                "key",
                () -> ecs.tagResource(r -> r.resourceArn(CLUSTER).tags(tag("k".repeat(129), ""))));
    }

    @Test
    void whatIsNotThereCannotBeTagged() {
        for (String name :
                List.of(
                        "service/demo/ghost",
                        "task/demo/0123456789abcdef0123456789abcdef",
                        "task-definition/ghost:1",
                        "container-instance/demo/0123456789abcdef0123456789abcdef",
                        "capacity-provider/ghost")) {
            assertThatThrownBy(
                            () ->
                                    ecs.tagResource(
                                            r ->
                                                    r.resourceArn(Office.ARN + name)
                                                            .tags(tag("k", "v"))))
                    .as(name)
                    .isInstanceOf(ResourceNotFoundException.class);
            assertThatThrownBy(
                            () ->
                                    ecs.untagResource(
                                            r -> r.resourceArn(Office.ARN + name).tagKeys("k")))
                    .isInstanceOf(ResourceNotFoundException.class);
            assertInvalid("not found", () -> tags(Office.ARN + name));
        }
        for (String name : List.of("cluster/ghost", "service/ghost/web")) {
            assertThatThrownBy(
                            () ->
                                    ecs.tagResource(
                                            r ->
                                                    r.resourceArn(Office.ARN + name)
                                                            .tags(tag("k", "v"))))
                    .isInstanceOf(ClusterNotFoundException.class);
        }
    }

    @Test
    void namesThatAreNoneOrShortOrOfOtherThingsAreRefused() {
        for (String arn : List.of("nonsense", Office.ARN + "volume/demo/web/1", definition(0))) {
            assertInvalid(
                    "The ARN provided is invalid.",
                    () -> ecs.tagResource(r -> r.resourceArn(arn).tags(tag("k", "v"))));
        }
        for (String name :
                List.of(
                        "service/web",
                        "task/0123456789abcdef0123456789abcdef",
                        "container-instance/0123456789abcdef0123456789abcdef")) {
            String arn = Office.ARN + name;
            String words = "Long arn format must be used for tagging operations";
            assertInvalid(words, () -> ecs.untagResource(r -> r.resourceArn(arn).tagKeys("k")));
            assertInvalid(words, () -> tags(arn));
        }
        assertInvalid(
                "Unexpected account",
                () -> tags("arn:aws:ecs:us-east-1:999999999999:cluster/demo"));
    }

    private static String definition(int revision) {
        return Office.ARN + "task-definition/web" + (revision == 0 ? "" : ":" + revision);
    }

    @Test
    void whatIsNoLongerActiveKeepsItsTagsAsTheyAre() {
        ecs.tagResource(r -> r.resourceArn(definition).tags(tag("k", "v")));
        ecs.deregisterTaskDefinition(r -> r.taskDefinition("web:1"));
        office.definition("web");
        service();
        ecs.deleteService(r -> r.cluster("demo").service("web").force(true));
        ecs.deregisterContainerInstance(
                r -> r.cluster("demo").containerInstance(worker).force(true));
        assertThat(tags(definition)).containsExactly(tag("k", "v"));
        for (var each :
                Map.of(
                                definition,
                                "task definition",
                                SERVICE,
                                "service",
                                worker,
                                "container instance")
                        .entrySet()) {
            assertInvalid(
                    "The specified %s is inactive. Specify an active %s and try again."
                            .formatted(each.getValue(), each.getValue()),
                    () -> ecs.tagResource(r -> r.resourceArn(each.getKey()).tags(tag("k", "w"))));
        }
        ecs.deleteCluster(r -> r.cluster("demo"));
        assertInvalid(
                "The specified cluster is inactive. Specify an active cluster and try again.",
                () -> ecs.tagResource(r -> r.resourceArn(CLUSTER).tags(tag("k", "w"))));
    }

    @Test
    void stoppingATaskDeletesItsTags() {
        String task = task();
        assertThat(tags(task)).containsExactly(tag("born", "so"));
        ecs.stopTask(r -> r.cluster("demo").task(task));
        assertThat(tags(task)).isEmpty();
        office.report(task, "STOPPED");
        assertInvalid(
                "The specified task is stopped. Specify a running task and try again.",
                () -> ecs.tagResource(r -> r.resourceArn(task).tags(tag("k", "v"))));
    }

    @Test
    void newTagsOfAServiceHoldForItsNextTasks() {
        service();
        office.reconcile(WEB);
        ecs.tagResource(r -> r.resourceArn(SERVICE).tags(tag("k", "v"), tag(Loss.TAG, "5m")));
        ecs.updateService(r -> r.cluster("demo").service("web").desiredCount(2));
        office.reconcile(WEB);
        var tasks = office.log.state().tasksOf(WEB).toList();
        assertThat(tasks.getFirst().tags()).isEmpty();
        assertThat(tasks.getLast().tags()).contains(tag("k", "v"));
        assertThat(tasks.getFirst().loss()).isNotNull();
        assertThat(tasks.getLast().loss()).extracting(Loss::afterMillis).isEqualTo(300_000L);
        assertInvalid(
                Loss.TAG,
                () -> ecs.tagResource(r -> r.resourceArn(SERVICE).tags(tag(Loss.TAG, "soon"))));
    }

    @Test
    void newTagsOfAClusterHoldForTheNextTasksOfItsServices() {
        ecs.tagResource(r -> r.resourceArn(CLUSTER).tags(tag(Loss.TAG, "never")));
        service();
        office.reconcile(WEB);
        assertThat(office.log.state().tasksOf(WEB).toList().getFirst().loss()).isNull();
        ecs.untagResource(r -> r.resourceArn(CLUSTER).tagKeys(Loss.TAG));
        ecs.updateService(r -> r.cluster("demo").service("web").desiredCount(2));
        office.reconcile(WEB);
        assertThat(office.log.state().tasksOf(WEB).toList().getLast().loss()).isNotNull();
    }

    private static void assertInvalid(String part, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining(part);
    }
}
