package io.gantry.worker.endpoints;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.common.time.VirtualTime;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several workers of a machine and one address, in earnest but for the time between looks. */
class SharedAddressTest {
    private static final String ADDRESS = "127.0.0.77";
    private static final Duration SECONDS = Duration.ofSeconds(5);

    private final Vertx vertx = Vertx.vertx();
    private final VirtualTime time = new VirtualTime();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port = freePort();
    private final List<Vertx> others = new ArrayList<>();

    @AfterEach
    void stop() {
        http.close();
        vertx.close().await();
        others.forEach(each -> each.close().await());
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral(ADDRESS))) {
            return socket.getLocalPort();
        } catch (IOException none) {
            throw new IllegalStateException(none);
        }
    }

    private SharedAddress address(String identity, Machine machine) {
        var front = new HttpFront(vertx(), _ -> Reply.text(200, identity), null, "t");
        return new SharedAddress(ADDRESS, port, machine, front, identity, time);
    }

    /** Servers of one Vert.x share their ports. */
    private Vertx vertx() {
        Vertx own = Vertx.vertx();
        others.add(own);
        return own;
    }

    private Machine plain() {
        return () -> Machine.Preparation.listen(port);
    }

    private String heard(int where, String at) throws Exception {
        URI uri = URI.create("http://" + at + ':' + where + "/v4/x?a=b");
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }

    @Test
    void oneHoldsItAndAnotherTakesItsPlace() throws Exception {
        SharedAddress first = address("gantry 1", plain());
        SharedAddress second = address("gantry 2", plain());
        first.begin();
        second.begin();
        assertThat(first.available()).isTrue();
        assertThat(second.available()).isTrue();
        assertThat(heard(port, ADDRESS)).isEqualTo("gantry 1");
        first.close();
        assertThat(first.available()).isFalse();
        awaitTakeover(second);
        assertThat(second.available()).isTrue();
        assertThat(heard(port, ADDRESS)).isEqualTo("gantry 2");
        second.close();
    }

    /** The port is free a moment after its server was closed. */
    private void awaitTakeover(SharedAddress next) throws Exception {
        long end = System.nanoTime() + SECONDS.toNanos();
        while (true) {
            time.advance(Duration.ofSeconds(2));
            try {
                if (heard(port, ADDRESS).equals("gantry 2")) {
                    assertThat(next.available()).isTrue();
                    return;
                }
            } catch (IOException nobody) {
                assertThat(System.nanoTime()).isLessThan(end);
            }
        }
    }

    @Test
    void whatOthersServeThereIsLeftAlone() throws Exception {
        var stranger = new HttpFront(vertx, _ -> Reply.notFound(), null, "t");
        var server = stranger.listen(ADDRESS, port);
        SharedAddress address = address("gantry 1", plain());
        address.begin();
        assertThat(address.available()).isFalse();
        server.close().await();
        time.advance(Duration.ofSeconds(2));
        assertThat(address.available()).isTrue();
        address.close();
    }

    /** Amazon's agent does not listen there: it lets the kernel send the packets elsewhere. */
    @Test
    void aListenerThatIsNotReachedGivesUp() throws Exception {
        int unreached = freePort();
        var stranger = new HttpFront(vertx, _ -> Reply.notFound(), null, "t");
        var server = stranger.listen(ADDRESS, port);
        SharedAddress address = address("gantry 1", () -> Machine.Preparation.listen(unreached));
        address.begin();
        assertThat(address.available()).isFalse();
        server.close().await();
    }

    @Test
    void aMachineThatCannotHaveItIsAskedAgain() {
        var obstacle = new AtomicReference<>(Machine.Preparation.impossible("not root"));
        SharedAddress address = address("gantry 1", obstacle::get);
        address.begin();
        assertThat(address.available()).isFalse();
        obstacle.set(Machine.Preparation.listen(port));
        time.advance(Duration.ofSeconds(2));
        assertThat(address.available()).isTrue();
        obstacle.set(Machine.Preparation.impossible("no longer"));
        time.advance(Duration.ofSeconds(2));
        assertThat(address.available()).isFalse();
        address.close();
    }

    @Test
    void othersAreAskedAboutTheirOwnTasksOnly(@TempDir Path directory) throws Exception {
        var knowing =
                new HttpFront(
                        vertx,
                        request ->
                                request.path().equals("/v4/known")
                                        ? Reply.message(200, request.query() + request.body())
                                        : Reply.message(404, "unknown").fromStranger(),
                        new RateLimit(time),
                        "token-b");
        var ignorant =
                new HttpFront(
                        vertx, _ -> Reply.message(404, "unknown").fromStranger(), null, "token-c");
        var b = new Registrations(directory, "b");
        b.register(knowing.listen("127.0.0.1", 0).actualPort(), "token-b");
        var c = new Registrations(directory, "c");
        c.register(ignorant.listen("127.0.0.1", 0).actualPort(), "token-c");
        Files.writeString(
                directory.resolve("stale.json"),
                "{\"pid\":%d,\"startedMillis\":1,\"port\":1,\"token\":\"x\"}"
                        .formatted(ProcessHandle.current().pid()));
        try (var own = new Registrations(directory, "a");
                var forwarding = new Forwarding(own)) {
            assertThat(own.others()).hasSize(2);
            assertThat(directory.resolve("stale.json")).doesNotExist();
            assertThat(forwarding.ask(request("PUT", "/v4/known", "x=y", "{}")))
                    .isEqualTo(new Reply(200, "application/json", "\"x=y{}\"", false));
            // Passing on is not counted against the one who passes on.
            for (int i = 0; i < 100; i++) {
                assertThat(forwarding.ask(request("GET", "/v4/other", "", ""))).isNull();
            }
            b.close();
            assertThat(own.others()).hasSize(1);
            assertThat(forwarding.ask(request("GET", "/v4/known", "", ""))).isNull();
        }
    }

    private static Request request(String method, String path, String query, String body) {
        return new Request(method, path, query, Map.of(), "172.17.0.2", body, false);
    }
}
