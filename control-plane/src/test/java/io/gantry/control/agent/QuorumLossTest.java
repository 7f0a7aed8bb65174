package io.gantry.control.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuorumLossTest {
    private static final String DEMO = "{\"cluster\": \"demo\"%s}";

    /** Twice the deadline of a request, since the machine may have other things to do. */
    private static final Duration BOUND = Duration.ofSeconds(9);

    private static final Map<String, String> OPERATIONS =
            Map.of(
                    "ListClusters", "{}",
                    "CreateCluster", "{\"clusterName\": \"other\"}",
                    "DeleteCluster", DEMO.formatted(""),
                    "DescribeServices", DEMO.formatted(", \"services\": [\"web\"]"),
                    "UpdateService", DEMO.formatted(", \"service\": \"web\""),
                    "ListTasks", DEMO.formatted(""),
                    "RunTask", DEMO.formatted(", \"taskDefinition\": \"web\""),
                    "ListContainerInstances", DEMO.formatted(""),
                    "RegisterContainerInstance", DEMO.formatted(""),
                    "RegisterTaskDefinition",
                            "{\"family\": \"web\", \"containerDefinitions\": [{\"name\": \"a\","
                                    + " \"image\": \"b\", \"memory\": 64}]}");

    @TempDir private Path directory;

    @Test
    void everythingIsRefusedInTimeUntilAMajorityIsBack() throws Exception {
        try (var trio = new Trio(directory)) {
            trio.stop(1);
            trio.stop(2);
            assertAllRefused(trio);
            HttpResponse<String> stale =
                    trio.ecs(3, "ListClusters", "{}", "x-gantry-consistency", "stale");
            assertThat(stale.statusCode()).as(stale.body()).isEqualTo(200);
            assertThat(stale.body()).contains("cluster/demo");

            trio.start(1);
            trio.node(3).createCluster("after");
            HttpResponse<String> read = trio.ecs(3, "ListClusters", "{}");
            assertThat(read.statusCode()).as(read.body()).isEqualTo(200);
            assertThat(read.body()).contains("cluster/demo", "cluster/after");
        }
    }

    /** All at once, so that they compete for whatever they wait for. */
    private static void assertAllRefused(Trio trio) throws Exception {
        var calls = new ArrayList<Callable<HttpResponse<String>>>();
        OPERATIONS.forEach((name, json) -> calls.add(() -> trio.ecs(3, name, json)));
        calls.add(() -> trio.operate(3, "snapshot", "{}"));
        calls.add(() -> trio.operate(3, "transfer-leadership", "{}"));
        calls.add(() -> trio.operate(3, "members-remove", "{\"id\": \"n1\"}"));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<HttpResponse<String>>> answers =
                    threads.invokeAll(calls, BOUND.toSeconds(), TimeUnit.SECONDS);
            for (Future<HttpResponse<String>> answer : answers) {
                assertThat(answer.isCancelled()).as("without an answer within %s", BOUND).isFalse();
                String body = answer.get().body();
                assertThat(answer.get().statusCode()).as(body).isEqualTo(503);
                assertThat(body)
                        .contains("ServerException", "no quorum", "start the nodes that are down");
            }
        }
    }
}
