package io.gantry.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.wire.HttpReply;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SDKs send a call again under the same id when they got no answer. */
class RepeatedCallsTest {
    private static final String FAMILY =
            """
            {"family": "%s", "containerDefinitions":
              [{"name": "main", "image": "busybox:local", "memory": 64}]}
            """;

    private final Office office = new Office().withCluster("demo");

    private HttpReply send(String operation, String id, int attempt, String json) {
        return office.send(
                operation,
                json.getBytes(StandardCharsets.UTF_8),
                Map.of(
                        "amz-sdk-invocation-id",
                        id,
                        "amz-sdk-request",
                        "attempt=" + attempt + "; max=3"));
    }

    /** Two attempts of one call, of which the client never saw the first one's answer. */
    private String twice(String operation, String json) {
        HttpReply first = send(operation, "8f2c-" + operation, 1, json);
        HttpReply again = send(operation, "8f2c-" + operation, 2, json);
        assertThat(first.status()).as(text(first)).isEqualTo(200);
        assertThat(again.status()).as(text(again)).isEqualTo(200);
        return text(again);
    }

    private static String text(HttpReply reply) {
        return new String(reply.body(), StandardCharsets.UTF_8);
    }

    private int revisions(String family) {
        return office.log.state().revisionsOf(family).size();
    }

    @Test
    void aDefinitionIsRegisteredOnce() {
        assertThat(twice("RegisterTaskDefinition", FAMILY.formatted("web"))).contains("web:1");
        assertThat(revisions("web")).isEqualTo(1);
    }

    @Test
    void tasksAreRunOnceAlsoWhereThereIsRoomForNoMore() {
        office.worker("demo");
        office.ecs.registerTaskDefinition(
                r ->
                        r.family("big")
                                .containerDefinitions(
                                        Office.container("main").memory(900).build()));
        String answer = twice("RunTask", "{\"cluster\": \"demo\", \"taskDefinition\": \"big\"}");
        assertThat(office.log.state().tasks().size()).isEqualTo(1);
        String task = office.log.state().tasks().values().toList().getFirst().id().toString();
        assertThat(answer).contains(task).contains("\"failures\":[]");
    }

    @Test
    void aServiceIsCreatedOnceAndDeletedOnce() {
        office.definition("web");
        String service = "{\"cluster\": \"demo\", \"%s\": \"web\"%s}";
        assertThat(
                        twice(
                                "CreateService",
                                service.formatted(
                                        "serviceName",
                                        ", \"taskDefinition\": \"web\", \"desiredCount\": 0")))
                .contains("\"status\":\"ACTIVE\"");
        twice("DeleteService", service.formatted("service", ""));
    }

    @Test
    void anUpdateDeploysOnce() {
        office.definition("web");
        office.ecs.createService(
                r -> r.cluster("demo").serviceName("web").taskDefinition("web").desiredCount(1));
        String update =
                "{\"cluster\": \"demo\", \"service\": \"web\", \"forceNewDeployment\": true}";
        send("UpdateService", "one", 1, update);
        long first = primary();
        send("UpdateService", "one", 2, update);
        assertThat(primary()).isEqualTo(first);
        send("UpdateService", "two", 1, update);
        assertThat(primary()).isNotEqualTo(first);
    }

    private long primary() {
        return office.log.state().services().values().toList().getFirst().primary().number();
    }

    @Test
    void aMachineIsRegisteredOnce() {
        twice(
                "RegisterContainerInstance",
                """
                {"cluster": "demo", "totalResources": [
                  {"name": "CPU", "type": "INTEGER", "integerValue": 1024},
                  {"name": "MEMORY", "type": "INTEGER", "integerValue": 1024}]}
                """);
        assertThat(office.log.state().workers().size()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"CreateCluster, clusterName", "DeleteCluster, cluster"})
    void whatIsDoneAlreadyIsAnsweredAgain(String operation, String member) {
        twice(operation, "{\"%s\": \"demo\"}".formatted(member));
    }

    @Test
    void theSameIdWithOtherParametersIsACallOfItsOwn() {
        send("RegisterTaskDefinition", "one", 1, FAMILY.formatted("a"));
        HttpReply other = send("RegisterTaskDefinition", "one", 2, FAMILY.formatted("b"));
        assertThat(text(other)).contains("b:1");
        assertThat(revisions("a") + revisions("b")).isEqualTo(2);
    }

    /** As of a client that has no such ids, or sends nonsense. */
    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "ä", LONG})
    void withoutAnIdThatTellsCallsApartEachRequestCounts(String id) {
        send("RegisterTaskDefinition", id, 1, FAMILY.formatted("web"));
        send("RegisterTaskDefinition", id, 1, FAMILY.formatted("web"));
        assertThat(revisions("web")).isEqualTo(2);
    }

    private static final String LONG =
            "0123456789012345678901234567890123456789012345678901234567890123"
                    + "0123456789012345678901234567890123456789012345678901234567890123x";

    @Test
    void readsAreStaleOnlyIfTheClientSaysSo() {
        office.log.setAvailable(false);
        byte[] nothing = "{}".getBytes(StandardCharsets.UTF_8);
        Map<String, String> stale = Map.of("x-gantry-consistency", "stale");
        assertThat(office.send("ListClusters", nothing).status()).isEqualTo(503);
        HttpReply read = office.send("ListClusters", nothing, stale);
        assertThat(read.status()).isEqualTo(200);
        assertThat(text(read)).contains("cluster/demo");
        byte[] cluster = "{\"clusterName\": \"x\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(office.send("CreateCluster", cluster, stale).status()).isEqualTo(503);
    }
}
