package io.gantry.control.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leadership moves because somebody wants it to: no client of any node may see a failure. */
class StepDownTest {
    private static final int CLIENTS = 4;
    private static final int MORE = 25;
    @TempDir private Path directory;

    /** Clients that register families of their own, as SDKs do it, through all nodes in turn. */
    private static final class Clients {
        private final Trio trio;
        private final Set<String> registered = ConcurrentHashMap.newKeySet();
        private final Queue<String> failures = new ConcurrentLinkedQueue<>();
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean stopping;

        Clients(Trio trio) {
            this.trio = trio;
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                threads.add(Thread.ofVirtual().start(() -> run(client)));
            }
        }

        private void run(int client) {
            try {
                for (int i = 0; !stopping && failures.isEmpty(); i++) {
                    register("c%d-%d".formatted(client, i), i);
                }
            } catch (InterruptedException interrupted) {
                failures.add(interrupted.toString());
            }
        }

        private static String definition(String family) {
            return """
            {"family": "%s", "containerDefinitions":
              [{"name": "main", "image": "busybox:local", "memory": 64}]}
            """
                    .formatted(family);
        }

        /** A connection that breaks is no answer: the call is sent again, to another node. */
        private void register(String family, int first) throws InterruptedException {
            for (int attempt = 1; attempt <= Trio.COUNT; attempt++) {
                int node = 1 + (first + attempt) % Trio.COUNT;
                try {
                    HttpResponse<String> answer =
                            trio.ecs(
                                    node,
                                    "RegisterTaskDefinition",
                                    definition(family),
                                    "amz-sdk-invocation-id",
                                    family,
                                    "amz-sdk-request",
                                    "attempt=" + attempt);
                    if (answer.statusCode() != 200 || !answer.body().contains(family + ":1")) {
                        failures.add(answer.statusCode() + answer.body());
                    }
                    registered.add(family);
                    return;
                } catch (IOException broken) {
                    if (attempt == Trio.COUNT) {
                        failures.add(family + ": " + broken);
                    }
                }
            }
        }

        void awaitMore() {
            int wanted = registered.size() + MORE;
            long deadline = System.nanoTime() + 30_000_000_000L;
            while (registered.size() < wanted && failures.isEmpty()) {
                assertThat(System.nanoTime()).as("requests go on").isLessThan(deadline);
                LockSupport.parkNanos(5_000_000);
            }
        }

        void end() throws InterruptedException {
            stopping = true;
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failures).isEmpty();
        }
    }

    @Test
    void leadershipGoesToWhomeverAnOperatorNames() throws Exception {
        try (var trio = new Trio(directory)) {
            var clients = new Clients(trio);
            for (int round = 0; round < 3; round++) {
                clients.awaitMore();
                int leader = trio.leader(1);
                int next = 1 + leader % Trio.COUNT;
                HttpResponse<String> moved =
                        trio.operate(
                                leader, "transfer-leadership", "{\"to\": \"n%d\"}".formatted(next));
                assertThat(moved.statusCode()).as(moved.body()).isEqualTo(200);
                assertThat(moved.body()).contains("\"leader\":\"n%d\"".formatted(next), "millis");
            }
            clients.awaitMore();
            clients.end();
            int leader = trio.leader(1);
            HttpResponse<String> again =
                    trio.operate(
                            leader, "transfer-leadership", "{\"to\": \"n%d\"}".formatted(leader));
            assertThat(again.statusCode()).isEqualTo(409);
            assertThat(again.body()).contains("n%d leads already.".formatted(leader));
        }
    }

    @Test
    void aLeaderThatIsStoppedHandsOverAndAnswersWhatItHasBeenAsked() throws Exception {
        try (var trio = new Trio(directory)) {
            var clients = new Clients(trio);
            clients.awaitMore();
            int leader = trio.leader(1);
            trio.stop(leader);
            assertThat(trio.leader(1 + leader % Trio.COUNT)).isNotIn(0, leader);
            clients.awaitMore();
            clients.end();
        }
    }
}
