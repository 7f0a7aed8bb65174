package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.Attribute;
import software.amazon.awssdk.services.ecs.model.AttributeLimitExceededException;
import software.amazon.awssdk.services.ecs.model.ClusterNotFoundException;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.TargetNotFoundException;
import software.amazon.awssdk.services.ecs.model.TargetType;

@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class AttributesTest {
    private final Office office = new Office().withCluster("demo");
    private final EcsClient ecs = office.ecs;

    private static Attribute attribute(String target, String name, String value) {
        return Attribute.builder().name(name).value(value).targetId(target).build();
    }

    private List<Attribute> put(Attribute... attributes) {
        return ecs.putAttributes(r -> r.cluster("demo").attributes(attributes)).attributes();
    }

    private List<Attribute> list(@Nullable String name, @Nullable String value) {
        return ecs.listAttributes(
                        r ->
                                r.cluster("demo")
                                        .targetType(TargetType.CONTAINER_INSTANCE)
                                        .attributeName(name)
                                        .attributeValue(value))
                .attributes();
    }

    private void refused(String part, Attribute... attributes) {
        assertThatThrownBy(() -> put(attributes))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining(part);
    }

    @Test
    void whatIsPutIsListedAndPlacesTasks() {
        String blue = office.worker("demo");
        office.worker("demo");
        Attribute stack = attribute(blue, "stack", "blue one");
        assertThat(put(stack, attribute(blue, "stack.2", "a@b:c"))).first().isEqualTo(stack);
        assertThat(list("stack", null)).containsExactly(stack);
        assertThat(list("stack", "blue one")).containsExactly(stack);
        assertThat(list("stack", "green")).isEmpty();
        office.definition("web");
        var tasks =
                ecs.runTask(
                                r ->
                                        r.cluster("demo")
                                                .taskDefinition("web")
                                                .count(2)
                                                .placementConstraints(
                                                        p ->
                                                                p.type("memberOf")
                                                                        .expression(
                                                                                "attribute:stack =="
                                                                                        + " 'blue"
                                                                                        + " one'")))
                        .tasks();
        assertThat(tasks).hasSize(2).allMatch(task -> task.containerInstanceArn().equals(blue));
    }

    @Test
    void puttingAgainReplacesAndDeletingRemoves() {
        String arn = office.worker("demo");
        String id = arn.substring(arn.lastIndexOf('/') + 1);
        put(attribute(arn, "stack", "blue"));
        ecs.putAttributes(
                r ->
                        r.cluster("demo")
                                .attributes(
                                        a ->
                                                a.name("stack")
                                                        .value("green")
                                                        .targetId(id)
                                                        .targetType("container-instance")));
        assertThat(list("stack", null)).containsExactly(attribute(arn, "stack", "green"));
        var named = Attribute.builder().name("stack").targetId(arn).build();
        var absent = Attribute.builder().name("none").targetId(arn).build();
        assertThat(
                        ecs.deleteAttributes(r -> r.cluster("demo").attributes(named, absent))
                                .attributes())
                .containsExactly(attribute(arn, "stack", "green"));
        assertThat(list("stack", null)).isEmpty();
        assertThatThrownBy(
                        () ->
                                ecs.deleteAttributes(
                                        r ->
                                                r.cluster("demo")
                                                        .attributes(attribute(arn, "a", "b"))))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("without values");
    }

    @Test
    void theyOutliveAnotherRegistration() {
        String arn = office.worker("demo", "ecs.os-type=linux");
        put(attribute(arn, "stack", "blue"));
        ecs.registerContainerInstance(
                r ->
                        r.cluster("demo")
                                .containerInstanceArn(arn)
                                .totalResources(Office.resources()));
        assertThat(list("stack", "blue")).hasSize(1);
        assertThat(list("ecs.os-type", null)).isEmpty();
    }

    @Test
    void moreThanTenOfAMachineAreTooMany() {
        String arn = office.worker("demo", "ecs.os-type=linux", "own=1");
        Attribute[] nine =
                IntStream.range(0, 9)
                        .mapToObj(i -> attribute(arn, "a" + i, "v"))
                        .toArray(Attribute[]::new);
        put(nine);
        assertThatThrownBy(() -> put(attribute(arn, "a0", "w"), attribute(arn, "one-more", "v")))
                .isInstanceOf(AttributeLimitExceededException.class);
        assertThat(list("a0", null)).containsExactly(attribute(arn, "a0", "v"));
        put(attribute(arn, "a0", "w"));
    }

    @Test
    void mistakesAreRefused() {
        String arn = office.worker("demo");
        String id = arn.substring(arn.lastIndexOf('/') + 1);
        refused("attributes can not be empty");
        refused("targetType must be container-instance", attribute(id, "a", "b"));
        refused(
                "targetType must be container-instance",
                attribute(arn, "a", "b").toBuilder().targetType("node").build());
        refused("targetId can not be empty", attribute("", "a", "b"));
        refused("Attribute names must have", attribute(arn, "a b", "b"));
        refused("Attribute names must have", attribute(arn, "a".repeat(129), "b"));
        refused("is reserved", attribute(arn, "ecs.availability-zone", "b"));
        refused("is reserved", attribute(arn, "gantry.capability.lease", "b"));
        refused("The value of attribute 'a'", attribute(arn, "a", " b"));
        refused("The value of attribute 'a'", attribute(arn, "a", "b "));
        refused("The value of attribute 'a'", attribute(arn, "a", "b".repeat(129)));
        refused("The value of attribute 'a'", attribute(arn, "a", "é"));
        assertThatThrownBy(
                        () -> put(attribute(arn.substring(0, arn.length() - 4) + "0000", "a", "b")))
                .isInstanceOf(TargetNotFoundException.class);
        assertThatThrownBy(
                        () ->
                                ecs.putAttributes(
                                        r -> r.cluster("x").attributes(attribute(arn, "a", "b"))))
                .isInstanceOf(ClusterNotFoundException.class);
        assertThatThrownBy(() -> list(null, "b")).isInstanceOf(InvalidParameterException.class);
        assertThatThrownBy(() -> ecs.listAttributes(r -> r.cluster("demo").targetType("x")))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("targetType must be container-instance");
    }

    @Test
    void listsComeInPages() {
        String one = office.worker("demo", "a=1", "b=2", "ecs.os-type=linux");
        String two = office.worker("demo", "a=1");
        var found = new ArrayList<String>();
        @Nullable String token = null;
        do {
            @Nullable String from = token;
            var page =
                    ecs.listAttributes(
                            r ->
                                    r.cluster("demo")
                                            .targetType("container-instance")
                                            .maxResults(2)
                                            .nextToken(from));
            assertThat(page.attributes().size()).isLessThanOrEqualTo(2);
            page.attributes().forEach(each -> found.add(each.targetId() + " " + each.name()));
            token = page.nextToken();
        } while (token != null);
        assertThat(found)
                .containsExactlyInAnyOrder(
                        one + " a", one + " b", one + " ecs.os-type", two + " a");
    }
}
