package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.ClientException;
import software.amazon.awssdk.services.ecs.model.DaemonContainerDefinition;
import software.amazon.awssdk.services.ecs.model.DaemonTaskDefinition;
import software.amazon.awssdk.services.ecs.model.DaemonTaskDefinitionStatus;
import software.amazon.awssdk.services.ecs.model.DaemonTaskDefinitionSummary;
import software.amazon.awssdk.services.ecs.model.InvalidParameterException;
import software.amazon.awssdk.services.ecs.model.ListDaemonTaskDefinitionsRequest;
import software.amazon.awssdk.services.ecs.model.RegisterDaemonTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.Tag;

/** Daemon task definitions as clients see them. */
@SuppressWarnings("unchecked") // builders of the SDK take several lambdas as an array
class DaemonTaskDefinitionsTest {
    private static final String FULL = Office.ARN + "daemon-task-definition/";

    private final Office office = new Office();
    private final EcsClient ecs = office.ecs;

    private String register(
            String family, Consumer<RegisterDaemonTaskDefinitionRequest.Builder> change) {
        var request =
                RegisterDaemonTaskDefinitionRequest.builder()
                        .family(family)
                        .containerDefinitions(c -> c.name("main").image("agent:1").memory(64));
        change.accept(request);
        return ecs.registerDaemonTaskDefinition(request.build()).daemonTaskDefinitionArn();
    }

    private String register(String family) {
        return register(family, _ -> {});
    }

    private DaemonTaskDefinition describe(String given) {
        return ecs.describeDaemonTaskDefinition(r -> r.daemonTaskDefinition(given))
                .daemonTaskDefinition();
    }

    private List<String> list(Consumer<ListDaemonTaskDefinitionsRequest.Builder> change) {
        return ecs.listDaemonTaskDefinitions(change).daemonTaskDefinitions().stream()
                .map(DaemonTaskDefinitionSummary::arn)
                .map(arn -> arn.substring(FULL.length()))
                .toList();
    }

    @Test
    void whatIsRegisteredIsDescribed() {
        String arn =
                register(
                        "agent",
                        r ->
                                r.cpu("128")
                                        .memory("256")
                                        .taskRoleArn("arn:aws:iam::123456789012:role/a")
                                        .executionRoleArn("arn:aws:iam::123456789012:role/b")
                                        .volumes(v -> v.name("proc").host(h -> h.sourcePath("/p")))
                                        .containerDefinitions(
                                                c ->
                                                        c.name("main")
                                                                .image("agent:1")
                                                                .privileged(true)
                                                                .command("watch")
                                                                .mountPoints(
                                                                        m ->
                                                                                m.sourceVolume(
                                                                                                "proc")
                                                                                        .containerPath(
                                                                                                "/h"))
                                                                .linuxParameters(
                                                                        l ->
                                                                                l.capabilities(
                                                                                        k ->
                                                                                                k
                                                                                                        .add(
                                                                                                                "SYS_ADMIN")))));
        assertThat(arn).isEqualTo(FULL + "agent:1");
        DaemonTaskDefinition found = describe("agent");
        assertThat(found.daemonTaskDefinitionArn()).isEqualTo(arn);
        assertThat(found.family()).isEqualTo("agent");
        assertThat(found.revision()).isEqualTo(1);
        assertThat(found.status()).isEqualTo(DaemonTaskDefinitionStatus.ACTIVE);
        assertThat(found.cpu()).isEqualTo("128");
        assertThat(found.memory()).isEqualTo("256");
        assertThat(found.taskRoleArn()).endsWith("role/a");
        assertThat(found.executionRoleArn()).endsWith("role/b");
        assertThat(found.registeredAt()).isNotNull();
        assertThat(found.registeredBy()).isEqualTo("arn:aws:iam::123456789012:root");
        assertThat(found.volumes()).singleElement().matches(v -> v.name().equals("proc"));
        DaemonContainerDefinition container = found.containerDefinitions().getFirst();
        assertThat(container.essential()).as("the default").isTrue();
        assertThat(container.privileged()).isTrue();
        assertThat(container.command()).containsExactly("watch");
        assertThat(container.linuxParameters().capabilities().add()).containsExactly("SYS_ADMIN");
        assertThat(describe(arn)).isEqualTo(found);
        assertThat(describe("agent:1")).isEqualTo(found);
    }

    @Test
    void itsFamiliesAreNotThoseOfTaskDefinitions() {
        office.definition("agent");
        assertThat(register("agent")).endsWith("agent:1");
        assertThat(register("agent")).endsWith("agent:2");
        assertThat(ecs.listTaskDefinitions().taskDefinitionArns())
                .singleElement()
                .matches(arn -> arn.endsWith("task-definition/agent:1"));
        assertThat(ecs.listTaskDefinitionFamilies().families()).containsExactly("agent");
        assertThatThrownBy(() -> ecs.describeTaskDefinition(r -> r.taskDefinition("agent:2")))
                .isInstanceOf(ClientException.class);
        assertThatThrownBy(
                        () -> ecs.describeTaskDefinition(r -> r.taskDefinition("daemon:agent:2")))
                .isInstanceOf(ClientException.class);
        assertThatThrownBy(
                        () -> ecs.describeTaskDefinition(r -> r.taskDefinition(FULL + "agent:2")))
                .isInstanceOf(InvalidParameterException.class);
    }

    @Test
    void whatTaskDefinitionsMayNotHaveDaemonsMayNotHaveEither() {
        assertThatThrownBy(() -> register("a:b"))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("Family contains invalid characters");
        assertThatThrownBy(() -> register("a", r -> r.containerDefinitions(List.of())))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("Container list cannot be empty");
        assertThatThrownBy(
                        () ->
                                register(
                                        "a",
                                        r ->
                                                r.containerDefinitions(
                                                        c -> c.name("main").image("x"))))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("'memory' or 'memoryReservation'");
        assertThatThrownBy(
                        () ->
                                register(
                                        "a",
                                        r -> r.tags(Tag.builder().key("aws:x").value("").build())))
                .isInstanceOf(InvalidParameterException.class);
    }

    @Test
    void aDeletedOneIsStillDescribed() {
        register("agent");
        String second = register("agent");
        assertThat(
                        ecs.deleteDaemonTaskDefinition(r -> r.daemonTaskDefinition("agent:2"))
                                .daemonTaskDefinitionArn())
                .isEqualTo(second);
        DaemonTaskDefinition deleted = describe("agent:2");
        assertThat(deleted.status()).isEqualTo(DaemonTaskDefinitionStatus.DELETED);
        assertThat(deleted.deleteRequestedAt()).isNotNull();
        assertThat(describe("agent").revision()).as("the latest active one").isEqualTo(1);
        assertThatThrownBy(
                        () ->
                                ecs.deleteDaemonTaskDefinition(
                                        r -> r.daemonTaskDefinition("agent:2")))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("not ACTIVE");
        assertThatThrownBy(
                        () ->
                                ecs.deleteDaemonTaskDefinition(
                                        r -> r.daemonTaskDefinition("agent:3")))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(
                        () -> ecs.deleteDaemonTaskDefinition(r -> r.daemonTaskDefinition("agent")))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("Revision is missing");
        assertThatThrownBy(() -> describe("none")).isInstanceOf(ClientException.class);
    }

    @Test
    void theyAreListedByFamilyStatusAndRevision() {
        for (String family : List.of("b", "a", "ab", "b", "a")) {
            register(family);
        }
        ecs.deleteDaemonTaskDefinition(r -> r.daemonTaskDefinition("a:1"));
        assertThat(list(_ -> {})).containsExactly("a:2", "ab:1", "b:1", "b:2");
        assertThat(list(r -> r.sort("DESC"))).containsExactly("b:2", "b:1", "ab:1", "a:2");
        assertThat(list(r -> r.status("ALL"))).containsExactly("a:1", "a:2", "ab:1", "b:1", "b:2");
        assertThat(list(r -> r.status("DELETE_IN_PROGRESS"))).isEmpty();
        assertThat(list(r -> r.familyPrefix("a"))).containsExactly("a:2", "ab:1");
        assertThat(list(r -> r.family("a"))).containsExactly("a:2");
        assertThat(list(r -> r.revision("LAST_REGISTERED"))).containsExactly("a:2", "ab:1", "b:2");
        assertThat(
                        ecs.listDaemonTaskDefinitions(r -> r.family("a").status("ALL"))
                                .daemonTaskDefinitions())
                .extracting(DaemonTaskDefinitionSummary::status)
                .containsExactly(
                        DaemonTaskDefinitionStatus.DELETED, DaemonTaskDefinitionStatus.ACTIVE);
    }

    @Test
    void listsComeInPages() {
        for (int i = 0; i < 5; i++) {
            register("agent");
        }
        for (String order : List.of("ASC", "DESC")) {
            var page = ecs.listDaemonTaskDefinitions(r -> r.sort(order).maxResults(3));
            assertThat(page.daemonTaskDefinitions()).hasSize(3);
            var rest =
                    ecs.listDaemonTaskDefinitions(
                            r -> r.sort(order).maxResults(3).nextToken(page.nextToken()));
            assertThat(rest.daemonTaskDefinitions()).hasSize(2);
            assertThat(rest.nextToken()).isNull();
            assertThatThrownBy(
                            () ->
                                    ecs.listDaemonTaskDefinitions(
                                            r ->
                                                    r.sort(order)
                                                            .family("agent")
                                                            .nextToken(page.nextToken())))
                    .isInstanceOf(InvalidParameterException.class);
        }
        assertThatThrownBy(() -> ecs.listDaemonTaskDefinitions(r -> r.maxResults(0)))
                .isInstanceOf(InvalidParameterException.class);
    }

    @Test
    void itsTagsAreListed() {
        String arn = register("agent", r -> r.tags(Tag.builder().key("team").value("a").build()));
        assertThat(ecs.listTagsForResource(r -> r.resourceArn(arn)).tags())
                .extracting(Tag::value)
                .containsExactly("a");
        assertThatThrownBy(() -> ecs.listTagsForResource(r -> r.resourceArn(FULL + "none:1")))
                .isInstanceOf(InvalidParameterException.class);
    }
}
