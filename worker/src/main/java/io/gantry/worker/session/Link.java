package io.gantry.worker.session;

import io.gantry.common.time.Clock;
import io.gantry.common.time.Timers;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * One socket to the control plane, opened again and again. Where to is asked before each attempt:
 * nodes come and go.
 */
final class Link {
    private static final Logger log = LoggerFactory.getLogger(Link.class);
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(60);
    private static final Duration OPEN_LIMIT = Duration.ofSeconds(15);
    private static final Duration INACTIVE_PAUSE = Duration.ofMinutes(1);

    /** What a link is for. */
    interface Use {

        /** Under which member the control plane says where to connect. */
        String endpointMember();

        /** The parameters of the socket's address. */
        Map<String, String> parameters();

        void opened();

        /** A frame arrived; true if it shows that the other side is well. */
        boolean received(String frame);

        void closed();
    }

    private final String name;
    private final FrontEnd frontEnd;
    private final Transport transport;
    private final RequestSigner signer;
    private final Clock clock;
    private final Timers timers;
    private final Backoff backoff;
    private final SessionSettings settings;
    private final WorkerTasks tasks;
    private final Use use;
    private Transport.@Nullable Socket socket;
    private Timers.@Nullable Timer silence;
    private @Nullable URI uri;
    private @Nullable URI node;
    private int attempt;
    private boolean stopped;

    Link(String name, SessionParts parts, Backoff backoff, Use use) {
        this.name = name;
        this.frontEnd = parts.frontEnd();
        this.transport = parts.transport();
        this.signer = parts.signer();
        this.clock = parts.clock();
        this.timers = parts.timers();
        this.settings = parts.settings();
        this.tasks = parts.tasks();
        this.backoff = backoff;
        this.use = use;
    }

    void connect() {
        String instance = tasks.containerInstanceArn();
        if (stopped || instance == null) {
            return;
        }
        int mine = ++attempt;
        URI endpoint = frontEnd.current();
        frontEnd.call(
                "DiscoverPollEndpoint",
                Requests.discover(settings, instance),
                answer -> {
                    if (mine != attempt || stopped) {
                        return;
                    }
                    switch (answer) {
                        case FrontEnd.Answer.Success(JsonNode body) ->
                                open(mine, endpoint, body.path(use.endpointMember()).asString(""));
                        case FrontEnd.Answer.Refused(var code, var message) -> {
                            frontEnd.avoid(endpoint);
                            retry(code + ": " + message);
                        }
                        case FrontEnd.Answer.Unavailable(var why) -> retry(why);
                    }
                });
    }

    private void open(int mine, URI endpoint, String base) {
        if (base.isEmpty()) {
            retry("control plane names no " + use.endpointMember());
            return;
        }
        URI target = URI.create((base.endsWith("/") ? base : base + '/') + "ws?" + query());
        uri = target;
        node = endpoint;
        Map<String, String> headers =
                signer.sign("GET", target, Map.of(), new byte[0], clock.now());
        watchSilence(mine, endpoint, OPEN_LIMIT);
        socket = transport.open(target, headers, new Listener(mine, endpoint));
    }

    private String query() {
        StringBuilder query = new StringBuilder();
        use.parameters()
                .forEach(
                        (key, value) ->
                                query.append(query.isEmpty() ? "" : "&")
                                        .append(key)
                                        .append('=')
                                        .append(
                                                URLEncoder.encode(value, StandardCharsets.UTF_8)
                                                        .replace("+", "%20")));
        return query.toString();
    }

    /** The address of the open socket. */
    @Nullable URI uri() {
        return uri;
    }

    void send(String text) {
        Transport.Socket open = socket;
        if (open != null) {
            open.send(text);
        }
    }

    private void watchSilence(int mine, URI endpoint, Duration limit) {
        if (silence != null) {
            silence.cancel();
        }
        silence =
                timers.after(
                        limit,
                        () -> {
                            if (mine == attempt) {
                                lost(endpoint, "nothing heard for " + limit.toSeconds() + " s");
                            }
                        });
    }

    /** The node cannot do what is needed of it: another one may. */
    void leave(String why) {
        URI current = node;
        if (current != null && socket != null) {
            lost(current, why);
        }
    }

    private void lost(URI endpoint, String why) {
        frontEnd.avoid(endpoint);
        retry(why);
    }

    private void retry(String why) {
        attempt++;
        drop();
        use.closed();
        if (stopped) {
            return;
        }
        boolean inactive = why.contains("InactiveInstanceException");
        Duration pause = inactive ? INACTIVE_PAUSE : backoff.next();
        log.atInfo()
                .addKeyValue("channel", name)
                .addKeyValue("error", why)
                .addKeyValue("again_in_ms", pause.toMillis())
                .log("no connection to the control plane");
        timers.after(pause, this::connect);
    }

    private void drop() {
        if (silence != null) {
            silence.cancel();
            silence = null;
        }
        Transport.Socket open = socket;
        socket = null;
        if (open != null) {
            open.close();
        }
    }

    void stop() {
        stopped = true;
        attempt++;
        drop();
    }

    /** Hears of one socket, and of nothing after it was replaced. */
    private final class Listener implements Transport.SocketListener {
        private final int mine;
        private final URI endpoint;

        Listener(int mine, URI endpoint) {
            this.mine = mine;
            this.endpoint = endpoint;
        }

        private void onLoop(Runnable task) {
            timers.run(
                    () -> {
                        if (mine == attempt && !stopped) {
                            task.run();
                        }
                    });
        }

        @Override
        public void opened() {
            onLoop(
                    () -> {
                        watchSilence(mine, endpoint, SILENCE_LIMIT);
                        use.opened();
                    });
        }

        @Override
        public void text(String frame) {
            onLoop(
                    () -> {
                        if (received(frame) && mine == attempt) {
                            backoff.reset();
                            watchSilence(mine, endpoint, SILENCE_LIMIT);
                        }
                    });
        }

        /**
         * What the control plane has said once it says again on a new connection only. So one that
         * brought what could not be taken, for instance as the disk is full, is given up.
         */
        private boolean received(String frame) {
            try {
                return use.received(frame);
            } catch (RuntimeException failure) {
                log.atError().setCause(failure).addKeyValue("channel", name).log("frame failed");
                retry("a message could not be taken");
                return false;
            }
        }

        @Override
        public void closed(String why) {
            onLoop(() -> lost(endpoint, why));
        }
    }
}
