package io.gantry.control.raft;

import io.gantry.common.model.IdSource;
import io.gantry.common.time.Clock;
import io.gantry.common.wire.Dispatcher;
import io.gantry.common.wire.SigV4;
import io.gantry.control.api.ApiContext;
import io.gantry.control.api.EcsApi;
import io.gantry.control.api.Endpoints;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Realm;
import io.gantry.control.http.HttpServer;
import io.gantry.control.live.LocalLiveStore;
import io.gantry.control.operator.OperatorApi;
import io.vertx.core.Vertx;
import java.net.URI;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecs.EcsClient;

/** The API of a node on a socket, signatures verified; nobody leads and no agent is served. */
final class ServedNode implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final ExecutorService virtualThreads = Executors.newVirtualThreadPerTaskExecutor();
    private final Realm realm;
    private final HttpServer http;

    ServedNode(RaftNode node, Realm realm) {
        this.realm = realm;
        Clock clock = Clock.system();
        var random = new SecureRandom();
        var signatures =
                SigV4.of((id, token) -> new SigV4.Key(realm.rootKey().secret(), null), clock);
        var context =
                new ApiContext(
                        node,
                        node,
                        new IdSource(clock, random),
                        random,
                        new NoAgents(),
                        seen ->
                                node.submit(new Command.ObserveTasks(List.of(seen)))
                                        .thenApply(committed -> null),
                        ApiContext.DEFAULT_DEADLINE,
                        new LocalLiveStore(),
                        clock);
        this.http =
                new HttpServer(
                        vertx,
                        "127.0.0.1",
                        0,
                        new Dispatcher(
                                signatures,
                                List.of(new EcsApi(context).api()),
                                (operation, code, nanos) -> {}),
                        Map.of(),
                        Map.of(),
                        new OperatorApi(signatures, Map.of()),
                        virtualThreads);
    }

    private record NoAgents() implements Endpoints {
        @Override
        public String agents() {
            return "http://127.0.0.1/acs/";
        }

        @Override
        public String telemetry() {
            return "http://127.0.0.1/tcs/";
        }
    }

    /** A client of its own connection. */
    EcsClient client() {
        return EcsClient.builder()
                .region(Region.of(realm.region()))
                .endpointOverride(URI.create("http://127.0.0.1:" + http.port()))
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(
                                        realm.rootKey().id(), realm.rootKey().secret())))
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    @Override
    public void close() {
        http.close();
        virtualThreads.shutdownNow();
        vertx.close().await();
    }
}
