package io.gantry.control.stream;

import io.gantry.common.stream.StreamControl;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Two sockets that say to each other what comes in. A side that reads slowly slows down the other:
 * what is under way here in one direction stays below {@link #WINDOW_BYTES} and one more message.
 * However the stream ends, both sides are told why.
 */
final class Splice {
    static final int WINDOW_BYTES = 512 << 10;

    static final short NORMAL = 1000;
    static final short GOING_AWAY = 1001;
    static final short FAILED = 1011;

    /** Counted for each message, so that empty ones cannot pile up. */
    private static final long OVERHEAD_BYTES = 64;

    private final Vertx vertx;
    private final Peer client;
    private final Peer worker;
    private final Duration beat;
    private final Consumer<Splice> ended;
    private final Flow fromClient;
    private final Flow fromWorker;
    private final AtomicBoolean over = new AtomicBoolean();
    private long timer;
    private volatile boolean said;
    private volatile long heardNanos = System.nanoTime();

    /**
     * Two paused sockets.
     *
     * @param beat between pings, which keep idle streams alive; a worker that answers none of three
     *     is lost
     * @param ended called once
     */
    Splice(Vertx vertx, Peer client, Peer worker, Duration beat, Consumer<Splice> ended) {
        this.vertx = vertx;
        this.client = client;
        this.worker = worker;
        this.beat = beat;
        this.ended = ended;
        fromClient = new Flow(client, worker);
        fromWorker = new Flow(worker, client);
    }

    void start() {
        timer = vertx.setPeriodic(beat.toMillis(), tick -> beat());
        worker.run(
                () -> {
                    worker.socket().pongHandler(pong -> heard());
                    worker.socket().closeHandler(closed -> workerLeft());
                    worker.socket().binaryMessageHandler(this::fromWorker);
                    worker.socket().textMessageHandler(this::fromWorker);
                    worker.socket().exceptionHandler(failure -> {});
                    fromWorker.begin();
                });
        client.run(
                () -> {
                    client.socket().closeHandler(closed -> clientLeft());
                    client.socket().binaryMessageHandler(fromClient::pass);
                    client.socket().textMessageHandler(fromClient::pass);
                    client.socket().exceptionHandler(failure -> {});
                    fromClient.begin();
                });
    }

    private void heard() {
        heardNanos = System.nanoTime();
    }

    private void fromWorker(Buffer message) {
        heard();
        fromWorker.pass(message);
    }

    private void fromWorker(String message) {
        heard();
        StreamControl control = StreamControl.decode(message);
        if (control instanceof StreamControl.Exit || control instanceof StreamControl.Failure) {
            said = true;
        }
        fromWorker.pass(message);
    }

    private void beat() {
        client.ping();
        worker.ping();
        worker.run(
                () -> {
                    // Nothing is heard of a worker either while the client keeps it waiting.
                    if (fromWorker.paused) {
                        heard();
                    } else if (System.nanoTime() - heardNanos > 3 * beat.toNanos()) {
                        end("The worker does not answer any more.");
                    }
                });
    }

    private void clientLeft() {
        if (finish()) {
            worker.close(GOING_AWAY, "the client has left");
        }
    }

    private void workerLeft() {
        if (!finish()) {
            return;
        }
        if (said) {
            client.close(NORMAL, "");
        } else {
            client.fail(FAILED, "The connection to the worker was lost.");
        }
    }

    /** Ends the stream from here. */
    void end(String why) {
        if (finish()) {
            client.fail(GOING_AWAY, why);
            worker.close(GOING_AWAY, why);
        }
    }

    private boolean finish() {
        if (!over.compareAndSet(false, true)) {
            return false;
        }
        vertx.cancelTimer(timer);
        ended.accept(this);
        return true;
    }

    /** One direction. Its fields belong to the event loop of the side that speaks. */
    private static final class Flow {
        private final Peer from;
        private final Peer to;
        private long underWay;
        private boolean paused;

        private Flow(Peer from, Peer to) {
            this.from = from;
            this.to = to;
        }

        private void begin() {
            if (!from.socket().isClosed()) {
                from.socket().resume();
            }
        }

        private void pass(Buffer message) {
            pass(message.length(), open -> open.writeBinaryMessage(message));
        }

        private void pass(String message) {
            pass(
                    message.getBytes(StandardCharsets.UTF_8).length,
                    open -> open.writeTextMessage(message));
        }

        private void pass(int bytes, Function<ServerWebSocket, Future<Void>> message) {
            long cost = bytes + OVERHEAD_BYTES;
            underWay += cost;
            if (underWay >= WINDOW_BYTES && !paused) {
                paused = true;
                from.socket().pause();
            }
            to.write(message, () -> from.run(() -> passed(cost)));
        }

        private void passed(long cost) {
            underWay -= cost;
            if (paused && underWay <= WINDOW_BYTES / 2) {
                paused = false;
                if (!from.socket().isClosed()) {
                    from.socket().resume();
                }
            }
        }
    }
}
