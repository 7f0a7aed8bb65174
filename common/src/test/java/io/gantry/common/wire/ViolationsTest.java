package io.gantry.common.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.gantry.common.wire.Shape.Structure;
import io.gantry.common.wire.Violation.Rule;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ecs.model.CapacityProviderStrategyItem;
import software.amazon.awssdk.services.ecs.model.CreateClusterRequest;
import software.amazon.awssdk.services.ecs.model.DescribeServicesRequest;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.RunTaskRequest;
import software.amazon.awssdk.services.ecs.model.Tag;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;

class ViolationsTest {

    @Test
    void aGoodRequestHasNone() {
        assertThat(
                        Violations.of(
                                RunTaskRequest.builder()
                                        .taskDefinition("web:1")
                                        .launchType("EC2")
                                        .tags(Tag.builder().key("k").value("é 1").build())
                                        .build()))
                .isEmpty();
    }

    @Test
    void complaintsAreWordedAsAwsDoes() {
        var request =
                RunTaskRequest.builder()
                        .launchType("MOON")
                        .capacityProviderStrategy(
                                CapacityProviderStrategyItem.builder().weight(5000).build())
                        .tags(Tag.builder().key("!").build(), Tag.builder().key("").build())
                        .build();

        List<String> texts = Violations.of(request).stream().map(Violation::text).toList();

        String failed = "' failed to satisfy constraint: ";
        assertThat(texts)
                .containsExactlyInAnyOrder(
                        "Value null at 'taskDefinition" + failed + "Member must not be null",
                        "Value null at 'capacityProviderStrategy.1.member.capacityProvider"
                                + failed
                                + "Member must not be null",
                        "Value '5000' at 'capacityProviderStrategy.1.member.weight"
                                + failed
                                + "Member must have value less than or equal to 1000",
                        "Value 'MOON' at 'launchType"
                                + failed
                                + "Member must satisfy enum value set:"
                                + " [EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES]",
                        "Value '!' at 'tags.1.member.key"
                                + failed
                                + "Member must satisfy regular expression pattern:"
                                + " ([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)",
                        "Value '' at 'tags.2.member.key"
                                + failed
                                + "Member must have length greater than or equal to 1");
        assertThat(Violations.sentence(List.of("a", "b")))
                .isEqualTo("2 validation errors detected: a; b");
    }

    @Test
    void listsOfEnumsAreCheckedToo() {
        var request =
                DescribeServicesRequest.builder()
                        .services("a")
                        .includeWithStrings("TAGS", "NOTHING")
                        .build();
        assertThat(Violations.of(request))
                .extracting(Violation::rule, Violation::path, Violation::value)
                .containsExactly(tuple(Rule.ENUM, "include", "NOTHING"));
    }

    @Test
    void membersKnowTheValuesOfTheirEnum() {
        assertThat(knownValues("networkMode")).containsExactly("bridge", "host", "awsvpc", "none");
        assertThat(knownValues("requiresCompatibilities"))
                .containsExactly("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES");
        assertThat(knownValues("family")).isEmpty();
    }

    private static List<String> knownValues(String member) {
        var members = Structure.of(RegisterTaskDefinitionRequest.class).members();
        return Objects.requireNonNull(members.get(member)).knownValues();
    }

    @Test
    void textIsMeasuredInCharactersAndPatternsKnowThemAll() {
        var tag = Tag.builder().key("k").value("日".repeat(256)).build();
        assertThat(Violations.of(tagged(tag))).isEmpty();
        assertThat(Violations.of(tagged(tag.toBuilder().value("日".repeat(257)).build())))
                .extracting(Violation::rule)
                .containsExactly(Rule.LENGTH);
        assertThat(
                        Violations.of(
                                AssumeRoleRequest.builder()
                                        .roleArn("\uD83D\uDE80".repeat(20))
                                        .roleSessionName("s1")
                                        .build()))
                .isEmpty();
    }

    @Test
    void aFloodOfViolationsIsCutOff() {
        Tag[] tags = new Tag[5000];
        Arrays.fill(tags, Tag.builder().key("!").build());
        assertThat(Violations.of(tagged(tags))).hasSize(100);
    }

    private static SdkPojo tagged(Tag... tags) {
        return CreateClusterRequest.builder().tags(tags).build();
    }

    /** A name that the SDK no longer has would silently lose its constraint. */
    @ParameterizedTest
    @ValueSource(strings = {"ecs", "sts"})
    void theSdkHasEverythingThatTheTraitsName(String service) throws ClassNotFoundException {
        String models = "software.amazon.awssdk.services." + service + ".model.";
        Class<?> any = Class.forName(models + "Tag");
        Traits traits = Traits.of(any);
        assertThat(traits.constraints()).hasSizeGreaterThan(10);
        for (var entry : traits.constraints().entrySet()) {
            Class<?> type = Class.forName(models + entry.getKey());
            assertThat(Structure.of(type).members().keySet())
                    .containsAll(entry.getValue().keySet());
        }
        for (String error : traits.errors().keySet()) {
            assertThat(Class.forName(models + error)).isAssignableTo(Exception.class);
        }
    }
}
