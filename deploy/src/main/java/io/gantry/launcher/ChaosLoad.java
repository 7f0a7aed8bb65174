package io.gantry.launcher;

import io.gantry.common.wire.Json;
import io.gantry.common.wire.Shape.Structure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.EcsRequest;

/**
 * Clients that call the API at a steady rate, whether or not earlier calls have been answered: a
 * node that is silent must not keep the others from being asked. Reads and writes take turns, and
 * each kind goes round over all nodes. A call that fails is tried twice more at the next nodes, as
 * SDKs do; both outcomes are kept.
 */
final class ChaosLoad implements AutoCloseable {
    static final int CLIENTS = 4;
    static final Duration LIMIT = Duration.ofSeconds(5);
    private static final int CALLS_PER_SECOND = 20;
    private static final int UNANSWERED = 200;
    private static final int TRIES = 3;
    private static final int FIRST_PAUSE_MILLIS = 50;

    private final List<URI> nodes;
    private final Credentials credentials;
    private final ChaosProbe probe;
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(LIMIT)
                    .build();
    private final ConcurrentLinkedQueue<ChaosCall> calls = new ConcurrentLinkedQueue<>();
    private final Map<Object, Long> pending = new ConcurrentHashMap<>();
    private volatile boolean running = true;

    ChaosLoad(Session session, Credentials credentials, ChaosProbe probe) {
        nodes = session.installation().controlPlane().stream().map(Member::url).toList();
        this.credentials = credentials;
        this.probe = probe;
    }

    void start() {
        for (int i = 0; i < CLIENTS; i++) {
            int client = i;
            clients.execute(() -> keepCalling(client));
        }
    }

    private void keepCalling(int client) {
        var unanswered = new Semaphore(UNANSWERED);
        long step = Duration.ofSeconds(1).toNanos() / CALLS_PER_SECOND;
        // Not all at the same moment.
        long next = System.nanoTime() + step * client / CLIENTS;
        for (int turn = 0; running; turn++) {
            sleepUntil(next);
            next += step;
            int number = turn;
            if (unanswered.tryAcquire()) {
                var id = new Object();
                pending.put(id, System.nanoTime());
                threads.execute(
                        () -> {
                            calls.add(call(client, number));
                            pending.remove(id);
                            unanswered.release();
                        });
            } else {
                long now = System.nanoTime();
                calls.add(new ChaosCall(isWrite(turn), now, now, "too many unanswered", null));
            }
        }
    }

    private static void sleepUntil(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static boolean isWrite(int turn) {
        return turn % 2 == 0;
    }

    private ChaosCall call(int client, int turn) {
        EcsRequest request = isWrite(turn) ? probe.write() : probe.read(turn);
        String operation = request.getClass().getSimpleName().replaceFirst("Request$", "");
        byte[] body = Json.TEXT.write(request, Structure.of(request.getClass()));
        long start = System.nanoTime();
        String first = null;
        for (int attempt = 0; attempt < TRIES; attempt++) {
            URI node = nodes.get((client + turn / 2 + attempt) % nodes.size());
            String trouble = attempt(node, operation, body);
            if (trouble == null) {
                long now = System.nanoTime();
                return new ChaosCall(isWrite(turn), start, now, first, now);
            }
            first = first == null ? trouble : first;
            if (attempt < TRIES - 1) {
                pause(attempt);
            }
        }
        return new ChaosCall(isWrite(turn), start, System.nanoTime(), first, null);
    }

    /** As long as SDKs wait: doubled each time, and not the same for all. */
    private static void pause(int attempt) {
        long most = (long) FIRST_PAUSE_MILLIS << attempt;
        Patience.rest(ThreadLocalRandom.current().nextLong(most + 1));
    }

    /** What went wrong, or null. */
    private @Nullable String attempt(URI node, String operation, byte[] body) {
        try {
            HttpResponse<byte[]> response =
                    http.send(
                            ApiClient.signed(
                                    node.resolve("/"),
                                    operation,
                                    body,
                                    credentials,
                                    Session.region(),
                                    LIMIT),
                            BodyHandlers.ofByteArray());
            return response.statusCode() == 200
                    ? null
                    : response.statusCode()
                            + " "
                            + ApiClient.refused(operation, response.statusCode(), response.body())
                                    .code();
        } catch (HttpTimeoutException late) {
            return "no answer in %d s".formatted(LIMIT.toSeconds());
        } catch (ConnectException refused) {
            return "connection refused";
        } catch (IOException broken) {
            return "connection broken";
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /** Forgets the calls so far that began before that time. */
    void forgetBefore(long nanos) {
        calls.removeIf(call -> call.startNanos() - nanos < 0);
    }

    /** Whether all calls that began before that time have ended. */
    boolean isAnswered(long nanos) {
        return pending.values().stream().noneMatch(start -> start - nanos < 0);
    }

    /** Calls that have ended, one way or the other. */
    List<ChaosCall> calls() {
        return new ArrayList<>(calls);
    }

    /** Waits for the calls that are under way. */
    @Override
    public void close() {
        running = false;
        clients.close();
        threads.close();
        http.shutdownNow();
        http.close();
    }
}
