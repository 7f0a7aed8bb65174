package io.gantry.control.stream;

import io.gantry.common.acs.AcsMessage.GantryStreamMessage;
import io.gantry.common.wire.Authentication;
import io.gantry.common.wire.Identity;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.http.HttpServer;
import io.gantry.control.log.Replica;
import io.gantry.control.stream.StreamAsk.Kind;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams of this node: its clients are here, their workers have dialled back to here. Before a
 * client's upgrade is answered the worker is there, so whatever is in the way is said as the answer
 * of an HTTP request.
 */
public final class Streams implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Streams.class);
    private static final String WORKER_PATH = "/gantry/streams/worker";
    private static final Duration FRESH_LIMIT = Duration.ofSeconds(2);
    private static final int ID_BYTES = 16;

    private final Vertx vertx;
    private final Upgrades upgrades;
    private final Replica replica;
    private final Messenger messenger;
    private final Settings settings;
    private final RandomGenerator random = new SecureRandom();
    private final Map<String, CompletableFuture<Peer>> awaited = new ConcurrentHashMap<>();
    private final Set<Splice> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * What can be set.
     *
     * @param nodeUrl where workers reach this very node
     * @param most streams of this node at the same time
     * @param dialLimit how long a worker may take to dial back
     * @param beat between pings
     */
    public record Settings(
            String node, String nodeUrl, int most, Duration dialLimit, Duration beat) {
        private static final int USUAL_MOST = 200;

        /** The usual limits. */
        public Settings(String node, String nodeUrl) {
            this(node, nodeUrl, USUAL_MOST, Duration.ofSeconds(10), Duration.ofSeconds(20));
        }
    }

    public Streams(
            Vertx vertx,
            Authentication authentication,
            ExecutorService virtualThreads,
            Replica replica,
            Messenger messenger,
            Settings settings) {
        this.vertx = vertx;
        this.upgrades = new Upgrades(vertx, authentication, virtualThreads);
        this.replica = replica;
        this.messenger = messenger;
        this.settings = settings;
    }

    /** What to serve, by path. */
    public Map<String, HttpServer.Upgrade> upgrades() {
        return Map.of(
                "/gantry/streams/logs",
                request -> fromClient(Kind.LOGS, request),
                "/gantry/streams/exec",
                request -> fromClient(Kind.EXEC, request),
                WORKER_PATH,
                this::fromWorker);
    }

    private void fromClient(Kind kind, HttpServerRequest request) {
        upgrades.open(
                request,
                identity -> call(StreamAsk.of(kind, parameters(request.params())), identity),
                this::splice,
                worker -> worker.close(Splice.GOING_AWAY, "the client has left"));
    }

    private static Map<String, List<String>> parameters(MultiMap given) {
        Map<String, List<String>> parameters = new TreeMap<>();
        given.names().forEach(name -> parameters.put(name, given.getAll(name)));
        return parameters;
    }

    /** Has the worker dial back. Blocks until it has. */
    private Peer call(StreamAsk ask, Identity identity) {
        Target target = Target.of(fresh(), ask);
        if (closed) {
            throw closing();
        }
        if (awaited.size() + open.size() >= settings.most()) {
            throw new StreamRefused(
                    503,
                    "LimitExceededException",
                    "The node %s carries %d streams already; end some or ask another node."
                            .formatted(settings.node(), settings.most()));
        }
        String id = id();
        var dialled = new CompletableFuture<Peer>();
        awaited.put(id, dialled);
        try {
            if (!messenger.tell(target.worker(), order(id, ask, target))) {
                throw new StreamRefused(
                        503,
                        "ServerException",
                        "The worker is connected to the node %s, which %s cannot reach at the moment; ask that node."
                                .formatted(target.node(), settings.node()));
            }
            Peer worker = dialled.get(settings.dialLimit().toMillis(), TimeUnit.MILLISECONDS);
            log.atInfo()
                    .addKeyValue("kind", ask.kind().name().toLowerCase(Locale.ROOT))
                    .addKeyValue("task", target.taskArn())
                    .addKeyValue("container", target.container())
                    .addKeyValue("key", identity.accessKey())
                    .log("stream opened");
            return worker;
        } catch (TimeoutException silent) {
            dialled.cancel(false);
            throw new StreamRefused(
                    504,
                    "WorkerNotRespondingException",
                    "The worker %s did not call back at %s within %d s."
                            .formatted(
                                    target.worker(),
                                    settings.nodeUrl(),
                                    settings.dialLimit().toSeconds()));
        } catch (ExecutionException refused) {
            throw closing();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw closing();
        } finally {
            awaited.remove(id);
        }
    }

    /**
     * The newest state, or what this node has without a quorum: looking into containers helps most
     * when something is wrong, and the worker knows better than either.
     */
    private ClusterState fresh() {
        try {
            replica.catchUp().get(FRESH_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | CompletionException | TimeoutException noQuorum) {
            log.atDebug().setCause(noQuorum).log("no quorum, going by what is known here");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return replica.state();
    }

    private StreamRefused closing() {
        return new StreamRefused(
                503, "ServerException", "The node %s is closing.".formatted(settings.node()));
    }

    private String id() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private GantryStreamMessage order(String id, StreamAsk ask, Target target) {
        String base = settings.nodeUrl().replaceFirst("/+$", "");
        return new GantryStreamMessage(
                id,
                id,
                base + WORKER_PATH + "?stream=" + id,
                ask.kind() == Kind.LOGS ? GantryStreamMessage.LOGS : GantryStreamMessage.EXEC,
                target.taskArn(),
                target.container(),
                ask.command(),
                ask.tty(),
                ask.columns(),
                ask.rows(),
                ask.follow(),
                ask.tail(),
                ask.sinceSeconds(),
                ask.timestamps());
    }

    private void splice(Peer worker, Peer client) {
        var splice = new Splice(vertx, client, worker, settings.beat(), open::remove);
        open.add(splice);
        splice.start();
        if (closed) {
            splice.end("The node %s is closing.".formatted(settings.node()));
        }
    }

    private void fromWorker(HttpServerRequest request) {
        upgrades.open(
                request,
                identity -> {
                    String id = request.getParam("stream");
                    CompletableFuture<Peer> waiting = id == null ? null : awaited.get(id);
                    if (waiting == null) {
                        throw StreamRefused.notFound(
                                "StreamNotFoundException",
                                "Nobody waits for this stream any more.");
                    }
                    return waiting;
                },
                (waiting, worker) -> {
                    if (!waiting.complete(worker)) {
                        worker.close(Splice.GOING_AWAY, "the client has left");
                    }
                },
                waiting -> {});
    }

    /** Streams that are open here. */
    public int count() {
        return open.size();
    }

    /** Ends all streams and says so to both sides. */
    @Override
    public void close() {
        closed = true;
        awaited.values().forEach(waiting -> waiting.completeExceptionally(closing()));
        open.forEach(
                splice ->
                        splice.end(
                                "The node %s of the control plane stops; ask again."
                                        .formatted(settings.node())));
    }
}
