package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.common.check.Check;
import io.gantry.control.core.state.ServiceKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.RunTaskResponse;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.ecs.model.Task;

/** Tags that ask for more than ECS has, through the SDK's client. */
class GantryTagsTest {
    private final Office office = new Office().withCluster("demo");

    @BeforeEach
    void begin() {
        office.definition("web");
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    private void create(Tag... tags) {
        office.ecs.createService(
                r ->
                        r.cluster("demo")
                                .serviceName("web")
                                .taskDefinition("web")
                                .desiredCount(1)
                                .tags(tags));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gantry:priority|101|a whole number from 0 to 100",
                "gantry:priority|high|a whole number from 0 to 100",
                "gantry:max-parallel|0|a whole number from 1 to 5000",
                "gantry:capacity-fallback|a++b|names of capacity providers",
                "gantry:avoid|service:web + family:batch|groups of tasks",
                "gantry:lost-after|1s|from 10s to 24h"
            })
    void valuesThatMeanNothingAreRefused(String key, String value, String form) {
        assertThatThrownBy(() -> create(tag(key, value)))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining(
                        "The value '%s' of the tag %s is invalid.".formatted(value, key))
                .hasMessageContaining(form);
        assertThatThrownBy(
                        () ->
                                office.ecs.runTask(
                                        r ->
                                                r.cluster("demo")
                                                        .taskDefinition("web")
                                                        .tags(tag("gantry:priority", "-1"))))
                .isInstanceOf(InvalidParameterException.class);
    }

    @Test
    void unknownKeysAreRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> create(tag("gantry:prio", "1")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining(
                        "The tag 'gantry:prio' is unknown. Tags that begin with 'gantry:' are gantry:lost-after, gantry:priority,");
    }

    @Test
    void keysAreRefusedWhereTheyMeanNothing() {
        assertThatThrownBy(
                        () ->
                                office.ecs.createCluster(
                                        r ->
                                                r.clusterName("other")
                                                        .tags(tag("gantry:max-parallel", "1"))))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("The tag gantry:max-parallel has no meaning on a cluster.");
    }

    @Test
    void aFallbackNeedsAStrategyAndProvidersOfTheCluster() {
        assertThatThrownBy(() -> create(tag("gantry:capacity-fallback", "FARGATE")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("needs a capacity provider strategy");
        withProviders("a");
        assertThatThrownBy(() -> run("a", tag("gantry:capacity-fallback", "b")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("'b', which is not associated with the cluster");
        withProviders("a", "b", "FARGATE");
        assertThatThrownBy(() -> run("a", tag("gantry:capacity-fallback", "b+FARGATE")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("'FARGATE', as Fargate providers and others do not mix");
    }

    @Test
    void aTaskGoesToAnotherProviderIfThereIsNoRoomWithItsOwn() {
        withProviders("a", "b");
        office.worker("demo", "gantry.capacity-provider=b");
        assertThatThrownBy(() -> run("a"))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("No Container Instances were found");
        assertThat(run("a", tag("gantry:capacity-fallback", "a+b")).tasks())
                .extracting(Task::capacityProviderName)
                .containsExactly("b");
    }

    private void withProviders(String... names) {
        for (String name : names) {
            if (name.equals("b")) {
                office.ecs.createCapacityProvider(r -> r.name(name));
            }
        }
        if (office.ecs
                .describeCapacityProviders(r -> r.capacityProviders("a"))
                .capacityProviders()
                .isEmpty()) {
            office.ecs.createCapacityProvider(r -> r.name("a"));
        }
        office.ecs.putClusterCapacityProviders(
                r ->
                        r.cluster("demo")
                                .capacityProviders(names)
                                .defaultCapacityProviderStrategy(List.of()));
    }

    private RunTaskResponse run(String provider, Tag... tags) {
        return office.ecs.runTask(
                r ->
                        r.cluster("demo")
                                .taskDefinition("web")
                                .capacityProviderStrategy(
                                        CapacityProviderStrategyItem.builder()
                                                .capacityProvider(provider)
                                                .weight(1)
                                                .build())
                                .tags(tags));
    }

    @Test
    void anImportantTaskGetsTheRoomOfAnotherOneWithinItsRequest() throws Exception {
        office.worker("demo");
        office.ecs.createService(
                r ->
                        r.cluster("demo")
                                .serviceName("low")
                                .taskDefinition("web")
                                .desiredCount(8)
                                .tags(tag("gantry:priority", "10")));
        office.reconcile(new ServiceKey("demo", "low"));
        CompletableFuture<RunTaskResponse> reply =
                CompletableFuture.supplyAsync(
                        () ->
                                office.ecs.runTask(
                                        r ->
                                                r.cluster("demo")
                                                        .taskDefinition("web")
                                                        .tags(tag("gantry:priority", "90"))));
        Task victim = null;
        while (victim == null && !reply.isDone()) {
            victim =
                    office.ecs.describeTasks(r -> r.cluster("demo").tasks(tasks())).tasks().stream()
                            .filter(task -> "STOPPED".equals(task.desiredStatus()))
                            .findFirst()
                            .orElse(null);
        }
        Task stopping = Check.present(victim, "a victim");
        office.report(stopping.taskArn(), "STOPPED");
        assertThat(reply.get().tasks()).hasSize(1);
        assertThat(reply.get().failures()).isEmpty();
        assertThat(stopping.stoppedReason())
                .isEqualTo("Task preempted by family:web of priority 90; its own is 10.");
    }

    private List<String> tasks() {
        var all = new ArrayList<String>();
        for (String status : List.of("RUNNING", "STOPPED")) {
            all.addAll(
                    office.ecs.listTasks(r -> r.cluster("demo").desiredStatus(status)).taskArns());
        }
        return all;
    }
}
