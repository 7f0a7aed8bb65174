package io.gantry.worker.endpoints;

import io.gantry.common.time.Timers;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one address that containers know, shared by the workers of a machine: one holds it and asks
 * the others about ids that it does not know. When it goes, another takes its place.
 */
final class SharedAddress implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SharedAddress.class);
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(1);
    private static final int MOST_MISSES = 5;

    /** What all workers' identities begin with. */
    static final String IDENTITY = "gantry ";

    private final String address;
    private final URI who;
    private final Machine machine;
    private final HttpFront front;
    private final String identity;
    private final Timers timers;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(PROBE_LIMIT)
                    .build();
    private volatile @Nullable HttpServer server;
    private int misses;
    private String said = "";
    private volatile boolean available;
    private volatile boolean closed;

    /**
     * An address that is not claimed yet.
     *
     * @param port at which containers ask
     * @param identity what {@code front} tells of itself
     * @param timers for tasks that may block
     */
    SharedAddress(
            String address,
            int port,
            Machine machine,
            HttpFront front,
            String identity,
            Timers timers) {
        this.address = address;
        who = URI.create("http://" + address + ':' + port + Routes.WHO);
        this.machine = machine;
        this.front = front;
        this.identity = identity;
        this.timers = timers;
    }

    /** Whether containers are answered there, by us or by another worker that asks us. */
    boolean available() {
        return available;
    }

    /** Tries once, blocking, and goes on trying from time to time. */
    void begin() {
        step();
    }

    private void step() {
        if (closed) {
            return;
        }
        Machine.Preparation prepared = machine.prepare();
        if (prepared.obstacle() != null) {
            release();
            judge(false, prepared.obstacle());
        } else {
            claim(prepared.port());
            look();
        }
        timers.after(RETRY, this::step);
    }

    private void claim(int port) {
        if (server != null) {
            return;
        }
        try {
            server = front.listen(address, port);
        } catch (IOException taken) {
            log.atDebug().setCause(taken).log("somebody else has the address");
        }
        if (closed) {
            release();
        }
    }

    /** Packets may be sent elsewhere although we listen, so only an answer counts. */
    private void look() {
        String answer = probe();
        if (answer == null) {
            misses++;
            judge(available && misses < MOST_MISSES, "nobody answers there");
            return;
        }
        misses = 0;
        if (answer.equals(identity)) {
            judge(true, "held by this worker");
        } else if (answer.startsWith(IDENTITY)) {
            judge(true, "held by another worker, which asks this one");
        } else {
            release();
            judge(false, "another program answers there, such as Amazon's agent");
        }
    }

    /** What is answered there; null for nothing. */
    private @Nullable String probe() {
        try {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(who).timeout(PROBE_LIMIT).build(),
                            BodyHandlers.ofString());
            return answer.body();
        } catch (IOException nobody) {
            return null;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private void judge(boolean now, String why) {
        available = now;
        if (!why.equals(said)) {
            said = why;
            (now ? log.atInfo() : log.atWarn())
                    .addKeyValue("address", address)
                    .addKeyValue("why", why)
                    .log(
                            now
                                    ? "task endpoints are served at their usual address"
                                    : "task endpoints are not served at their usual address");
        }
    }

    private void release() {
        HttpServer held = server;
        server = null;
        if (held != null) {
            held.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        available = false;
        release();
        http.shutdownNow();
    }
}
