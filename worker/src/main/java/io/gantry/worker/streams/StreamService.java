package io.gantry.worker.streams;

import io.gantry.common.acs.AcsMessage.GantryStreamMessage;
import io.gantry.common.stream.StreamControl;
import io.gantry.common.time.Clock;
import io.gantry.worker.core.LocalContainer;
import io.gantry.worker.core.LocalContainer.Phase;
import io.gantry.worker.core.LocalTask;
import io.gantry.worker.runtime.ContainerStreams;
import io.gantry.worker.runtime.ContainerStreams.ExecAsk;
import io.gantry.worker.runtime.ContainerStreams.LogsAsk;
import io.gantry.worker.session.RequestSigner;
import io.vertx.core.Vertx;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries the streams that nodes ask for, each on a thread of its own. */
public final class StreamService implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StreamService.class);
    private static final int MOST = 100;
    private static final int CONNECT_LIMIT_MILLIS = 5_000;
    private static final int LARGEST_MESSAGE_BYTES = 1 << 20;
    private static final byte[] NOTHING = new byte[0];

    private final Vertx vertx;
    private final WebSocketClient sockets;
    private final RequestSigner signer;
    private final Clock clock;
    private final ContainerStreams containers;
    private final Function<String, @Nullable LocalTask> tasks;
    private final Map<String, StreamSocket> open = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * Carries the streams of a runtime's containers.
     *
     * @param tasks finds a task of this worker by its ARN, from any thread
     */
    public StreamService(
            Vertx vertx,
            RequestSigner signer,
            Clock clock,
            ContainerStreams containers,
            Function<String, @Nullable LocalTask> tasks) {
        this.vertx = vertx;
        this.signer = signer;
        this.clock = clock;
        this.containers = containers;
        this.tasks = tasks;
        // Vert.x keeps a limit for each host, which is a node here.
        sockets =
                vertx.createWebSocketClient(
                        new WebSocketClientOptions()
                                .setMaxConnections(2 * MOST)
                                .setConnectTimeout(CONNECT_LIMIT_MILLIS)
                                .setMaxMessageSize(LARGEST_MESSAGE_BYTES)
                                .setMaxFrameSize(LARGEST_MESSAGE_BYTES));
    }

    /** Dials back and carries the stream; returns at once. */
    public void begin(GantryStreamMessage order) {
        if (!closed) {
            Thread.startVirtualThread(() -> carry(order));
        }
    }

    private void carry(GantryStreamMessage order) {
        StreamSocket socket = dial(order);
        if (socket == null) {
            return;
        }
        if (open.putIfAbsent(order.streamId(), socket) != null) {
            socket.close();
            return;
        }
        try {
            socket.say(
                    closed ? new StreamControl.Failure("The worker stops.") : serve(order, socket));
            // The client closes once it has read everything, or the node when the client has left.
            socket.awaitClose();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            socket.close();
        } finally {
            open.remove(order.streamId(), socket);
        }
    }

    private @Nullable StreamSocket dial(GantryStreamMessage order) {
        try {
            URI uri = URI.create(order.url());
            WebSocketConnectOptions options = new WebSocketConnectOptions();
            boolean secure = "https".equals(uri.getScheme());
            options.setSsl(secure)
                    .setHost(uri.getHost())
                    .setPort(uri.getPort() < 0 ? (secure ? 443 : 80) : uri.getPort())
                    .setURI(uri.getRawPath() + '?' + uri.getRawQuery());
            signer.sign("GET", uri, Map.of(), NOTHING, clock.now())
                    .forEach(
                            (name, value) -> {
                                if (!name.toLowerCase(Locale.ROOT).equals("host")) {
                                    options.putHeader(name, value);
                                }
                            });
            return sockets.connect(options)
                    .map(socket -> new StreamSocket(vertx, socket))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(2L * CONNECT_LIMIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException | IllegalArgumentException refused) {
            log.atWarn()
                    .addKeyValue("url", order.url())
                    .addKeyValue("error", why(refused))
                    .log("cannot carry a stream");
            return null;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private static String why(Exception failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return cause instanceof UpgradeRejectedException rejected
                ? "status %d: %s".formatted(rejected.getStatus(), rejected.getBody())
                : String.valueOf(cause);
    }

    /** What to say in the end. */
    private StreamControl serve(GantryStreamMessage order, StreamSocket socket)
            throws InterruptedException {
        try {
            if (open.size() > MOST) {
                throw new IOException("This worker carries %d streams already.".formatted(MOST));
            }
            if (order.kind().equals(GantryStreamMessage.EXEC)) {
                return new StreamControl.Exit(exec(order, socket));
            }
            if (!order.kind().equals(GantryStreamMessage.LOGS)) {
                throw new IOException(
                        "This worker does not know streams of the kind %s."
                                .formatted(order.kind()));
            }
            var ask =
                    new LogsAsk(
                            order.follow(), order.tail(), order.sinceSeconds(), order.timestamps());
            containers.logs(runtimeId(order), ask, socket);
            return new StreamControl.Exit(0);
        } catch (IOException refused) {
            return new StreamControl.Failure(String.valueOf(refused.getMessage()));
        } catch (RuntimeException failure) {
            log.atWarn()
                    .setCause(failure)
                    .addKeyValue("task", order.taskArn())
                    .log("a stream failed");
            return new StreamControl.Failure("The worker failed: " + failure);
        }
    }

    private int exec(GantryStreamMessage order, StreamSocket socket)
            throws IOException, InterruptedException {
        LocalContainer container = container(order);
        if (container.phase() != Phase.RUNNING && container.phase() != Phase.STOPPING) {
            throw new IOException(
                    "The container %s does not run; it is %s."
                            .formatted(
                                    order.containerName(),
                                    container.phase().name().toLowerCase(Locale.ROOT)));
        }
        log.atInfo()
                .addKeyValue("task", order.taskArn())
                .addKeyValue("container", order.containerName())
                .addKeyValue("program", order.command().getFirst())
                .log("executing a command");
        var ask = new ExecAsk(order.command(), order.tty(), order.columns(), order.rows());
        return containers.exec(runtimeId(order), ask, socket);
    }

    private LocalContainer container(GantryStreamMessage order) throws IOException {
        LocalTask task = tasks.apply(order.taskArn());
        if (task == null) {
            throw new IOException("The worker does not know the task (yet).");
        }
        if (task.removed()) {
            throw new IOException(
                    "The containers of the task, which has stopped, have been removed.");
        }
        LocalContainer container = task.container(order.containerName());
        if (container == null) {
            throw new IOException("There is no container %s.".formatted(order.containerName()));
        }
        return container;
    }

    private String runtimeId(GantryStreamMessage order) throws IOException {
        LocalContainer container = container(order);
        String id = container.runtimeId();
        if (id == null) {
            throw new IOException(
                    container.phase() == Phase.STOPPED
                            ? "The container %s was never created: %s"
                                    .formatted(order.containerName(), container.reason())
                            : "The container %s has not been created yet."
                                    .formatted(order.containerName()));
        }
        return id;
    }

    /** Ends all streams and says so. */
    @Override
    public void close() {
        closed = true;
        open.values()
                .forEach(
                        socket -> {
                            socket.say(new StreamControl.Failure("The worker stops."));
                            socket.close();
                        });
        sockets.close();
    }
}
