package io.gantry.control.stream;

import io.gantry.common.acs.AcsMessage.GantryStreamMessage;
import io.gantry.common.model.Resources;
import io.gantry.common.model.TaskId;
import io.gantry.common.model.WorkerId;
import io.gantry.common.wire.AssumedRole;
import io.gantry.common.wire.Authentication;
import io.gantry.common.wire.Dispatcher;
import io.gantry.common.wire.Identity;
import io.gantry.control.World;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.state.Task.Status;
import io.gantry.control.http.HttpServer;
import io.gantry.control.metrics.Metrics;
import io.gantry.control.operator.OperatorApi;
import io.vertx.core.Vertx;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A node with a running task, on a worker that the test plays. */
final class Site implements AutoCloseable {
    private static final AssumedRole TASK_ROLE =
            new AssumedRole(
                    "arn:aws:iam::123456789012:role/app",
                    "arn:aws:ecs:us-east-1:123456789012:task/demo/1",
                    true);

    static final String HOST = "127.0.0.1";
    private static final int PATIENCE_SECONDS = 10;

    final World world = new World();
    final WorkerId worker;
    final TaskId task;
    final BlockingQueue<GantryStreamMessage> orders = new LinkedBlockingQueue<>();
    final Streams streams;
    private final Vertx vertx = Vertx.vertx();
    private final ExecutorService virtualThreads = Executors.newVirtualThreadPerTaskExecutor();
    private final WebSocketClient sockets =
            vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(100));
    private final HttpServer server;
    private final int port;

    Site(int most, Duration dialLimit) throws IOException {
        worker = worker(world, GantryStreamMessage.CAPABILITY, GantryStreamMessage.TTY_CAPABILITY);
        world.connect(worker);
        task = world.run(worker);
        world.observe(task, Status.RUNNING);
        try (var free = new ServerSocket(0, 1, InetAddress.ofLiteral(HOST))) {
            port = free.getLocalPort();
        }
        Authentication anybody =
                request ->
                        request.header("x-amz-security-token") == null
                                ? Identity.ANONYMOUS
                                : new Identity("ASIA1", "us-east-1", "ecs", TASK_ROLE);
        streams =
                new Streams(
                        vertx,
                        anybody,
                        virtualThreads,
                        world.log,
                        (told, order) -> orders.add(order),
                        new Streams.Settings(
                                "n1",
                                "http://" + HOST + ':' + port,
                                most,
                                dialLimit,
                                Duration.ofSeconds(20)));
        server =
                new HttpServer(
                        vertx,
                        HOST,
                        port,
                        new Dispatcher(anybody, List.of(), new Metrics()),
                        Map.of(),
                        streams.upgrades(),
                        new OperatorApi(anybody, Map.of()),
                        virtualThreads);
    }

    /** A machine whose agent says that it can do this. */
    static WorkerId worker(World world, String... capabilities) {
        WorkerId id = world.ids.worker();
        var attributes = new TreeMap<String, String>();
        for (String capability : capabilities) {
            attributes.put(capability, "");
        }
        world.log.apply(
                new Command.RegisterWorker(
                        id,
                        false,
                        World.CLUSTER,
                        attributes,
                        List.of(),
                        new Resources(4096, 4096),
                        List.of(),
                        null,
                        List.of()));
        return id;
    }

    /** Begins an upgrade; it is answered when the worker has dialled back. */
    CompletableFuture<End> ask(String pathAndQuery, String... headers) {
        var options =
                new WebSocketConnectOptions().setHost(HOST).setPort(port).setURI(pathAndQuery);
        for (int i = 0; i < headers.length; i += 2) {
            options.putHeader(headers[i], headers[i + 1]);
        }
        return sockets.connect(options)
                .map(socket -> new End(vertx.getOrCreateContext(), socket))
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    CompletableFuture<End> askForLogs() {
        return ask("/gantry/streams/logs?cluster=demo&follow=true&task=" + task);
    }

    GantryStreamMessage order() throws InterruptedException {
        return Objects.requireNonNull(
                orders.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "the worker was not told");
    }

    /** Dials back as the worker that was told. */
    End dial(GantryStreamMessage order) {
        URI uri = URI.create(order.url());
        return ask(uri.getRawPath() + '?' + uri.getRawQuery()).join();
    }

    /** The status and body with which an upgrade is refused. */
    static UpgradeRejectedException refusal(CompletableFuture<End> asked) {
        try {
            asked.join();
        } catch (CompletionException refused) {
            if (refused.getCause() instanceof UpgradeRejectedException rejected) {
                return rejected;
            }
            throw refused;
        }
        throw new AssertionError("not refused");
    }

    @Override
    public void close() {
        streams.close();
        server.close();
        virtualThreads.shutdownNow();
        vertx.close().await();
    }
}
